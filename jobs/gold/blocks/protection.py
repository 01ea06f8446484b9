"""Medical enrolment and policies: that somebody is covered, never what was claimed."""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gold.blocks.trace import joined, traced
from jobs.gold.spells import holds

YEAR = 12


def protection(enrolments: DataFrame, policies: DataFrame, as_of: date) -> DataFrame:
    """Enrolment as its newest month says, of two schemes in a month the employees', and kinds of policies held at T."""
    day, month = F.lit(as_of), F.col("period_month")
    begun = month <= day
    newest = F.max_by(
        F.struct("scheme_code", "status_code", "contribution_count"),
        F.when(begun, F.struct("period_month", F.col("scheme_code") == "EMPLOYEE", "record_ids")),
    )
    enrolled = enrolments.groupBy("person_id").agg(
        newest.alias("enrolment"),
        F.bool_or(begun & (F.last_day(month) > F.add_months(day, -YEAR))).alias("has_recent_enrolment"),
        *traced("protection", begun),
    )
    insured = policies.groupBy("person_id").agg(
        F.array_sort(
            F.collect_set(F.when(holds("valid_from_date", "valid_to_date", day), F.col("policy_kind_code")))
        ).alias("policy_kind_codes"),
        *traced("protection", F.col("valid_from_date") <= day),
    )
    return joined((enrolled, insured), "protection")
