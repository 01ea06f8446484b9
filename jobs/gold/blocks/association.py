"""Standing with the industry associations: positive-only, so that absence, complaints and violations say nothing."""

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

import schemas
from jobs.gold.blocks.trace import traced
from jobs.gold.spells import holds, month_start

YEAR, TWO_YEARS = 12, 24
GOOD_GRADES = ("A", "B")
CARDS = "assn_domestic_service"
"""Whose cards count as months of standing (domain.md, section 6.2: "a valid association card")."""
DRIVERS = "assn_ride_hailing"
OPEN_YEAR = 9999
"""A card or post without a last day."""


def group_of(source: Column, platform: Column) -> Column:
    """The industry group an association stands for (`schemas/rules/industry.yaml`)."""
    rule = schemas.rules("industry")
    group = F.lit(None).cast("string")
    for name, code in rule["associations"].items():
        group = F.when(source == name, F.lit(code)).otherwise(group)
    for kind, code in rule["platforms"].items():
        group = F.when(platform == kind, F.lit(code)).otherwise(group)
    return group


def _worked() -> Column:
    """Whether a month's row shows work; null for cards and posts."""
    return F.when(F.col("period_month").isNotNull(), F.coalesce("attendance_days", "order_count", F.lit(0)) > 0)


def spoken(last: Column, first: Column, group: Column) -> Column:
    """When an association spoke of somebody, as it is compared: the last day, the first day, the group."""
    return F.struct(last.alias("last"), first.alias("first"), group.alias("group_code"))


def association(standing: DataFrame, as_of: date) -> DataFrame:
    """Months and cards by association, months of standing, and the group of the association that spoke last.

    A driver's permit is valid from the first month it stands in until the day the newest month states.

    Args:
        standing: `gold.fact_association_month`.
        as_of: T.
    """
    per = _by_association(standing, as_of)
    day = F.lit(as_of)
    permit_to = F.when(F.col("source_code") == DRIVERS, F.col("permit_to_date"))
    has_permit = F.coalesce(permit_to.isNotNull() & (F.col("first_month") <= day), F.lit(False))
    ride = F.lit(schemas.rules("industry")["associations"][DRIVERS])
    by_permit = spoken(F.least(permit_to, day), F.col("first_month"), ride)
    shown = F.struct(
        F.col("source_code").alias("association_code"),
        F.coalesce(permit_to, F.when(F.year("held_to_date") < OPEN_YEAR, F.col("held_to_date"))).alias("valid_to_date"),
        F.size("active_months").alias("active_month_count"),
        F.col("grade.grade_code").alias("grade_code"),
        F.try_divide("covered", "orders").try_cast("decimal(9,6)").alias("covered_order_ratio"),
    )
    is_recent = F.col("is_recent") | (has_permit & (permit_to > F.add_months(day, -YEAR)))
    grouped = per.groupBy("person_id").agg(
        F.array_sort(F.collect_list(F.when(F.col("is_begun") | has_permit, shown))).alias("association"),
        F.greatest(F.max("latest"), F.max(F.when(has_permit, by_permit))).alias("latest"),
        F.flatten(F.collect_list("worked_months")).alias("worked_months"),
        F.flatten(F.collect_list("cards")).alias("cards"),
        F.bool_or(F.coalesce("has_valid_card", F.lit(False))).alias("has_valid_card"),
        F.bool_or(has_permit & (permit_to >= day)).alias("has_driver_permit"),
        F.collect_set(F.when(is_recent, F.col("source_code"))).alias("recent_association_codes"),
        F.flatten(F.collect_list("association_record_ids")).alias("association_record_ids"),
        F.flatten(F.collect_list("association_told")).alias("association_told"),
    )
    return grouped.select(
        "*",
        _months_of_standing(as_of).alias("association_months_12_count"),
        F.col("latest.group_code").alias("association_group_code"),
    ).drop("latest", "worked_months", "cards")


def _by_association(standing: DataFrame, as_of: date) -> DataFrame:
    """What each association says of each person: one row per person and source."""
    day, m12, m24 = F.lit(as_of), F.lit(month_start(as_of, YEAR)), F.lit(month_start(as_of, TWO_YEARS))
    start, end, month = F.col("valid_from_date"), F.col("valid_to_date"), F.col("period_month")
    group = group_of(F.col("source_code"), F.col("platform_kind_code"))
    rows = standing.withColumns({"is_worked": _worked(), "group_code": group})
    counts = F.col("is_worked").isNull() | F.col("is_worked")
    begun = F.coalesce(counts & (start <= day), F.lit(False))
    is_past = F.col("is_worked") & (month < F.lit(month_start(as_of, 0)))
    in_year = is_past & (month >= m12)
    card, covered = F.col("source_code") == CARDS, F.col("covered_order_count")
    states_permit = F.col("permit_valid_to_date").isNotNull()
    permit = F.max(F.when(states_permit, F.struct("period_month", "record_ids", "permit_valid_to_date")))
    latest = F.when(begun, spoken(F.least(F.coalesce(end, day), day), start, F.col("group_code")))
    held_to = F.coalesce(end, F.lit(f"{OPEN_YEAR}-12-31").try_cast("date"))
    is_good = begun & F.col("grade_code").isin(*GOOD_GRADES)
    return rows.groupBy("person_id", "source_code").agg(
        F.max(latest).alias("latest"),
        F.collect_set(F.when(in_year, month)).alias("worked_months"),
        F.collect_set(F.when(is_past & (month >= m24), month)).alias("active_months"),
        F.collect_set(F.when(card & begun, F.struct("valid_from_date", "valid_to_date"))).alias("cards"),
        F.bool_or(card & holds(start, end, day)).alias("has_valid_card"),
        permit["permit_valid_to_date"].alias("permit_to_date"),
        F.min("period_month").alias("first_month"),
        F.max(F.when(begun & month.isNull(), held_to)).alias("held_to_date"),
        F.max(F.when(is_good, F.struct("valid_from_date", "grade_code"))).alias("grade"),
        F.sum(F.when(in_year, covered)).alias("covered"),
        F.sum(F.when(in_year & covered.isNotNull(), F.col("order_count"))).alias("orders"),
        F.bool_or(begun & (end.isNull() | (end > F.add_months(day, -YEAR)))).alias("is_recent"),
        F.bool_or(begun).alias("is_begun"),
        *traced("association", begun | (states_permit & F.coalesce(start <= day, F.lit(False)))),
    )


def _months_of_standing(as_of: date) -> Column:
    """Months of M(T, 12) with work, or with a card that holds on one of their days."""
    first, last = F.lit(month_start(as_of, YEAR)), F.lit(month_start(as_of, 1))

    def carded(month: Column) -> Column:
        def covers(card: Column) -> Column:
            end = card["valid_to_date"]
            return (card["valid_from_date"] <= F.last_day(month)) & (end.isNull() | (end >= month))

        return F.exists("cards", covers)

    grid = F.sequence(first, last, F.expr("INTERVAL 1 MONTH"))
    return F.size(F.array_union(F.col("worked_months"), F.filter(grid, carded)))
