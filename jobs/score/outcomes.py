"""What became of each loan of a person within twelve months of its grant: bad, good, or left out (domain.md, 6.4).

Banks state a loan at each month's end. Months are counted from that of the grant, which is 0: the end of month 12 is
the last that counts, that of month 13 counts no more.

Bad is who was 60 days past due at one of these ends. Good is who is known not to have been at any: the line says so; or
there is none, but the one before it lets no more than 59 days be reached by then, since days past due grow by one a day
(a line set aside is often one of arrears, so silence alone is no good payer); or the loan was paid in full before, and
nothing can be past due any more. Without the last rule loans of six months would be bad or left out, never good.

A loan granted less than twelve months before the bank's newest month is too young to be good, paid back or not. It may
be bad already; then it is labelled so, but `is_ripe` is false and nothing is learnt from it: its good neighbours of the
same month are not known yet, and bad ones alone would make the young look worse than they are.
"""

from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.gold.facts.finance import LOAN
from jobs.gold.spells import known_at, month_index
from jobs.score.rule import Outcome

BAD, GOOD, YOUNG, UNOBSERVED = "BAD", "GOOD", "YOUNG", "UNOBSERVED"


def outcomes(loans: DataFrame, months: DataFrame, known: datetime, rule: Outcome) -> DataFrame:
    """Label loans by what was known at K.

    Args:
        loans: `gold.fact_loan`; those of a business without a person are nobody's outcome.
        months: `gold.fact_loan_month`.
        known: K.
        rule: what is bad, and for how long it is looked at.

    Returns:
        One row per loan of a person: institution_code, loan_no, person_id, borrower_kind_code, grant_date,
        outcome_code (BAD, GOOD, YOUNG, UNOBSERVED: the last two are left out), is_ripe (its twelve months are over at
        this bank), is_relieved (bad, and an end that says so was under relief).
    """
    at, window = F.lit(known), rule.window_months
    stated = known_at(loans, at).where("person_id IS NOT NULL AND grant_date IS NOT NULL")
    lines = known_at(months, at)
    upto = lines.groupBy("institution_code").agg(F.max("period_month").alias("upto"))
    month_end = F.last_day("period_month").alias("day")
    state = F.struct(F.col("period_month"), month_end, F.col("dpd_days").alias("dpd"), F.col("relief_code"))
    ends = lines.groupBy(*LOAN).agg(F.array_sort(F.collect_list(state)).alias("states"))
    rows = stated.join(ends, [*LOAN], "left").join(F.broadcast(upto), "institution_code", "left")

    begun = month_index(F.col("grant_date"))
    inside = F.filter("states", lambda s: (month_index(s["period_month"]) - begun).between(0, window))
    late = F.filter(inside, lambda s: s["dpd"] >= rule.bad_dpd_days)
    paid = F.coalesce(month_index(F.col("settled_date")) - begun, F.lit(window + 1))
    owed_until = F.least(paid - 1, F.lit(window))
    sure = F.forall(F.sequence(F.lit(0), owed_until), lambda nth: _at_most(inside, nth) < rule.bad_dpd_days)
    is_ripe = F.coalesce(month_index(F.col("upto")) - begun >= window, F.lit(False))
    is_bad = F.coalesce(F.size(late) > 0, F.lit(False))
    is_good = F.when(owed_until < 0, F.lit(True)).otherwise(F.coalesce(sure, F.lit(False)))
    outcome = F.when(is_bad, BAD).when(~is_ripe, YOUNG).when(is_good, GOOD).otherwise(UNOBSERVED)
    relieved = F.coalesce(F.exists(late, lambda s: s["relief_code"].isNotNull()), F.lit(False))
    return rows.select(
        *LOAN,
        "person_id",
        "borrower_kind_code",
        "grant_date",
        outcome.alias("outcome_code"),
        is_ripe.alias("is_ripe"),
        relieved.alias("is_relieved"),
    )


def _at_most(inside: Column, nth: Column) -> Column:
    """The most days past due that a loan can have at the end of its nth month, by its newest line until then."""
    day = F.last_day(F.add_months(F.trunc("grant_date", "month"), nth))
    before = F.filter(inside, lambda s: s["day"] <= day)
    newest = F.get(before, F.size(before) - 1)
    return F.coalesce(newest["dpd"], F.lit(0)) + F.date_diff(day, F.coalesce(newest["day"], F.col("grant_date")))
