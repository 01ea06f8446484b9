"""Social-insurance lines of the Human Resources and Social Security Bureau, one file a month.

Back-pay arrives as new lines for old months, and a person may have two employers in one month:
only person, employer, insurance kind and month together name a line.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, text


def stated_base(delivered: Column) -> Column:
    """Contribution base in yuan; null for 0, which the bureau sends for a paused account."""
    base = numbers.yuan(delivered)
    return F.when(base != 0, base)


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.hrss_social_insurance`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "personal_account_no",
        identity.uscc(F.col("employer_uscc_no")).alias("employer_uscc_no"),
        "employer_name",
        code.of("insurance_kind", F.col("insurance_kind_code")).alias("insurance_kind_code"),
        code.of("payment_kind", F.col("payment_kind_code")).alias("payment_kind_code"),
        dates.month(F.col("period_month")).alias("period_month"),
        dates.day(F.col("paid_date")).alias("paid_date"),
        stated_base(F.col("base_cny")).alias("base_cny"),
        "delivered",
    )
