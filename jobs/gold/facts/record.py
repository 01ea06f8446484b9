"""What all facts have in common: whose record it is, from where, since when known; and which of many records stands.

`known_from_at/known_to_at` come from how the versions of one key follow each other (`jobs.silver.consent.history`): a
correction ends what it corrects, a deletion (D) ends it and says nothing, a late one enters history in its place.
"""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

import schemas
from jobs.gold.spells import once
from jobs.silver.consent import current, history

ONLY_SOURCE = 1
"""Rank of a source that alone speaks of an attribute: `schemas/rules/priority.yaml` ranks where several do."""

KNOWN = ("known_from_at", "known_to_at", "source_code", "record_ids", "priority_count")
"""When what a record says was known, and where from."""

VALID = ("valid_from_date", "valid_to_date", *KNOWN)
"""And when it was true."""

BACKPAID_AFTER_MONTHS = 3
"""Paid more than three months after the month's end (domain.md, section 6.2)."""


def band(amount: Column) -> Column:
    """Range label of a monthly amount, e.g. `5000-8000`; the bounds are data (`schemas/rules/bands.yaml`)."""
    bounds = schemas.rules("bands")["monthly_cny"]
    label = F.when(amount >= bounds[-1], F.lit(f"{bounds[-1]}+"))
    for low, high in reversed(list(zip(bounds, bounds[1:], strict=False))):
        label = label.when((amount >= low) & (amount < high), F.lit(f"{low}-{high}"))
    return label


def is_backpaid(paid: Column, month: Column) -> Column:
    """Whether a month was paid more than three months after its end; false where no day of payment is stated."""
    return F.coalesce(paid > F.last_day(F.add_months(month, BACKPAID_AFTER_MONTHS)), F.lit(False))


def told(silver: DataFrame, source: str, attribute: str | None = None) -> DataFrame:
    """Everything a source ever told, corrected since or not, with source, record and the source's rank.

    Args:
        silver: rows of `silver.<source>` or of a second object of the source.
        source: the source's name.
        attribute: what its rank is about; without one it is the only source.

    Returns:
        The rows that are no deletions, with `known_to_at` and `deleted_at` of `jobs.silver.consent.history`.
    """
    rank = ONLY_SOURCE if attribute is None else schemas.rank(attribute, source)
    return (
        history(silver)
        .where("operation_code <> 'D'")
        .withColumns({"source_code": F.lit(source), "record_ids": F.array("record_id"), "priority_count": F.lit(rank)})
    )


def stated(silver: DataFrame, source: str, attribute: str | None = None) -> DataFrame:
    """Of `told` what was our knowledge at some instant: versions of a key that follow one another."""
    return current(told(silver, source, attribute)).drop("deleted_at")


def people(links: DataFrame, source: str) -> DataFrame:
    """Whose the records of a source are: record_id, person_id."""
    return links.where((F.col("source") == source) & F.col("person_id").isNotNull()).select("record_id", "person_id")


def owned(silver: DataFrame, links: DataFrame, source: str, attribute: str | None = None) -> DataFrame:
    """`stated` rows that are linked to a person, with `person_id`."""
    return stated(silver, source, attribute).join(people(links, source), "record_id")


def concerning(rows: DataFrame, links: DataFrame, source: str) -> DataFrame:
    """Keep of `stated` rows those about a linked person or a business (`uscc_no`), or both, with `person_id`."""
    rows = rows.join(people(links, source), "record_id", "left")
    return rows.where("person_id IS NOT NULL OR uscc_no IS NOT NULL")


def day_of(instant: str, source: str) -> Column:
    """The day of an instant where the source is: `timezone` of its contract."""
    return F.to_date(F.from_utc_timestamp(instant, schemas.source(source).timezone))


def month_of(column: str) -> dict[str, Column]:
    """A month as `period_month`, first and last day of validity."""
    month = F.col(column)
    return {"period_month": month, "valid_from_date": month, "valid_to_date": F.last_day(month)}


def standing(
    rows: DataFrame,
    thing: Sequence[str],
    order: Sequence[str],
    shown: Sequence[str],
    noted: Sequence[str] = (),
    lasting: Sequence[str] = (),
    earliest: Sequence[str] = (),
) -> DataFrame:
    """What stands of a thing of which many records speak: at each instant the newest record known then.

    A record that only repeats what stands changes nothing: a row is known from when it was first so until it is
    otherwise. A record that is corrected or withdrawn lets the one before it stand again.

    Args:
        rows: `stated` rows; of one thing a few dozen at most.
        thing: columns that name it.
        order: columns by which its records follow each other in the world.
        shown: columns that say how it is.
        noted: columns taken from the first record that says so; they differ with each record and change nothing.
        lasting: those of `shown` that stay as last told where a newer record is silent.
        earliest: those of `shown` of which the least value any record has told stands.

    Returns:
        The columns of `thing`, `shown` and `noted`, known_from_at, known_to_at, and in record_ids the first record that
        says so.
    """
    parts = [F.struct(*names).alias(name) for name, names in (("said", shown), ("noted", noted)) if names]
    state = F.struct(*order, "record_id", *parts, "known_from_at", "known_to_at")
    instants = F.array_distinct(F.concat(F.collect_set("known_from_at"), F.collect_set("known_to_at")))
    grouped = rows.groupBy(*thing).agg(F.collect_list(state).alias("states"), F.array_sort(instants).alias("instants"))

    def told(known: Column, name: str) -> Column:
        return F.array_max(F.filter(known, lambda one: one["said"][name].isNotNull()))["said"][name]

    def least(known: Column, name: str) -> Column:
        return F.array_min(F.transform(known, lambda one: one["said"][name]))

    def stood(at: Column) -> Column:
        known = F.filter(
            "states",
            lambda one: (one["known_from_at"] <= at) & (one["known_to_at"].isNull() | (one["known_to_at"] > at)),
        )

        def by(known: Column, newest: Column) -> Column:
            said = reduce(lambda now, name: now.withField(name, told(known, name)), lasting, newest)
            said = reduce(lambda now, name: now.withField(name, least(known, name)), earliest, said)
            first = F.array_min(F.filter(known, lambda one: one["said"].eqNullSafe(newest)))
            parts = {"known_from_at": at, "said": said, "record_id": first["record_id"]}
            parts |= {"noted": first["noted"]} if noted else {}
            return F.struct(*(part.alias(name) for name, part in parts.items()))

        return once(known, lambda known: once(F.array_max(known)["said"], lambda newest: by(known, newest)))

    def is_new(one: Column, place: Column) -> Column:
        before = F.get(F.col("stood"), place - 1)
        return ~(one["said"].eqNullSafe(before["said"]) & one["record_id"].eqNullSafe(before["record_id"]))

    def until(one: Column, place: Column) -> Column:
        return one.withField("known_to_at", F.get(F.col("turns"), place + 1)["known_from_at"])

    turns = grouped.withColumn("stood", F.transform("instants", stood)).withColumn("turns", F.filter("stood", is_new))
    spans = turns.select(*thing, F.explode(F.transform("turns", until)).alias("span")).where("span.said IS NOT NULL")
    texts = ["span.said.*", *(["span.noted.*"] if noted else [])]
    return spans.select(
        *thing, *texts, "span.known_from_at", "span.known_to_at", F.array("span.record_id").alias("record_ids")
    )
