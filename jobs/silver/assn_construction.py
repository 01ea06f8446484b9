"""Attendance on building sites in real names (建筑工人实名制), month to date every day.

Each day states the month anew, so a line of the same site, worker and month is a correction of the day before. Leaving
is hardly ever recorded: an open entry says nothing, only attendance does.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.assn_construction`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        text.yes_no(F.col("has_share_consent")).alias("has_share_consent"),
        identity.mobile(F.col("mobile_no")).alias("mobile_no"),
        "site_no",
        "worker_no",
        dates.month(F.col("attendance_month")).alias("attendance_month"),
        "site_name",
        identity.uscc(F.col("contractor_uscc_no")).alias("contractor_uscc_no"),
        "team_name",
        code.of("site_work_kind", F.col("work_kind_code")).alias("work_kind_code"),
        dates.day(F.col("entry_date")).alias("entry_date"),
        dates.day(F.col("exit_date")).alias("exit_date"),
        numbers.count(F.col("attendance_days")).alias("attendance_days"),
        text.yes_no(F.col("is_wage_by_special_account")).alias("is_wage_by_special_account"),
        "delivered",
    )
