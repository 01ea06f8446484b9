"""Registrations of employment and unemployment, what changed in a week.

Ranges stay open where nobody reported the end, and overlap where somebody has two employers: both are kept as written.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.hrss_employment`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "registration_no",
        code.of("employment_registration", F.col("registration_kind_code")).alias("registration_kind_code"),
        identity.uscc(F.col("employer_uscc_no")).alias("employer_uscc_no"),
        "employer_name",
        code.of("employment_form", F.col("employment_form_code")).alias("employment_form_code"),
        dates.day(F.col("contract_start_date")).alias("contract_start_date"),
        dates.day(F.col("contract_end_date")).alias("contract_end_date"),
        dates.day(F.col("exit_date")).alias("exit_date"),
        dates.day(F.col("unemployment_start_date")).alias("unemployment_start_date"),
        dates.day(F.col("unemployment_end_date")).alias("unemployment_end_date"),
        "delivered",
    )
