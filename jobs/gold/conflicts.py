"""One datum, one source (一数一源): the best source's word stands, others stay beside it, and differences are counted.

A statement is a struct of rank, source and value, made with the facts; a person's statements of one attribute are
gathered in the grouping that a block needs anyway, so nothing is shuffled for this.
"""

from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F


def statements(value: str, holds: Column) -> Column:
    """Aggregate what a person's facts that hold at T say of an attribute: each rank, source and value once."""
    said = F.struct(
        F.col("priority_count").alias("rank"), F.col("source_code").alias("source"), F.col(value).alias("value")
    )
    return F.collect_set(F.when(holds & F.col(value).isNotNull(), said))


def together(*said: str) -> Column:
    """Statements from several blocks as one array, empty if nobody said anything."""
    nothing = F.array().cast("array<struct<rank:int,source:string,value:string>>")
    return F.array_sort(reduce(F.concat, [F.coalesce(name, nothing) for name in said]))


def conflicts(attribute: str, said: Column) -> Column:
    """Who contradicts the best source: `attribute:best:other` once per other source that shares none of its values.

    Several values of the best source are no conflict: a person may rent two flats.
    """
    best = F.get(said, 0)["source"]
    values = F.transform(F.filter(said, lambda s: s["source"] == best), lambda s: s["value"])
    agreeing = F.transform(F.filter(said, lambda s: F.array_contains(values, s["value"])), lambda s: s["source"])
    others = F.array_sort(F.array_distinct(F.transform(said, lambda s: s["source"])))
    return F.transform(
        F.filter(others, lambda source: ~F.array_contains(agreeing, source)),
        lambda source: F.concat(F.lit(f"{attribute}:"), best, F.lit(":"), source),
    )


def is_contradicted(attribute: str, source: Column) -> Column:
    """Whether a better source says otherwise than this one."""
    ending = F.concat(F.lit(":"), source)
    return F.exists("conflicts", lambda found: found.startswith(f"{attribute}:") & found.endswith(ending))
