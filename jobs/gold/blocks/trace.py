"""What a block rests on: the records behind it, and which source told of it, when last, and of something begun by T."""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

TOLD = "array<struct<source_code:string,known_from_at:timestamp,has_begun:boolean>>"


def traced(block: str, has_begun: Column) -> tuple[Column, Column]:
    """Aggregates of a block: `<block>_record_ids`, and `<block>_told`, one entry per source, instant and begun or not.

    Args:
        block: the block's name.
        has_begun: of a fact: it is true at T or was before.
    """
    said = F.struct("source_code", "known_from_at", F.coalesce(has_begun, F.lit(False)).alias("has_begun"))
    return (
        F.flatten(F.collect_list("record_ids")).alias(f"{block}_record_ids"),
        F.collect_set(said).alias(f"{block}_told"),
    )


def joined(parts: Sequence[DataFrame], *blocks: str) -> DataFrame:
    """Join parts of blocks by person; what a block rests on in several parts is put together.

    Args:
        parts: one row per person each, with columns `<block>_record_ids` and `<block>_told` of some of the blocks.
        blocks: the blocks that more than one part tells of.
    """
    apart = []
    for place, part in enumerate(parts):
        names = {f"{block}_{what}" for block in blocks for what in ("record_ids", "told")} & {*part.columns}
        apart.append(part.withColumnsRenamed({name: f"{name}_{place}" for name in names}))
    rows = reduce(lambda one, other: one.join(other, "person_id", "full"), apart)
    for block in blocks:
        for what, kind in (("record_ids", "array<string>"), ("told", TOLD)):
            named = [
                f"{block}_{what}_{place}" for place in range(len(parts)) if f"{block}_{what}_{place}" in rows.columns
            ]
            nothing = F.array().cast(kind)
            whole = F.concat(*(F.coalesce(name, nothing) for name in named))
            rows = rows.withColumn(f"{block}_{what}", F.when(F.size(whole) > 0, whole)).drop(*named)
    return rows


def begun(told: Column) -> Column:
    """The sources that told of something begun by T, sorted; empty if none did."""
    found = F.transform(F.filter(told, lambda said: said["has_begun"]), lambda said: said["source_code"])
    return F.coalesce(F.array_sort(F.array_distinct(found)), F.array().cast("array<string>"))
