"""Standing with the industry associations: months worked, and cards and posts that hold over a span of days.

Positive-only (domain.md, section 4.1): complaints and violations are never taken over, and absence says nothing.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gold.facts.record import ONLY_SOURCE, VALID, month_of, owned, people

STANDING = (
    "person_id",
    "period_month",
    *VALID,
)
"""Columns every association's rows have; its own follow. Months have a `period_month`, cards and posts a span."""


def delivered_months(assn_delivery: DataFrame, links: DataFrame) -> DataFrame:
    """A courier's months on a platform, those without an order among them."""
    rows = owned(assn_delivery, links, "assn_delivery").withColumns(month_of("work_month"))
    own = ("platform_code", "platform_kind_code", "order_count", "active_days", "covered_order_count")
    return rows.select(*STANDING, *own)


def driven_months(assn_ride_hailing: DataFrame, links: DataFrame) -> DataFrame:
    """A driver's months on a platform; each states until when the driver's permit is valid, the newest month's stands.

    The day from which a permit is valid is not delivered, so it makes no span of its own.
    """
    rows = owned(assn_ride_hailing, links, "assn_ride_hailing").withColumns(month_of("work_month"))
    return rows.select(*STANDING, "platform_code", "order_count", "active_days", "permit_valid_to_date")


def attended_months(assn_construction: DataFrame, links: DataFrame) -> DataFrame:
    """A worker's months on a building site; the contractor is the employer."""
    rows = owned(assn_construction, links, "assn_construction").withColumns(month_of("attendance_month"))
    return rows.select(
        *STANDING,
        "site_no",
        F.col("work_kind_code").alias("site_work_kind_code"),
        F.col("contractor_uscc_no").alias("employer_uscc_no"),
        "attendance_days",
        "is_wage_by_special_account",
    )


def cards(assn_domestic_service: DataFrame, links: DataFrame) -> DataFrame:
    """Cards of domestic workers (家政上门服务证) from issue to their last day."""
    rows = owned(assn_domestic_service, links, "assn_domestic_service")
    return rows.withColumns({"period_month": F.lit(None).cast("date"), "valid_from_date": F.col("issue_date")}).select(
        *STANDING,
        F.col("work_kind_code").alias("domestic_work_kind_code"),
        F.col("company_uscc_no").alias("employer_uscc_no"),
        "training_count",
        "is_background_verified",
    )


def posts(catering: DataFrame, links: DataFrame) -> DataFrame:
    """Posts at member shops of the catering association, open until their end is told or the shop has left.

    Args:
        catering: `stated` rows of `silver.assn_catering`.
        links: whose records they are.
    """
    rows = catering.join(people(links, "assn_catering"), "record_id")
    return rows.withColumns(
        {
            "period_month": F.lit(None).cast("date"),
            "valid_from_date": F.col("post_start_date"),
            "valid_to_date": F.least("post_end_date", "left_date"),
            "priority_count": F.lit(ONLY_SOURCE),
        }
    ).select(*STANDING, "post_code", F.col("uscc_no").alias("employer_uscc_no"), "grade_code")
