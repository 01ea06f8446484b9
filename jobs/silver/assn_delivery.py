"""Months of couriers by platform (快递, 外卖, 即时配送), with the orders covered against occupational injury.

A platform knows an account, a name and a phone, and the person's number in less than half of all cases.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.assn_delivery`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        text.yes_no(F.col("has_share_consent")).alias("has_share_consent"),
        identity.mobile(F.col("mobile_no")).alias("mobile_no"),
        F.upper("platform_code").alias("platform_code"),
        "platform_worker_no",
        dates.month(F.col("work_month")).alias("work_month"),
        code.of("platform_kind", F.col("platform_kind_code")).alias("platform_kind_code"),
        dates.day(F.col("registered_date")).alias("registered_date"),
        numbers.count(F.col("order_count")).alias("order_count"),
        numbers.count(F.col("active_days")).alias("active_days"),
        numbers.ratio(F.col("complaint_ratio")).alias("complaint_ratio"),
        numbers.count(F.col("covered_order_count")).alias("covered_order_count"),
        "delivered",
    )
