"""How offices write nothing, and how they write the same character twice (domain.md, section 4.4).

Cleaners and row predicates must agree on these, or an absent value would be taken for an unreadable one.
"""

import re
import unicodedata

ABSENT = ("", "NULL", "-", "--", "无", "N/A", "NA", "NONE")
"""What stands for 'no value', after folding and in capitals."""

PLACEHOLDER_DATES = ("19000101", "99991231", "00010101", "00000000")
"""Dates that mean 'not known' or 'for ever', as digits."""

PLACEHOLDER_MOBILES = ("13800000000", "13000000000", "13888888888", "13800138000", "18888888888", "11111111111")
"""Mobile numbers typed in to get past a form."""

_SPACES = " \t\r\n\f\v\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_ZERO_WIDTH = "\u00ad\u180e\ufeff" + "".join(
    map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)))
)
_APOSTROPHES = "'`\u2018\u2019\uff07\uff40"

INVISIBLE = _SPACES + _ZERO_WIDTH + _APOSTROPHES
"""Spaces, zero-width characters (also marks of direction that phones copy along) and apostrophes of spreadsheets."""


def heading(name: str) -> str:
    """Fold a column's heading to what it says: no case, width, space or sign; `Blood_Type` is `bloodtype`."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def _folds() -> tuple[str, str]:
    found = {character: unicodedata.normalize("NFKC", character) for character in map(chr, range(0x80, 0x10000))}
    found = {
        wide: form for wide, form in found.items() if len(form) == 1 and "!" <= form <= "~" and wide not in INVISIBLE
    }
    return "".join(found), "".join(found.values())


UNFOLDED = f"[^{re.escape(''.join(c for c in map(chr, range(0x21, 0x7F)) if c not in INVISIBLE))}]"
"""Finds a character that folding may change: anything but visible ASCII that is not in INVISIBLE."""

WIDE, NARROW = _folds()
"""Characters whose NFKC form is one of visible ASCII (full width, the numeral Ⅹ), and that, for `translate`."""
