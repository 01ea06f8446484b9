"""Penalties and listings as abnormal, of firms and of persons in one table, a delta every day.

The day of performance is often missing: the penalty is open then, whatever has happened.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.amr_penalty`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "document_no",
        identity.uscc(F.col("uscc_no")).alias("uscc_no"),
        code.of("penalty_kind", F.col("kind_code")).alias("kind_code"),
        "cause_text",
        "authority_name",
        dates.day(F.col("decided_date")).alias("decided_date"),
        numbers.yuan(F.col("amount_cny")).alias("amount_cny"),
        dates.day(F.col("performed_date")).alias("performed_date"),
        dates.day(F.col("repaired_date")).alias("repaired_date"),
        dates.day(F.col("listed_date")).alias("listed_date"),
        dates.day(F.col("removed_date")).alias("removed_date"),
        "delivered",
    )
