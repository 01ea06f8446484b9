"""Social assistance granted by the city, one file a month: read by relief and fee waivers only, never by a score."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.mca_assistance`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        code.of("assistance_kind", F.col("assistance_kind_code")).alias("assistance_kind_code"),
        dates.day(F.col("start_date")).alias("start_date"),
        dates.day(F.col("end_date")).alias("end_date"),
        code.of("district", F.col("district_code")).alias("district_code"),
        "delivered",
    )
