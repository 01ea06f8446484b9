"""Text as offices write it: full width, hidden spaces, and many words for nothing."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from schemas import characters
from schemas.delivered import ABSENT, INVISIBLE, NARROW, UNFOLDED, WIDE

SYSTEM = ("record_id", "batch_id", "file", "parse_reason", "identity_hash")
"""Ours, not the office's."""

FREE = ("_text", "_name")
"""Endings of free text: its inner spaces mean something."""


def folded(delivered: Column) -> Column:
    """Half width, without any space or hidden character: for numbers, codes and dates. Absent words become null."""
    translated = F.translate(F.translate(delivered, INVISIBLE, ""), WIDE, NARROW)
    # translating looks each character up in a map; most numbers and codes have nothing to translate
    narrow = F.when(delivered.rlike(UNFOLDED), translated).otherwise(delivered)
    return F.when(~F.upper(narrow).isin(*ABSENT), narrow)


def plain(delivered: Column) -> Column:
    """Free text: NFKC, no zero-width characters, outer spaces off, absent words null; else as written.

    What the office wrote stays in bronze, and a name or an address in the vault, character by character.
    """
    kept = F.trim(F.translate(delivered, *characters.readable()))
    return F.when(~F.upper(kept).isin(*ABSENT), kept)


def comparable(text: Column) -> Column:
    """The form in which two spellings of one name are equal: simplified, one dot, no spaces, capitals; never shown.

    阿依古丽·买买提, 阿依古麗・買買提 and 阿依古丽．买买提 are one name (domain.md, section 3.3).
    """
    return F.upper(F.translate(text, *characters.comparable()))


def fold(bronze: DataFrame) -> DataFrame:
    """Fold every delivered field once, before any cleaner reads it: null then means that the office wrote nothing.

    One projection of its own, so that Spark keeps the folded values instead of folding again in each check.

    Returns:
        The same columns, and `delivered`: all of them as one struct, by which row checks tell absent from unreadable.
    """
    folds = {
        name: (plain if name.endswith(FREE) else folded)(F.col(name))
        for name, kind in bronze.dtypes
        if kind == "string" and name not in SYSTEM
    }
    return bronze.withColumns(folds).withColumn("delivered", F.struct("*"))


def yes_no(delivered: Column) -> Column:
    """是/否, true/false, 1/0, Y/N as a boolean."""
    said = F.upper(delivered)
    return F.when(said.isin("是", "TRUE", "1", "Y", "YES", "T"), F.lit(True)).when(
        said.isin("否", "FALSE", "0", "N", "NO", "F"), F.lit(False)
    )


def words(delivered: Column) -> Column:
    """A JSON array of texts, or texts divided by ; , or |, as an array; null if absent."""
    listed = F.from_json(delivered, "ARRAY<STRING>")
    return F.when(delivered.startswith("["), listed).otherwise(F.split(delivered, "[;,|]"))
