"""Awards for craft, as an association publishes them once a month."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import dates, header, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.skl_award`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "award_no",
        dates.day(F.col("award_date")).alias("award_date"),
        numbers.yuan(F.col("prize_cny")).alias("prize_cny"),
        "delivered",
    )
