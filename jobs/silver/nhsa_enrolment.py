"""Enrolment in basic medical insurance, one file a month: months and schemes, never anything about health.

A person may be enrolled here and at home at once; the division tells where.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.nhsa_enrolment`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        code.of("medical_scheme", F.col("scheme_code")).alias("scheme_code"),
        dates.month(F.col("period_month")).alias("period_month"),
        code.of("enrolment_status", F.col("status_code")).alias("status_code"),
        numbers.count(F.col("contribution_count")).alias("contribution_count"),
        code.of("region", F.col("insured_region_code")).alias("insured_region_code"),
        "account_balance_band",
        "delivered",
    )
