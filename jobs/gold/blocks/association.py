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
    """
    day, m12, m24 = F.lit(as_of), F.lit(month_start(as_of, YEAR)), F.lit(month_start(as_of, TWO_YEARS))
    upto = F.lit(month_start(as_of, 0))
    rows = standing.withColumns(
        {
            "is_worked": _worked(),
            "group_code": group_of(F.col("source_code"), F.col("platform_kind_code")),
        }
    )
    counts = F.col("is_worked").isNull() | F.col("is_worked")
    start, end, month = F.col("valid_from_date"), F.col("valid_to_date"), F.col("period_month")
    begun = F.coalesce(counts & (start <= day), F.lit(False))
    recent = begun & (end.isNull() | (end > F.add_months(day, -YEAR)))
    is_past = F.col("is_worked") & (month < upto)
    shows_permit = F.col("permit_valid_to_date").isNotNull() & F.coalesce(start <= day, F.lit(False))
    permit = F.max(
        F.when(
            F.col("permit_valid_to_date").isNotNull(), F.struct("period_month", "record_ids", "permit_valid_to_date")
        )
    )
    card = F.col("source_code") == CARDS
    per = rows.groupBy("person_id", "source_code").agg(
        F.max(F.when(begun, spoken(F.least(F.coalesce(end, day), day), start, F.col("group_code")))).alias("latest"),
        F.collect_set(F.when(is_past & (month >= m12), month)).alias("worked_months"),
        F.collect_set(F.when(is_past & (month >= m24), month)).alias("active_months"),
        F.collect_set(F.when(card & begun, F.struct("valid_from_date", "valid_to_date"))).alias("cards"),
        F.bool_or(card & holds(start, end, day)).alias("has_valid_card"),
        permit["permit_valid_to_date"].alias("permit_to_date"),
        F.min("period_month").alias("first_month"),
        F.max(F.when(begun & month.isNull(), F.coalesce(end, F.lit("9999-12-31").try_cast("date")))).alias(
            "held_to_date"
        ),
        F.max(F.when(begun & F.col("grade_code").isin(*GOOD_GRADES), F.struct("valid_from_date", "grade_code"))).alias(
            "grade"
        ),
        F.sum(F.when(is_past & (month >= m12), F.col("covered_order_count"))).alias("covered"),
        F.sum(F.when(is_past & (month >= m12) & F.col("covered_order_count").isNotNull(), F.col("order_count"))).alias(
            "orders"
        ),
        F.bool_or(recent).alias("is_recent"),
        F.bool_or(begun).alias("is_begun"),
        *traced("association", begun | shows_permit),
    )
    permit_to = F.when(F.col("source_code") == DRIVERS, F.col("permit_to_date"))
    is_driver = holds(F.col("first_month"), permit_to, day) & permit_to.isNotNull()
    ride = F.lit(schemas.rules("industry")["associations"][DRIVERS])
    by_permit = spoken(F.least(permit_to, day), F.col("first_month"), ride)
    held = F.when(F.year("held_to_date") < 9999, F.col("held_to_date"))
    shown = F.struct(
        F.col("source_code").alias("association_code"),
        F.coalesce(permit_to, held).alias("valid_to_date"),
        F.size("active_months").alias("active_month_count"),
        F.col("grade.grade_code").alias("grade_code"),
        F.try_divide("covered", "orders").try_cast("decimal(9,6)").alias("covered_order_ratio"),
    )
    has_permit = permit_to.isNotNull() & (F.col("first_month") <= day)
    is_there = F.col("is_begun") | has_permit
    grouped = per.groupBy("person_id").agg(
        F.array_sort(F.collect_list(F.when(is_there, shown))).alias("association"),
        F.greatest(F.max("latest"), F.max(F.when(has_permit, by_permit))).alias("latest"),
        F.flatten(F.collect_list("worked_months")).alias("worked_months"),
        F.flatten(F.collect_list("cards")).alias("cards"),
        F.bool_or(F.coalesce("has_valid_card", F.lit(False))).alias("has_valid_card"),
        F.bool_or(F.coalesce(is_driver, F.lit(False))).alias("has_driver_permit"),
        F.collect_set(
            F.when(F.col("is_recent") | (has_permit & (permit_to > F.add_months(day, -YEAR))), F.col("source_code"))
        ).alias("recent_association_codes"),
        F.flatten(F.collect_list("association_record_ids")).alias("association_record_ids"),
        F.flatten(F.collect_list("association_told")).alias("association_told"),
    )
    grid = F.sequence(m12, F.lit(month_start(as_of, 1)), F.expr("INTERVAL 1 MONTH"))
    carded = F.filter(
        grid,
        lambda m: F.exists(
            "cards",
            lambda c: (
                (c["valid_from_date"] <= F.last_day(m)) & (c["valid_to_date"].isNull() | (c["valid_to_date"] >= m))
            ),
        ),
    )
    months = F.size(F.array_union(F.col("worked_months"), carded))
    return grouped.select(
        "*",
        months.alias("association_months_12_count"),
        F.col("latest.group_code").alias("association_group_code"),
    ).drop("latest", "worked_months", "cards")
