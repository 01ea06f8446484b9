"""Months with evidence of work, from every source that has it, and spells of registered employment."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

import schemas
from jobs.gold.facts.record import VALID, band, is_backpaid, month_of, owned

MONTH = (
    "person_id",
    "period_month",
    "work_kind_code",
    "employer_uscc_no",
    "employer_name",
    "is_backpaid",
    "paid_date",
    "base_band",
    *VALID,
)
"""Columns of `gold.fact_work_month`: one row per source's statement, so that a month may have several kinds."""

SITES = "assn_construction"


def _months(rows: DataFrame, kind: Column, late: Column) -> DataFrame:
    """Rows of a source as work months, with those of their columns that it states."""
    made = rows.withColumns({"work_kind_code": kind, "is_backpaid": late})
    return made.select(*(name for name in MONTH if name in made.columns))


def insured_months(hrss_social_insurance: DataFrame, links: DataFrame) -> DataFrame:
    """Months of pension contribution: employee (SI) or flexible (FLEX), with the band of the base (R14.INCOME).

    The kind of insurance is part of the key, so that other kinds need not be followed through their versions.
    """
    pension = hrss_social_insurance.where("insurance_kind_code = 'PENSION'")
    rows = owned(pension, links, "hrss_social_insurance", "employer").withColumns(month_of("period_month"))
    kind = F.when(F.col("payment_kind_code") == "FLEXIBLE", F.lit("FLEX")).otherwise(F.lit("SI"))
    late = is_backpaid(F.col("paid_date"), F.col("period_month"))
    return _months(rows.withColumn("base_band", band(F.col("base_cny"))), kind, late)


def fund_work(fund_months: DataFrame) -> DataFrame:
    """Months with a line of the housing fund (HF).

    Args:
        fund_months: rows of `gold.fact_fund_month`.
    """
    return _months(fund_months, F.lit("HF"), F.col("is_backpaid"))


def filed_months(tax_income_filing: DataFrame, links: DataFrame) -> DataFrame:
    """Months with a filing (PIT): evidence is that it was filed, never how much, and never a settlement of a year."""
    rows = owned(tax_income_filing, links, "tax_income_filing", "employer").withColumns(month_of("period_month"))
    months = rows.where("NOT coalesce(is_annual_settlement, false)")
    return _months(months.withColumn("employer_uscc_no", F.col("agent_uscc_no")), F.lit("PIT"), F.lit(False))


def association_work(association_months: DataFrame) -> DataFrame:
    """Months with orders of a platform (GIG) or a day's attendance on a site (SITE).

    Args:
        association_months: rows of `gold.fact_association_month`.
    """
    is_site = F.col("source_code") == SITES
    worked = F.when(is_site, F.col("attendance_days") >= 1).otherwise(F.col("order_count") > 0)
    rows = association_months.where(F.col("period_month").isNotNull() & worked)
    rank = F.lit(None)
    for source in ("assn_delivery", "assn_ride_hailing", SITES):
        rank = F.when(F.col("source_code") == source, schemas.rank("employer", source)).otherwise(rank)
    ranked = rows.withColumn("priority_count", rank)
    return _months(ranked, F.when(is_site, F.lit("SITE")).otherwise(F.lit("GIG")), F.lit(False))


def employer_spells(hrss_employment: DataFrame, links: DataFrame) -> DataFrame:
    """Registered employment and unemployment; employment ends with the day of leaving, which often nobody reports.

    The agreed end of a contract stands beside it and ends nothing: contracts are renewed, and an end is never guessed.
    """
    rows = owned(hrss_employment, links, "hrss_employment", "employer")
    is_work = F.col("registration_kind_code") == "EMPLOYMENT"
    start = F.when(is_work, F.col("contract_start_date")).otherwise(F.col("unemployment_start_date"))
    return rows.withColumns(
        {
            "valid_from_date": start,
            "valid_to_date": F.when(is_work, F.col("exit_date")).otherwise(F.col("unemployment_end_date")),
        }
    )
