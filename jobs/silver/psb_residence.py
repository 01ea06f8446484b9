"""Residence registrations and permits of the Public Security Bureau, a delta every day.

A renewal is a new line with the same registration and another issue date, so both together name a line. Nobody
checks out: an end date is rare, and the reason is often just 务工.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.psb_residence`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "registration_no",
        dates.day(F.col("issue_date")).alias("issue_date"),
        "permit_no",
        dates.day(F.col("valid_to_date")).alias("valid_to_date"),
        dates.day(F.col("endorsed_date")).alias("endorsed_date"),
        dates.day(F.col("arrive_date")).alias("arrive_date"),
        dates.day(F.col("residence_start_date")).alias("residence_start_date"),
        dates.day(F.col("residence_end_date")).alias("residence_end_date"),
        code.of("residence_reason", F.col("residence_reason_code")).alias("residence_reason_code"),
        code.of("dwelling_kind", F.col("dwelling_kind_code")).alias("dwelling_kind_code"),
        "address_text",
        code.of("district", F.col("district_code")).alias("district_code"),
        code.of("region", F.col("hukou_code")).alias("hukou_code"),
        dates.day(F.col("hukou_date")).alias("hukou_date"),
        code.of("hukou_entry", F.col("hukou_entry_code")).alias("hukou_entry_code"),
        text.yes_no(F.col("has_coresident_child")).alias("has_coresident_child"),
        code.of("gender", F.col("gender_code")).alias("gender_code"),
        dates.day(F.col("birth_date")).alias("birth_date"),
        identity.mobile(F.col("mobile_no")).alias("mobile_no"),
        dates.day(F.col("death_date")).alias("death_date"),
        text.yes_no(F.col("is_cancelled")).alias("is_cancelled"),
        "delivered",
    )
