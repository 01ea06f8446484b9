"""Published enforcement cases and the list of dishonest debtors, a delta every day.

Courts mask every number: a record names its person by name and mask, so homonyms stay apart until other facts agree.
Entries are removed late or never, and a case closed for want of assets (终结本次执行) has not ended.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.court_enforcement`, in its order."""
    masked = identity.certificate(F.col("masked_certificate_no"))
    stated = code.of("certificate_type", F.col("certificate_type_code"))
    return (
        text.fold(bronze)
        .select(
            "record_id",
            *header.columns(),
            "case_no",
            masked.alias("masked_certificate_no"),
            code.of("court_kind", F.col("kind_code")).alias("kind_code"),
            "court_name",
            code.of("gender", F.col("gender_code")).alias("gender_code"),
            numbers.count(F.col("age_count")).alias("age_count"),
            dates.day(F.col("filed_date")).alias("filed_date"),
            dates.day(F.col("published_date")).alias("published_date"),
            code.of("performance", F.col("performance_code")).alias("performance_code"),
            dates.day(F.col("performed_date")).alias("performed_date"),
            dates.day(F.col("closed_date")).alias("closed_date"),
            code.of("court_close", F.col("close_kind_code")).alias("close_kind_code"),
            dates.day(F.col("removed_date")).alias("removed_date"),
            dates.day(F.col("hidden_date")).alias("hidden_date"),
            dates.day(F.col("term_end_date")).alias("term_end_date"),
            "delivered",
            identity.certificate_type(stated, masked).alias("kind_of_mask"),
        )
        .withColumn("certificate_type_code", F.coalesce("kind_of_mask", "certificate_type_code"))
        .drop("kind_of_mask")
    )
