"""Loans as the banks report them back, one line per loan and month-end, with their branches and account managers.

Several banks share a delivery: institution, loan and month name a line. A month stated anew is a correction.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, staff, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.fin_loan`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "institution_code",
        "loan_no",
        dates.month(F.col("snapshot_month")).alias("snapshot_month"),
        "branch_code",
        code.of("borrower_kind", F.col("borrower_kind_code")).alias("borrower_kind_code"),
        identity.uscc(F.col("uscc_no")).alias("uscc_no"),
        "product_code",
        "project_no",
        code.of("service_channel", F.col("channel_code")).alias("channel_code"),
        dates.instant(F.col("contacted_at")).alias("contacted_at"),
        dates.instant(F.col("applied_at")).alias("applied_at"),
        dates.instant(F.col("approved_at")).alias("approved_at"),
        numbers.count(F.col("document_count")).alias("document_count"),
        dates.day(F.col("grant_date")).alias("grant_date"),
        dates.day(F.col("maturity_date")).alias("maturity_date"),
        numbers.yuan(F.col("principal_cny")).alias("principal_cny"),
        numbers.yuan(F.col("balance_cny")).alias("balance_cny"),
        numbers.ratio(F.col("rate_ratio")).alias("rate_ratio"),
        text.yes_no(F.col("is_first_loan")).alias("is_first_loan"),
        "renewal_of_loan_no",
        numbers.yuan(F.col("refinanced_cny")).alias("refinanced_cny"),
        numbers.yuan(F.col("own_funds_cny")).alias("own_funds_cny"),
        numbers.count(F.col("dpd_days")).alias("dpd_days"),
        code.of("loan_status", F.col("status_code")).alias("status_code"),
        dates.day(F.col("settled_date")).alias("settled_date"),
        "staff_no",
        code.of("relief_measure", F.col("relief_code")).alias("relief_code"),
        dates.day(F.col("adverse_start_date")).alias("adverse_start_date"),
        dates.day(F.col("adverse_end_date")).alias("adverse_end_date"),
        dates.day(F.col("notice_date")).alias("notice_date"),
        dates.day(F.col("provided_date")).alias("provided_date"),
        "delivered",
    )


def clean_branch(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.fin_loan_branch`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.business(),
        "branch_code",
        code.of("district", F.col("district_code")).alias("district_code"),
        "street_code",
        numbers.measure(F.col("longitude_value")).alias("longitude_value"),
        numbers.measure(F.col("latitude_value")).alias("latitude_value"),
        text.yes_no(F.col("is_street_level")).alias("is_street_level"),
        "delivered",
    )


def clean_staff(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.fin_loan_staff`, in its order."""
    return staff.clean(bronze)
