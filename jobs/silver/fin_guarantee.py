"""Guarantees shared by government, bank, insurer, guarantor and business, as the guarantors report them back."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.fin_guarantee`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "institution_code",
        "guarantee_no",
        "bank_code",
        "insurer_code",
        "guarantor_code",
        "gov_unit_code",
        identity.uscc(F.col("uscc_no")).alias("uscc_no"),
        "loan_no",
        numbers.yuan(F.col("guarantee_cny")).alias("guarantee_cny"),
        numbers.ratio(F.col("gov_ratio")).alias("gov_ratio"),
        numbers.ratio(F.col("bank_ratio")).alias("bank_ratio"),
        numbers.ratio(F.col("insurer_ratio")).alias("insurer_ratio"),
        numbers.ratio(F.col("guarantor_ratio")).alias("guarantor_ratio"),
        numbers.ratio(F.col("firm_ratio")).alias("firm_ratio"),
        dates.day(F.col("start_date")).alias("start_date"),
        dates.day(F.col("end_date")).alias("end_date"),
        code.of("guarantee_status", F.col("status_code")).alias("status_code"),
        numbers.ratio(F.col("fee_ratio")).alias("fee_ratio"),
        "delivered",
    )
