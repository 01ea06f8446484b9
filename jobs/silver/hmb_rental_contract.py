"""Rental contracts filed on the city's housing rental platform, a delta every day.

Group tenants share a filing number: filing and certificate together name a line. Early ends are often not closed.
A second kind of records are the affordable and public projects that leases refer to.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.hmb_rental_contract`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "filing_no",
        "dwelling_no",
        "address_text",
        code.of("district", F.col("district_code")).alias("district_code"),
        code.of("lessor_kind", F.col("lessor_kind_code")).alias("lessor_kind_code"),
        identity.uscc(F.col("lessor_uscc_no")).alias("lessor_uscc_no"),
        code.of("rental_program", F.col("program_code")).alias("program_code"),
        "project_no",
        dates.day(F.col("allotted_date")).alias("allotted_date"),
        dates.day(F.col("lease_start_date")).alias("lease_start_date"),
        dates.day(F.col("lease_end_date")).alias("lease_end_date"),
        dates.day(F.col("terminated_date")).alias("terminated_date"),
        numbers.yuan(F.col("monthly_rent_cny")).alias("monthly_rent_cny"),
        numbers.yuan(F.col("deposit_cny")).alias("deposit_cny"),
        text.yes_no(F.col("is_deposit_paid")).alias("is_deposit_paid"),
        numbers.count(F.col("rent_due_count")).alias("rent_due_count"),
        numbers.count(F.col("rent_on_time_count")).alias("rent_on_time_count"),
        code.of("lease_status", F.col("status_code")).alias("status_code"),
        "delivered",
    )


def clean_project(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.hmb_rental_contract_project`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.business(),
        "project_no",
        "project_name",
        identity.uscc(F.col("developer_uscc_no")).alias("developer_uscc_no"),
        code.of("district", F.col("district_code")).alias("district_code"),
        numbers.count(F.col("unit_count")).alias("unit_count"),
        numbers.count(F.col("occupied_count")).alias("occupied_count"),
        code.of("project_stage", F.col("stage_code")).alias("stage_code"),
        "delivered",
    )
