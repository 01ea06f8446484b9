"""What was known of each borrower when a loan was granted, beside what became of it: the rows a card learns from.

Features are those of the file, as of the last day of the month before the grant's month, so that nothing of the grant
itself is in them. Only valid time is travelled: K stays that of the newest gold. The first delivery of an office brings
years of history at once, so at most dates of grant nothing at all had been received; and what became of the loan could
not be known then either. What was true by T but told later counts, which a decision of that day would not have had.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial, reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.abreast import abreast
from jobs.gold import newcomer, rules
from jobs.gold.features import Moment, features
from jobs.gold.score import score
from jobs.gold.spells import known_at, month_index
from jobs.score.outcomes import BAD, GOOD
from jobs.score.rule import Holdout
from jobs.score.variables import number, variables
from schemas import City

HEX = 16
STRAY = 0.01
"""Share of the months of evidence that may lie before history begins."""


def is_kept_out(rule: Holdout) -> Column:
    """Whether a borrower judges the card instead of teaching it: all loans of one person are on one side.

    A person's id is a keyed hash already, so its first digits are as good as a draw, and the same on every run.
    """
    drawn = F.conv(F.substring("person_id", 1, 4), HEX, 10).try_cast("int")
    return F.coalesce(drawn % rule.parts < rule.kept_out, F.lit(False))


def dates(labelled: DataFrame) -> tuple[date, ...]:
    """Return the T of each month of grant: the last day of the month before."""
    found = labelled.agg(F.array_sort(F.collect_set(F.trunc("grant_date", "month"))).alias("months")).first()
    return tuple(month - timedelta(days=1) for month in found["months"]) if found else ()


def learnable(outcomes: DataFrame) -> DataFrame:
    """Loans that teach: good or bad, of a month whose twelve months are over and before which enough was told."""
    return outcomes.where(F.col("outcome_code").isin(BAD, GOOD) & F.col("is_ripe") & F.col("has_history"))


def has_history(months: DataFrame, known: datetime, least: int) -> Column:
    """Whether so many months of evidence of work lie before the month of a `grant_date`, whomever they are of.

    Evidence begins where all but a hundredth of it lies later: a contribution paid back for a year long past does not
    make that year known.

    Args:
        months: `gold.fact_work_month`.
        known: K.
        least: how many.
    """
    index = month_index(F.col("period_month"))
    first = known_at(months, F.lit(known)).agg(F.percentile(index, F.lit(STRAY)).alias("begins")).first()
    begins = first["begins"] if first and first["begins"] is not None else 0.0
    return month_index(F.col("grant_date")) - F.lit(int(begins)) >= least


def sample(
    labelled: DataFrame, facts: Mapping[str, DataFrame], known: datetime, city: City, holdout: Holdout
) -> DataFrame:
    """Join each loan that teaches to its borrower's variables as of before the grant.

    Args:
        labelled: rows of `learnable`, cheap to read again.
        facts: fact tables by name.
        known: K.
        city: the profile.
        holdout: who is kept out.

    Returns:
        A row per loan: is_bad, is_kept_out, primary_category_code and expert_points (for reports only), and each
        variable as a number; no identifier of person or loan. Materialised.
    """
    borrowers = labelled.select("person_id").distinct()
    theirs = {name: _of(rows, borrowers).localCheckpoint() for name, rows in facts.items()}
    made: list[DataFrame] = abreast(
        partial(_granted, labelled, theirs, day, known, city, holdout) for day in dates(labelled)
    )
    return reduce(DataFrame.unionByName, made)


def _of(rows: DataFrame, people: DataFrame) -> DataFrame:
    """Facts of some people; those of businesses alone stay."""
    if "person_id" not in rows.columns:
        return rows
    mine = rows.join(people, "person_id", "left_semi")
    return mine.unionByName(rows.where("person_id IS NULL")) if "uscc_no" in rows.columns else mine


def _granted(
    labelled: DataFrame, facts: Mapping[str, DataFrame], day: date, known: datetime, city: City, holdout: Holdout
) -> DataFrame:
    """The loans of the month after a day."""
    loans = labelled.where(F.trunc("grant_date", "month") == F.lit(day + timedelta(days=1)))
    people = loans.select("person_id").distinct()
    # whether a certificate is known, and what its number says, is no input; the columns only have to be there
    flags = {"has_identity": F.lit(True), "has_identity_conflict": F.lit(False)}
    flags |= {"numbered_type_code": F.lit(None).cast("string"), "numbered_born_year": F.lit(None).cast("int")}
    mine = {name: _of(rows, F.broadcast(people)) for name, rows in facts.items()}
    rows = features(people.withColumns(flags), mine, Moment(day, known), city)
    policy = rules.in_force()
    rows = rows.withColumns(newcomer.status(day, city, policy.newcomer)).withColumns(rules.categories(policy.category))
    expert = score(policy.scorecard)["score_points"].alias("expert_points")
    inputs = (number(each).alias(each.name) for each in variables())
    chosen = rows.select("person_id", "primary_category_code", expert, *inputs)
    both = loans.select("person_id", (F.col("outcome_code") == BAD).alias("is_bad")).join(chosen, "person_id")
    return both.withColumn("is_kept_out", is_kept_out(holdout)).drop("person_id").localCheckpoint()


def counted(rows: DataFrame, *by: str) -> list[tuple[tuple[Any, ...], int]]:
    """Return how many rows have each combination of some columns: as many as there are combinations, ordered."""
    told = rows.groupBy(*by).count().agg(F.sort_array(F.collect_list(F.struct(*by, "count"))).alias("told")).first()
    return [(tuple(row)[:-1], row["count"]) for row in told["told"]] if told else []
