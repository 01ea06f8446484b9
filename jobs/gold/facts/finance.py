"""Loans as the banks report them back month by month, fees of accounts, and guarantees.

Amounts of loans and fees are the institution's own and stay so (CRR-29); R14 values stand here as bands only.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gold.facts.record import KNOWN, ONLY_SOURCE, concerning, month_of, standing, stated

LOAN = ("institution_code", "loan_no")

TERMS = (
    "person_id",
    "uscc_no",
    "branch_code",
    "staff_no",
    "borrower_kind_code",
    "product_code",
    "project_no",
    "channel_code",
    "contacted_at",
    "applied_at",
    "approved_at",
    "document_count",
    "grant_date",
    "maturity_date",
    "principal_cny",
    "rate_ratio",
    "is_first_loan",
    "renewal_of_loan_no",
    "refinanced_cny",
    "own_funds_cny",
    "status_code",
    "settled_date",
)
"""What is said of a loan as a whole: each month's line says it again."""

MONTH = ("balance_cny", "dpd_days", "relief_code")
ARREARS = ("adverse_start_date", "adverse_end_date", "notice_date", "provided_date")


def loan_lines(fin_loan: DataFrame, links: DataFrame) -> DataFrame:
    """Lines of the banks, one per loan and month-end, by borrower: what all facts about loans are made of."""
    rows = concerning(stated(fin_loan, "fin_loan"), links, "fin_loan")
    return rows.select(*LOAN, "snapshot_month", *TERMS, *MONTH, *ARREARS, "record_id", *KNOWN)


def loan_months(lines: DataFrame) -> DataFrame:
    """How each loan stood at a month's end; a month stated anew is a correction.

    Args:
        lines: rows of `loan_lines`.
    """
    return lines.withColumns(month_of("snapshot_month"))


def loans(lines: DataFrame) -> DataFrame:
    """Loans by what the newest line known says of them, from the day of grant to the day they were settled.

    Args:
        lines: rows of `loan_lines`.
    """
    return standing(lines, LOAN, ("snapshot_month",), TERMS).withColumns(
        {
            "valid_from_date": F.col("grant_date"),
            "valid_to_date": F.col("settled_date"),
            "source_code": F.lit("fin_loan"),
            "priority_count": F.lit(ONLY_SOURCE),
        }
    )


def fee_months(fin_fee: DataFrame, links: DataFrame) -> DataFrame:
    """Fees of a month by kind, charged and standard, with the account's class and the bands of article 14."""
    return concerning(stated(fin_fee, "fin_fee"), links, "fin_fee").withColumns(month_of("fee_month"))


def guarantees(fin_guarantee: DataFrame, links: DataFrame) -> DataFrame:
    """Guarantees of loans with the five parties' shares, of a person or a business."""
    rows = concerning(stated(fin_guarantee, "fin_guarantee"), links, "fin_guarantee")
    return rows.withColumns({"valid_from_date": F.col("start_date"), "valid_to_date": F.col("end_date")})
