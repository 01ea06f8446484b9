"""Housing-fund contributions, one file a month: what was paid in for a month, and how the account stood then.

After a change of employer the old account's last month often goes stale; both employers' lines are kept as written.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.hpf_contribution`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "hpf_account_no",
        identity.uscc(F.col("employer_uscc_no")).alias("employer_uscc_no"),
        "employer_name",
        dates.month(F.col("period_month")).alias("period_month"),
        dates.day(F.col("paid_date")).alias("paid_date"),
        dates.month(F.col("first_month")).alias("first_month"),
        dates.month(F.col("paid_to_month")).alias("paid_to_month"),
        code.of("fund_status", F.col("status_code")).alias("status_code"),
        numbers.ratio(F.col("employer_ratio")).alias("employer_ratio"),
        numbers.ratio(F.col("personal_ratio")).alias("personal_ratio"),
        dates.day(F.col("info_date")).alias("info_date"),
        numbers.yuan(F.col("monthly_cny")).alias("monthly_cny"),
        "delivered",
    )
