"""Bills of water, power, gas and telecom accounts, one file a month.

A bill is delivered for the person who agreed for this account; the account often runs in the landlord's name.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.utility_payment`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        code.of("utility_kind", F.col("utility_kind_code")).alias("utility_kind_code"),
        "account_no",
        "account_holder_name",
        "address_text",
        dates.month(F.col("bill_month")).alias("bill_month"),
        dates.day(F.col("due_date")).alias("due_date"),
        numbers.yuan(F.col("billed_cny")).alias("billed_cny"),
        numbers.yuan(F.col("paid_cny")).alias("paid_cny"),
        dates.day(F.col("paid_date")).alias("paid_date"),
        "delivered",
    )
