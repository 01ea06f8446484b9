"""Spells and months: merging what touches, and counting what falls into a window (domain.md, section 0)."""

from collections.abc import Callable
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F


def is_known_at(known: Column) -> Column:
    """Whether a fact was our knowledge at an instant."""
    return (F.col("known_from_at") <= known) & (F.col("known_to_at").isNull() | (F.col("known_to_at") > known))


def known_at(facts: DataFrame, known: Column) -> DataFrame:
    """Return facts as they were known at an instant."""
    return facts.where(is_known_at(known))


def month_start(as_of: date, months_back: int) -> date:
    """Return the first day of the month that lies so many months before the month of a day."""
    index = as_of.year * 12 + as_of.month - 1 - months_back
    return date(index // 12, index % 12 + 1, 1)


def holds(start: str | Column, end: str | Column, day: Column) -> Column:
    """Whether a closed span (null end = open) holds on a day; without a start it never does."""
    start, end = (F.col(name) if isinstance(name, str) else name for name in (start, end))
    return F.coalesce((start <= day) & (end.isNull() | (day <= end)), F.lit(False))


def whole_months(start: Column, day: Column) -> Column:
    """How many whole months lie between two days: a month is over on the same day, or on the month's last one."""
    count = month_index(day) - month_index(start)
    return F.when(F.add_months(start, count) <= day, count).otherwise(count - 1)


def month_index(month: Column) -> Column:
    """Months since year 0, so that consecutive months differ by one."""
    return F.year(month) * 12 + F.month(month) - 1


def merged(spells: DataFrame, bridged_days: int = 0) -> DataFrame:
    """Merge a person's spells that touch, overlap, or lie at most so many days apart.

    Args:
        spells: person_id, start_date, end_date (null = open).
        bridged_days: Days a gap may have.

    Returns:
        person_id, start_date, end_date of each merged spell.
    """
    end = F.coalesce("end_date", F.to_date(F.lit("9999-01-01")))
    before = Window.partitionBy("person_id").orderBy("start_date", "end").rowsBetween(Window.unboundedPreceding, -1)
    rows = spells.withColumn("end", end).withColumn("reached", F.max("end").over(before))
    starts = F.col("reached").isNull() | (F.col("start_date") > F.date_add("reached", bridged_days + 1))
    upto = Window.partitionBy("person_id").orderBy("start_date", "end").rowsBetween(Window.unboundedPreceding, 0)
    numbered = rows.withColumn("is_start", starts.try_cast("int")).withColumn("island", F.sum("is_start").over(upto))
    return (
        numbered.groupBy("person_id", "island")
        .agg(F.min("start_date").alias("start_date"), F.max("end").alias("end"))
        .select(
            "person_id",
            "start_date",
            F.when(F.year("end") < 9999, F.col("end")).alias("end_date"),
        )
    )


def days_in(start: Column, end: Column, first: Column, last: Column) -> Column:
    """Days of [start, end] (null end = open) that fall into [first, last]; never negative."""
    overlap = F.date_diff(F.least(F.coalesce(end, last), last), F.greatest(start, first)) + 1
    return F.greatest(overlap, F.lit(0))


def once(value: Column, make: Callable[[Column], Column]) -> Column:
    """What is made of a value that is computed once, however often it is used; in a lambda it is computed each time."""
    return F.get(F.transform(F.array(value), make), 0)
