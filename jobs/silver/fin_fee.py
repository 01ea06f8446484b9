"""Fees of bank accounts, charged and waived, one file a month.

A closed account's number may be given to somebody else: it names a line only with bank, kind of fee and month.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.fin_fee`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "institution_code",
        "account_no",
        code.of("fee_kind", F.col("fee_kind_code")).alias("fee_kind_code"),
        dates.month(F.col("fee_month")).alias("fee_month"),
        "branch_code",
        identity.uscc(F.col("uscc_no")).alias("uscc_no"),
        numbers.yuan(F.col("standard_cny")).alias("standard_cny"),
        numbers.yuan(F.col("charged_cny")).alias("charged_cny"),
        numbers.count(F.col("transaction_count")).alias("transaction_count"),
        code.of("account_class", F.col("account_class_code")).alias("account_class_code"),
        code.of("verify_level", F.col("verify_level_code")).alias("verify_level_code"),
        code.of("risk_grade", F.col("risk_grade_code")).alias("risk_grade_code"),
        text.yes_no(F.col("is_payroll_cross_bank")).alias("is_payroll_cross_bank"),
        text.yes_no(F.col("is_exempt")).alias("is_exempt"),
        "deposit_band",
        "fund_band",
        "delivered",
    )
