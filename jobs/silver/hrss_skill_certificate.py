"""Skill certificates and professional titles on record, one file a month.

Levels count down: 1 is the highest. The exact code of an occupation is kept only where the present classification has
its form; the occupation in words always stays.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.hrss_skill_certificate`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "certificate_serial_no",
        "occupation_code",
        "occupation_text",
        code.of("skill_level", F.col("skill_level_code")).alias("skill_level_code"),
        code.of("professional_title", F.col("title_code")).alias("title_code"),
        dates.day(F.col("issue_date")).alias("issue_date"),
        dates.day(F.col("valid_to_date")).alias("valid_to_date"),
        "issuer_name",
        "delivered",
    )
