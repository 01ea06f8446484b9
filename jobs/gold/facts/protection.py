"""Medical enrolment by month, and policies: where somebody is covered, never what was claimed."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gold.facts.record import month_of, owned


def enrolment_months(nhsa_enrolment: DataFrame, links: DataFrame) -> DataFrame:
    """Months of medical enrolment by scheme; two schemes in a month are a double enrolment, and both are kept."""
    return owned(nhsa_enrolment, links, "nhsa_enrolment").withColumns(month_of("period_month"))


def policies(fin_policy: DataFrame, links: DataFrame) -> DataFrame:
    """Policies by insured; silver holds them only for who agreed in writing (R14.INSURANCE, the whole source)."""
    rows = owned(fin_policy, links, "fin_policy")
    return rows.withColumns({"valid_from_date": F.col("start_date"), "valid_to_date": F.col("end_date")})
