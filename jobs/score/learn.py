"""From a lake to a trained card: label loans, look at borrowers before the grant, count, cut, weigh, measure, write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs.gold.facts import MADE_OF
from jobs.runs import fingerprint
from jobs.score import card, measures, training
from jobs.score.binning import Bin, Seen
from jobs.score.measures import ALL, HOLDOUT, TRAIN
from jobs.score.outcomes import BAD, GOOD, outcomes
from jobs.score.rule import Rule, rule
from jobs.score.sample import counted, learnable, sample
from jobs.score.training import Cell, Term
from jobs.score.variables import variables
from schemas import City
from schemas.spark import stored

Row = card.Row
MARK_LENGTH = 6
FACTS = tuple(name for name in MADE_OF if name not in ("gold.fact_loan", "gold.fact_loan_month"))


class Labels(NamedTuple):
    """Loans that teach, and how many loans there are by outcome, ripeness, kind of borrower and relief."""

    rows: DataFrame
    counts: list[tuple[tuple, int]]

    def of(self, *outcomes: str) -> int:
        """Return how many loans with these outcomes teach."""
        return sum(count for (outcome, is_ripe, *_), count in self.counts if outcome in outcomes and is_ripe)


@dataclass(frozen=True)
class Trained:
    """A card not in force: rows of `gold.score_model` and `gold.score_measure` but for who, why and when."""

    version: str
    rows: list[Row]
    measures: list[Row]


def known(spark: SparkSession, lake: Path) -> datetime | None:
    """Return K: what the newest files knew, and with them every fact; None if there is no file."""
    found = tables.read(spark, lake, "gold.credit_file").agg(F.max("known_at").alias("known_at")).first()
    return found["known_at"] if found else None


def labels(spark: SparkSession, lake: Path, at: datetime, of: Rule) -> Labels:
    """Label every loan of a person."""
    loans, months = (tables.read(spark, lake, name) for name in ("gold.fact_loan", "gold.fact_loan_month"))
    found = outcomes(loans, months, at, of.outcome).localCheckpoint()
    told = list(counted(found, "outcome_code", "is_ripe", "borrower_kind_code", "is_relieved"))
    return Labels(learnable(found), told)


def seen(rows: DataFrame) -> dict[str, list[Seen]]:
    """Count the good and bad loans per value of each variable, of those that are not kept out, in one pass."""
    each = F.explode(
        F.array(*(F.struct(F.lit(v.name).alias("name"), F.col(v.name).alias("value")) for v in variables()))
    )
    long = rows.where("NOT is_kept_out").select("is_bad", each.alias("told")).select("told.*", "is_bad")
    found: dict[tuple[str, Decimal | None], list[int]] = {}
    for (name, value, is_bad), count in counted(long, "name", "value", "is_bad"):
        found.setdefault((name, value), [0, 0])[is_bad] += count
    told: dict[str, list[Seen]] = {each.name: [] for each in variables()}
    for (name, value), (good, bad) in found.items():
        told[name].append(Seen(value, good, bad))
    return told


def cells(rows: DataFrame, cut: dict[str, list[Bin]]) -> list[Cell]:
    """Count loans per combination of bins, category, sample and outcome."""
    names = [each.name for each in variables()]
    inside = rows.select(
        "is_kept_out",
        "primary_category_code",
        "is_bad",
        *(c.alias(n) for n, c in card.places(cut, are_numbers=True).items()),
    )
    by = ("is_kept_out", "primary_category_code", "is_bad", *names)
    return [Cell(*found[:3], places=found[3:], count=count) for found, count in counted(inside, *by)]


def train(spark: SparkSession, lake: Path, city: City) -> Trained:
    """Train; nothing is written. The same lake gives the same card under the same version.

    Raises:
        CreditFileError: CF-4301 if too few outcomes are known, also of those that are not kept out; CF-4302 if nothing
            tells good from bad; CF-4101 if a rule is wrong.
    """
    of = rule()
    at = known(spark, lake)
    if at is None:
        training.enough(0, 0, of)
        raise AssertionError
    labelled = labels(spark, lake, at, of)
    training.enough(labelled.of(BAD), labelled.of(GOOD), of)
    facts = {name: tables.read(spark, lake, name) for name in FACTS}
    rows = sample(labelled.rows, facts, at, city, of.holdout)
    cut = training.cut_all(seen(rows), of)
    counts = cells(rows, cut)
    card_terms = training.terms(cut, training.fitted(counts, cut, of), of.scale)
    told = measured(counts, card_terms, labelled, of)
    return _named(card_terms, told, at, labelled, of)


def _named(card_terms: Sequence[Term], told: list[Row], at: datetime, labelled: Labels, of: Rule) -> Trained:
    """Give the card its version: the rules' with a mark of everything that was learnt."""
    rows = card.rows(card_terms)
    stated, expert = of.rule_version_code, schemas.rules("scorecard")["rule_version_code"]
    said = [str(sorted(row.items(), key=lambda item: item[0])) for row in (*rows, *told)]
    version = f"{stated}+{fingerprint(stated, expert, *said)[:MARK_LENGTH]}"
    about = {"model_version_code": version, "rule_version_code": stated, "variable_version_code": expert}
    about |= {"kind_code": of.kind_code, "known_at": at}
    counts = {"sample_bad_count": labelled.of(BAD), "sample_good_count": labelled.of(GOOD)}
    return Trained(
        version, [about | counts | row for row in rows], [{"model_version_code": version} | row for row in told]
    )


