"""A page in which single records are outside the limits of JSON, taken apart: the others are not held for them.

The records are found by their brackets alone, without a parser: what is nested ten thousand deep or given twice is
just text here. A record outside the limits becomes a line that is no JSON and says why; bronze sets it aside, sealed.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from jobs.errors import CreditFileError

TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
BLANK = re.compile(r"[ \t\r\n]*+")
COMMA = re.compile(r"[ \t\r\n]*+,[ \t\r\n]*+")
KEY_END = re.compile(r"[ \t\r\n]*+:")
LIST_DEPTH = 2
"""Records stand in the list under a key of the page's own object."""

LONGEST_LINE = 2 * 1024 * 1024
"""A longer record is not worth a line: it holds its page."""


def records_of(text: str) -> tuple[str, list[str]] | None:
    """Return a page's frame, its list of records emptied, and each record's text; None if it has no such list.

    A page that is cut, or whose list holds anything but objects, is left to the caller's own judgement.
    """
    depth, key, begin, start = 0, "", -1, -1
    found: list[str] = []
    end = -1
    for token in TOKEN.finditer(text):
        sign = token[0]
        if sign in ("[", "{"):
            depth += 1
            if depth == LIST_DEPTH and sign == "[" and key == '"items"':
                if begin >= 0:
                    return None  # two lists of records
                begin = end_before = token.end()
            elif depth == LIST_DEPTH + 1 and begin >= 0 > end:
                if sign == "[" or not (COMMA if found else BLANK).fullmatch(text, end_before, token.start()):
                    return None
                start = token.start()
        elif sign in ("]", "}"):
            if depth == LIST_DEPTH + 1 and start >= 0 and end < 0:
                found.append(text[start : token.end()])
                end_before, start = token.end(), -1
            elif depth == LIST_DEPTH and begin >= 0 and end < 0:
                if not BLANK.fullmatch(text, end_before, token.start()):
                    return None
                end = token.start()
            depth -= 1
        elif depth == 1 and KEY_END.match(text, token.end()):
            key = sign
    return (text[:begin] + text[end:], found) if end >= 0 and depth == 0 else None


def lines(texts: list[str], read: Callable[[str], dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Yield each record as one line, with its value; a line that says why, and no value, for one outside the limits.

    Raises:
        CreditFileError: CF-1111 if one is outside the limits and too long to be set aside.
    """
    for text in texts:
        try:
            yield text.replace("\n", " ").replace("\r", " "), read(text)
        except CreditFileError as outside:
            if outside.code != "CF-1111" or len(text) > LONGEST_LINE:
                raise
            yield f"{outside.problem.what}: {json.dumps(text)}", None
