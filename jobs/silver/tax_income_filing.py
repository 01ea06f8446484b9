"""Individual income tax filings, one file a month: only that a month was filed is evidence, never a settlement.

Several agents may file for one person and month; a settlement changes the year's sums and gives tax back.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.tax_income_filing`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        identity.uscc(F.col("agent_uscc_no")).alias("agent_uscc_no"),
        code.of("income_item", F.col("income_item_code")).alias("income_item_code"),
        dates.month(F.col("period_month")).alias("period_month"),
        dates.day(F.col("filed_date")).alias("filed_date"),
        text.yes_no(F.col("is_annual_settlement")).alias("is_annual_settlement"),
        numbers.yuan(F.col("income_cny")).alias("income_cny"),
        numbers.yuan(F.col("tax_cny")).alias("tax_cny"),
        "delivered",
    )
