"""Months of ride-hailing drivers by platform, month to date every week.

Two certificates stand in a line: the driver's (人证), which names the person, and the vehicle's (车证), which with a
leased vehicle is somebody else's.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import dates, header, identity, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.assn_ride_hailing`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        text.yes_no(F.col("has_share_consent")).alias("has_share_consent"),
        identity.mobile(F.col("mobile_no")).alias("mobile_no"),
        F.upper("driver_permit_no").alias("driver_permit_no"),
        F.upper("platform_code").alias("platform_code"),
        dates.month(F.col("work_month")).alias("work_month"),
        dates.day(F.col("permit_valid_to_date")).alias("permit_valid_to_date"),
        F.upper("vehicle_permit_no").alias("vehicle_permit_no"),
        "platform_worker_no",
        numbers.count(F.col("order_count")).alias("order_count"),
        numbers.count(F.col("active_days")).alias("active_days"),
        numbers.count(F.col("violation_count")).alias("violation_count"),
        "delivered",
    )
