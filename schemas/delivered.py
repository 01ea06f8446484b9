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

INVISIBLE = " \t\r\n\f\v\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff'`"
"""Spaces, zero-width characters and apostrophes that come from spreadsheets."""


def heading(name: str) -> str:
    """Fold a column's heading to what it says: no case, width, space or sign; `Blood_Type` is `bloodtype`."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def _folds() -> tuple[str, str]:
    wide = [chr(code) for code in range(0xFF01, 0xFF5F)]
    return "".join(wide), "".join(unicodedata.normalize("NFKC", character) for character in wide)


UNFOLDED = f"[^{re.escape(''.join(c for c in map(chr, range(0x21, 0x7F)) if c not in INVISIBLE))}]"
"""Finds a character that folding may change: anything but visible ASCII that is not in INVISIBLE."""

WIDE, NARROW = _folds()
"""Full-width characters and their NFKC forms, position by position, for `translate`."""
