"""Cards of domestic workers (家政上门服务证), a file of the association every week.

Workers change the company and get another card, and a worker sent by two companies has two: the card names a line, not
the person. What the association has not checked it leaves open: a missing background check is unknown, never a no.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, text


def verified(delivered: Column) -> Column:
    """True where the background was checked; a 否 says only that nobody did, so it is null as well."""
    said = text.yes_no(delivered)
    return F.when(said, said)


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.assn_domestic_service`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        text.yes_no(F.col("has_share_consent")).alias("has_share_consent"),
        identity.mobile(F.col("mobile_no")).alias("mobile_no"),
        "card_no",
        "company_name",
        identity.uscc(F.col("company_uscc_no")).alias("company_uscc_no"),
        code.of("domestic_work_kind", F.col("work_kind_code")).alias("work_kind_code"),
        numbers.count(F.col("training_count")).alias("training_count"),
        dates.day(F.col("issue_date")).alias("issue_date"),
        dates.day(F.col("valid_to_date")).alias("valid_to_date"),
        numbers.count(F.col("complaint_count")).alias("complaint_count"),
        numbers.count(F.col("praise_count")).alias("praise_count"),
        verified(F.col("is_background_verified")).alias("is_background_verified"),
        "delivered",
    )
