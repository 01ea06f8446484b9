"""Where a person rents, the account of the housing fund, and how long the present chain of homes has lasted."""

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.gold.blocks.trace import joined, traced
from jobs.gold.conflicts import statements
from jobs.gold.facts.housing import LEASES
from jobs.gold.facts.record import day_of
from jobs.gold.spells import days_in, holds, is_known_at, merged, month_start, whole_months

BRIDGED_DAYS = 31
FIFTEEN_DAYS = 15
DUE_AT_LEAST = 3
YEAR, TWO_YEARS = 12, 24

FUND = (
    "first_month",
    "paid_to_month",
    "status_code",
    "employer_ratio",
    "personal_ratio",
    "employer_name",
    "info_date",
    "monthly_band",
)


def on_time_ratio(on_time: Column, due: Column) -> Column:
    """Rents paid on time by rents due, at most 1: an office's own count may say that more were paid than fell due."""
    return F.try_divide(F.least(on_time, due), due).try_cast("decimal(9,6)")


LEASE = (
    "valid_from_date",
    "valid_to_date",
    "known_from_at",
    "source_code",
    "record_ids",
    "priority_count",
    "program_code",
    "district_code",
    "rent_band",
)
"""What a lease says, but for the rents counted so far."""


def leases_told(rents: DataFrame, known: Column, as_of: date) -> DataFrame:
    """Leases as known at K, each with the rents due and paid on time as its office had counted them by T.

    Args:
        rents: `gold.fact_rent_spell`, every version of it.
        known: K.
        as_of: T.
    """
    counted_by = day_of("event_at", LEASES) <= F.lit(as_of)
    was_told = (F.col("known_from_at") <= known) & (F.col("deleted_at").isNull() | (F.col("deleted_at") > known))
    version, counts = ("event_at", "known_from_at", "record_ids"), ("rent_due_count", "rent_on_time_count")
    leases = rents.groupBy("person_id", "filing_no").agg(
        F.max(F.when(is_known_at(known), F.struct(*version[:1], *LEASE))).alias("lease"),
        F.max(F.when(was_told & counted_by, F.struct(*version, *counts))).alias("counted"),
    )
    told = [F.col(f"lease.{name}") for name in LEASE] + [F.col(f"counted.{name}") for name in counts]
    return leases.where("lease IS NOT NULL").select("person_id", "filing_no", *told)


def housing(rents: DataFrame, residences: DataFrame, fund: DataFrame, as_of: date) -> DataFrame:
    """Rent spells and their features, the fund's newest month, and how long the present chain of homes has lasted.

    Args:
        rents: rows of `leases_told`.
        residences: `gold.fact_residence_spell`.
        fund: `gold.fact_fund_month`.
        as_of: T.
    """
    leases = rents.where("valid_from_date IS NOT NULL").withColumns(
        {"start_date": F.col("valid_from_date"), "end_date": F.col("valid_to_date")}
    )
    parts = (leased(leases, as_of), funded(fund, as_of))
    return (
        joined(parts, "housing")
        .join(rent_months(leases, as_of), "person_id", "left")
        .join(lasting(leases, residences, as_of), "person_id", "full")
    )


def leased(leases: DataFrame, as_of: date) -> DataFrame:
    """Leases newest first, how punctually rent was paid, and whether one lies within the last twelve months."""
    day, m24 = F.lit(as_of), F.lit(month_start(as_of, TWO_YEARS))
    start, end = F.col("start_date"), F.col("end_date")
    ratio = on_time_ratio(F.col("rent_on_time_count"), F.col("rent_due_count"))
    shown = F.struct("start_date", "end_date", "filing_no", "program_code", "rent_band", ratio.alias("ratio"))
    recent = (start <= day) & (F.coalesce(end, day) >= m24)
    overlaps = (start <= day) & (end.isNull() | (end > F.add_months(day, -YEAR)))
    is_valid = holds(start, end, day)
    home = F.max(F.when(is_valid, F.struct("start_date", "filing_no", "district_code")))
    grouped = leases.groupBy("person_id").agg(
        F.sort_array(F.collect_list(shown), asc=False).alias("listed"),
        F.sum(F.when(recent, F.col("rent_due_count"))).alias("due"),
        F.sum(F.when(recent, F.col("rent_on_time_count"))).alias("on_time"),
        F.bool_or(overlaps).alias("has_lease_12"),
        home["district_code"].alias("rented_district_code"),
        statements("district_code", is_valid).alias("rented_said"),
        *traced("housing", start <= day),
    )
    rents_block = F.transform(
        "listed",
        lambda r: F.struct(
            r["program_code"], r["start_date"], r["end_date"], r["rent_band"], r["ratio"].alias("rent_on_time_ratio")
        ),
    )
    on_time = F.when(F.col("due") >= DUE_AT_LEAST, on_time_ratio(F.col("on_time"), F.col("due")))
    return grouped.withColumns({"rents": rents_block, "rent_on_time_ratio": on_time}).drop("listed", "due", "on_time")


def funded(fund: DataFrame, as_of: date) -> DataFrame:
    """How the account of the housing fund stood in its newest month."""
    begun = F.col("period_month") <= F.lit(as_of)
    newest = F.max(F.when(begun, F.struct("period_month", "record_ids", F.struct(*FUND).alias("fund"))))
    return fund.groupBy("person_id").agg(newest["fund"].alias("fund"), *traced("housing", begun))


def rent_months(leases: DataFrame, as_of: date) -> DataFrame:
    """Months of M(T, 12) with a filed lease on fifteen days or more; each day counts once."""
    first, upto = F.lit(month_start(as_of, YEAR)), F.lit(month_start(as_of, 0))
    rented = merged(leases.select("person_id", "start_date", "end_date"))
    grid = F.explode(F.sequence(first, F.lit(month_start(as_of, 1)), F.expr("INTERVAL 1 MONTH"))).alias("month")
    days = days_in(F.col("start_date"), F.col("end_date"), F.col("month"), F.last_day("month"))
    return (
        rented.where((F.col("start_date") < upto) & (F.coalesce("end_date", upto) >= first))
        .select("*", grid)
        .groupBy("person_id", "month")
        .agg(F.sum(days).alias("days"))
        .groupBy("person_id")
        .agg(F.count_if(F.col("days") >= FIFTEEN_DAYS).try_cast("int").alias("rent_months_12_count"))
    )


def lasting(leases: DataFrame, residences: DataFrame, as_of: date) -> DataFrame:
    """Whole months since the chain of homes began that reaches T; a gap of up to 31 days ends none, also before T."""
    day = F.lit(as_of)
    lived = residences.select(
        "person_id", F.col("valid_from_date").alias("start_date"), F.col("valid_to_date").alias("end_date")
    )
    begun = lived.unionByName(leases.select("person_id", "start_date", "end_date")).where(
        (F.col("start_date") <= day) & (F.col("end_date").isNull() | (F.col("end_date") >= F.col("start_date")))
    )
    reaches = F.col("end_date").isNull() | (F.date_add("end_date", BRIDGED_DAYS + 1) >= day)
    return (
        merged(begun, BRIDGED_DAYS)
        .where(reaches)
        .groupBy("person_id")
        .agg(F.max(whole_months(F.col("start_date"), day)).alias("residence_months_count"))
    )
