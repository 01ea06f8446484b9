"""Member shops of the catering association and their staff, a workbook every quarter.

A shop goes by several names, so the member number names it; most of the staff are known by name and phone alone.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.assn_catering`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        text.yes_no(F.col("has_share_consent")).alias("has_share_consent"),
        identity.mobile(F.col("mobile_no")).alias("mobile_no"),
        "member_no",
        "staff_no",
        identity.uscc(F.col("uscc_no")).alias("uscc_no"),
        "shop_name",
        code.of("catering_grade", F.col("grade_code")).alias("grade_code"),
        numbers.ratio(F.col("rating_ratio")).alias("rating_ratio"),
        dates.day(F.col("joined_date")).alias("joined_date"),
        dates.day(F.col("left_date")).alias("left_date"),
        code.of("catering_post", F.col("post_code")).alias("post_code"),
        dates.day(F.col("post_start_date")).alias("post_start_date"),
        dates.day(F.col("post_end_date")).alias("post_end_date"),
        "delivered",
    )
