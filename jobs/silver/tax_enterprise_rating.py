"""Tax-credit grades of enterprises and individual businesses, one workbook a year.

The grade is the business's, never a person's: its owner needs a link. A correction comes late, under the same key.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.tax_enterprise_rating`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        identity.uscc(F.col("uscc_no")).alias("uscc_no"),
        dates.year(F.col("rating_year")).alias("rating_year"),
        code.of("tax_rating", F.col("rating_code")).alias("rating_code"),
        dates.day(F.col("published_date")).alias("published_date"),
        text.yes_no(F.col("has_tax_arrears")).alias("has_tax_arrears"),
        "delivered",
    )
