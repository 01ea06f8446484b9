"""Staff of banks and insurers (domain.md, section 4.3, `_staff`): alike in every source that reports them."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of a silver `_staff` table, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.business(),
        "staff_no",
        "branch_code",
        code.of("staff_role", F.col("role_code")).alias("role_code"),
        numbers.count(F.col("training_count")).alias("training_count"),
        dates.day(F.col("start_date")).alias("start_date"),
        dates.day(F.col("end_date")).alias("end_date"),
        "delivered",
    )
