"""Policies as the insurers report them back, one line per insured, with the insurers' advisers.

The record names the insured, who often is not the one who took the policy out.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, numbers, staff, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.fin_policy`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "institution_code",
        "policy_no",
        "insured_no",
        code.of("policy_kind", F.col("policy_kind_code")).alias("policy_kind_code"),
        dates.day(F.col("start_date")).alias("start_date"),
        dates.day(F.col("end_date")).alias("end_date"),
        code.of("policy_status", F.col("status_code")).alias("status_code"),
        code.of("premium_source", F.col("paid_from_code")).alias("paid_from_code"),
        "filing_no",
        code.of("policy_service", F.col("service_code")).alias("service_code"),
        numbers.count(F.col("service_count")).alias("service_count"),
        "premium_band",
        "delivered",
    )


def clean_staff(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.fin_policy_staff`, in its order."""
    return staff.clean(bronze)
