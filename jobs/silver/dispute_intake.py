"""Disputes, complaints and requests for human review, from intake to resolution, a delta every day.

A resolution is a later line of the same dispute. Whose item is disputed stands in no line: the rights step checks it.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.dispute_intake`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "dispute_no",
        code.of("source", F.col("target_source_code")).alias("target_source_code"),
        "target_record_no",
        "target_column_name",
        "target_institution_code",
        code.of("dispute_claim", F.col("claim_code")).alias("claim_code"),
        "claim_text",
        "statement_text",
        dates.instant(F.col("received_at")).alias("received_at"),
        code.of("dispute_channel", F.col("channel_code")).alias("channel_code"),
        code.of("dispute_resolution", F.col("resolution_code")).alias("resolution_code"),
        dates.instant(F.col("resolved_at")).alias("resolved_at"),
        "answer_text",
        "delivered",
    )
