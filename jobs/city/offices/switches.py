"""Faults an office can be told to show, by their numbers in the fault matrix."""

from collections.abc import Iterable

KNOWN = {
    "F18": "the bureau sends each file a second time under another name",
    "F20": "the first three requests of a listing get 500, 502 and 503, then all is well",
    "F24": "a token is good for two pages only",
    "F26": "the second page names its own cursor as the next one",
    "F34": "a manifest states one row more than the file holds",
}


def switches(faults: Iterable[str]) -> frozenset[str]:
    """Return the faults as a set; ValueError names what no office here can show."""
    wanted = frozenset(faults)
    if unknown := sorted(wanted - KNOWN.keys()):
        raise ValueError(f"no switch for {', '.join(unknown)}; there are: {', '.join(sorted(KNOWN))}")
    return wanted
