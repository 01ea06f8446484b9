"""Faults an office can be told to show, by their numbers in the fault matrix."""

from collections.abc import Iterable

KNOWN = {
    "F18": "the bureau sends each file a second time under another name",
    "F20": "the first three requests of a listing get 500, 502 and 503, then all is well",
    "F21": "page two asks to wait: a second, until a date, 10^9 seconds; then all is well",
    "F22": "page two comes a byte a second, then hangs before its headers, then in its body; then all is well",
    "F23": "page two breaks off, is shorter than announced, is cut, is half a gzip; then all is well",
    "F24": "a token is good for two pages only",
    "F25": "the client is locked out with 403 after the first page",
    "F26": "the second page names its own cursor as the next one",
    "F27": "page two is a login page under status 200",
    "F28": "page two redirects to a cloud's metadata address",
    "F29": "the interfaces speak TLS with an expired certificate they signed themselves",
    "F30": "from page two on, a record of each page has a key given twice",
    "F33": "the bureau's uploads are half written and have no .done marker yet",
    "F34": "a manifest states one row more than the file holds",
    "F35": "the bureau shows another host key than the agreed one",
    "F36": "the bureau's connection breaks in the first two downloads of a data file",
}


def switches(faults: Iterable[str]) -> frozenset[str]:
    """Return the faults as a set; ValueError names what no office here can show."""
    wanted = frozenset(faults)
    if unknown := sorted(wanted - KNOWN.keys()):
        raise ValueError(f"no switch for {', '.join(unknown)}; there are: {', '.join(sorted(KNOWN))}")
    return wanted