def measured(counts: Sequence[Cell], card_terms: Sequence[Term], labelled: Labels, of: Rule) -> list[Row]:
    """Say what will be told of the card: outcomes; KS and AUC by sample and category; the reference of PSI and CSI.

    Of a category with fewer loans than the rule says, nothing is told. The reference are the loans taught by and kept
    out, together: deciles of their points, and how many fell into each bin.
    """
    names = [each.name for each in variables()]
    by_points = measures.scored(counts, names, card_terms)
    told: list[Row] = []

    def tell(sample_code: str, category: str, name: str, value: float | Decimal | None, level: int = 0) -> None:
        if value is not None:
            row = {"sample_code": sample_code, "category_code": category, "measure_name": name, "measure_level": level}
            told.append(row | {"measure_value": round(Decimal(str(value)), 4)})

    for name, count in _outcomes(labelled.counts).items():
        tell(ALL, ALL, name, count)
    reference = measures.together(by_points, ALL, ALL)
    begins = measures.edges(reference, of.stability.parts)
    for nth, edge in enumerate(begins, 2):
        tell(ALL, ALL, "decile_from", edge, nth)
    for sample_code in (TRAIN, HOLDOUT, ALL):
        for category in sorted({key[1] for key in by_points}):
            good, bad = (by_points.get((sample_code, category, is_bad), {}) for is_bad in (False, True))
            size = sum(good.values()) + sum(bad.values())
            if category != ALL and size < of.least.category_count:
                continue
            for name, value in (("good", sum(good.values())), ("bad", sum(bad.values()))):
                tell(sample_code, category, name, value)
            tell(sample_code, category, "ks", measures.ks(good, bad))
            tell(sample_code, category, "auc", measures.auc(good, bad))
            if sample_code == ALL:
                for place, count in measures.parted(measures.together(by_points, ALL, category), begins).items():
                    tell(ALL, category, "decile", count, place)
                for (name, place), count in measures.binned(counts, names, category).items():
                    tell(ALL, category, f"bin:{name}", count, place)
    return told


def _outcomes(counts: Sequence[tuple[tuple, int]]) -> Mapping[str, int]:
    """Loans by outcome: those that teach, and why others do not; by kind of borrower; bad ones under relief."""
    told: dict[str, int] = {}
    for (outcome, is_ripe, kind, is_relieved), count in counts:
        name = outcome if is_ripe or outcome not in (BAD, GOOD) else f"{outcome}_BUT_YOUNG"
        keys = [f"outcome:{name}"]
        if is_ripe and outcome in (BAD, GOOD):
            keys.append(f"kind:{kind}:{outcome}")
            keys += ["relieved:BAD"] if is_relieved else []
        for key in keys:
            told[key] = told.get(key, 0) + count
    return dict(sorted(told.items()))


def write(spark: SparkSession, lake: Path, model: Trained, author: str, why: str, at: datetime) -> bool:
    """Keep a card; one that is there already is not written again. What was measured goes first: a card cut off is none.

    Returns:
        Whether it is new.
    """
    if card.few(lake, card.MODEL, ("model_version_code", "=", model.version)):
        return False
    if not card.measured(lake, model.version):
        rows = tables.inline(spark, stored(schemas.table(card.MEASURE)), model.measures)
        tables.append_rows(spark, lake, card.MEASURE, rows)
    by = {"author_name": author, "why_text": why, "known_from_at": at}
    rows = tables.inline(spark, stored(schemas.table(card.MODEL)), [row | by for row in model.rows])
    tables.append_rows(spark, lake, card.MODEL, rows)
    return True
