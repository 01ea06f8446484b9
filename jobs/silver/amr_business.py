"""The register of enterprises and individual businesses, and who stands behind them.

Two kinds of records: the business itself (no person), and one role of one person in it.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.amr_business`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.business(),
        identity.uscc(F.col("uscc_no")).alias("uscc_no"),
        "registration_no",
        "entity_name",
        code.of("entity_kind", F.col("entity_kind_code")).alias("entity_kind_code"),
        dates.day(F.col("established_date")).alias("established_date"),
        code.of("business_status", F.col("status_code")).alias("status_code"),
        dates.day(F.col("status_date")).alias("status_date"),
        "industry_code",
        "industry_text",
        "registered_address_text",
        code.of("district", F.col("district_code")).alias("district_code"),
        "delivered",
    )


def clean_role(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.amr_business_role`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        identity.uscc(F.col("uscc_no")).alias("uscc_no"),
        code.of("business_role", F.col("role_code")).alias("role_code"),
        dates.day(F.col("role_start_date")).alias("role_start_date"),
        dates.day(F.col("role_end_date")).alias("role_end_date"),
        "delivered",
    )
