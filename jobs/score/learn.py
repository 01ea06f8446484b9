"""From a lake to a trained card: label loans, look at borrowers before the grant, count, cut, weigh, measure, write."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs.gold.facts import MADE_OF
from jobs.rows import dataset, few
from jobs.runs import fingerprint
from jobs.score import binning, card, measures, training
from jobs.score.binning import Bin, Seen, rounded
from jobs.score.measures import ALL, HOLDOUT, TRAIN
from jobs.score.outcomes import BAD, GOOD, outcomes
from jobs.score.rule import Rule, rule
from jobs.score.sample import counted, has_history, learnable, sample
from jobs.score.training import Cell, Term
from jobs.score.variables import variables
from schemas import City
from schemas.spark import stored

Row = card.Row
Counts = list[tuple[tuple[Any, ...], int]]
MARK_LENGTH = 6
FILE = "gold.credit_file"
FACTS = tuple(name for name in MADE_OF if name not in ("gold.fact_loan", "gold.fact_loan_month"))


class Labels(NamedTuple):
    """Loans that teach, and how many there are by outcome, ripeness, history, kind of borrower and relief."""

    rows: DataFrame
    counts: Counts

    def of(self, *outcomes: str) -> int:
        """Return how many loans with these outcomes teach."""
        return sum(
            count
            for (outcome, is_ripe, is_told, *_), count in self.counts
            if outcome in outcomes and is_ripe and is_told
        )


@dataclass(frozen=True)
class Trained:
    """A card not in force: rows of `gold.score_model` and `gold.score_measure` but for who, why and when."""

    version: str
    rows: list[Row]
    measures: list[Row]


def known(lake: Path) -> datetime | None:
    """Return K: what the newest files knew, and with them every fact; None if there is no file. No JVM."""
    import pyarrow.compute as pc

    if not tables.exists(lake, FILE):
        return None
    told = dataset(lake, FILE).to_table(columns=["known_at"])
    newest: datetime = pc.max(told["known_at"]).as_py()
    return newest


def labels(spark: SparkSession, lake: Path, at: datetime, of: Rule) -> Labels:
    """Label every loan of a person."""
    loans, months = (tables.read(spark, lake, name) for name in ("gold.fact_loan", "gold.fact_loan_month"))
    is_told = has_history(tables.read(spark, lake, "gold.fact_work_month"), at, of.least.history_months)
    found = outcomes(loans, months, at, of.outcome).withColumn("has_history", is_told).localCheckpoint()
    told = counted(found, "outcome_code", "is_ripe", "has_history", "borrower_kind_code", "is_relieved")
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


def cells(rows: DataFrame, cut: Mapping[str, Sequence[Bin]], names: Sequence[str]) -> list[Cell]:
    """Count loans per combination of the bins of some variables, category, sample and outcome.

    There are as many cells as combinations that occur: of variables that tell nothing none is needed.
    """
    about = ("is_kept_out", "primary_category_code", "is_bad")
    inside = rows.select(*about, *(card.place(F.col(name), cut[name]).alias(name) for name in names))
    return [Cell(found[0], found[1], found[2], found[3:], count) for found, count in counted(inside, *about, *names)]


def binned(rows: DataFrame, cut: Mapping[str, Sequence[Bin]]) -> dict[tuple[str, str, int], int]:
    """Count loans by category (ALL beside each), variable and place of the bin."""
    category = "primary_category_code"
    inside = rows.select(category, *(card.place(F.col(name), bins).alias(name) for name, bins in cut.items()))
    found: Counter[tuple[str, str, int]] = Counter()
    for (code, name, place), count in counted(card.by_bin(inside, category, [*cut]), category, "name", "place"):
        for one in (code, ALL):
            found[one, name, place] += count
    return found


def train(spark: SparkSession, lake: Path, city: City) -> Trained:
    """Train; nothing is written. The same lake gives the same card under the same version.

    Raises:
        CreditFileError: CF-4301 if too few outcomes are known, also of those that are not kept out; CF-4302 if nothing
            tells good from bad; CF-4101 if a rule is wrong.
    """
    of = rule()
    at = known(lake)
    if at is None:
        raise training.too_few(0, 0, of)
    labelled = labels(spark, lake, at, of)
    bad, good = labelled.of(BAD), labelled.of(GOOD)
    if bad < of.least.bad_count or good < of.least.good_count:
        raise training.too_few(bad, good, of)
    facts = {name: tables.read(spark, lake, name) for name in FACTS}
    rows = sample(labelled.rows, facts, at, city, of.holdout)
    cut = training.cut_all(seen(rows), of)
    names = [name for name, found in cut.items() if binning.tells(found, of.bins)]
    counts = cells(rows, cut, names)
    betas = training.fitted(counts, {name: cut[name] for name in names}, of)
    card_terms = training.terms(cut, betas, of.scale)
    by_points = measures.scored(counts, names, card_terms)
    told = measured(by_points, binned(rows, cut), labelled, of) + compared(rows)
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


def measured(
    by_points: Mapping[tuple[str, str, bool], Counter[int]],
    bins: Mapping[tuple[str, str, int], int],
    labelled: Labels,
    of: Rule,
) -> list[Row]:
    """Say what will be told of the card: outcomes; KS and AUC by sample and category; the reference of PSI and CSI.

    Of a category with fewer loans than the rule says, nothing is told. The reference are the loans learnt from and kept
    out, together: deciles of their points, and how many fell into each bin.
    """
    begins = measures.edges(measures.together(by_points, ALL, ALL), of.stability.parts)
    told = [_measure(ALL, ALL, name, count) for name, count in _outcomes(labelled.counts).items()]
    told += [_measure(ALL, ALL, "decile_from", edge, nth) for nth, edge in enumerate(begins, 2)]
    for sample_code in (TRAIN, HOLDOUT, ALL):
        for category in sorted({category for _, category, _ in by_points}):
            good, bad = (by_points.get((sample_code, category, is_bad), Counter()) for is_bad in (False, True))
            if category != ALL and good.total() + bad.total() < of.least.category_count:
                continue
            said: dict[str, float | None] = {"good": good.total(), "bad": bad.total()}
            said |= {"ks": measures.ks(good, bad), "auc": measures.auc(good, bad)}
            told += [_measure(sample_code, category, name, value) for name, value in said.items() if value is not None]
            if sample_code == ALL:
                parts = measures.parted(good + bad, begins)
                told += [_measure(ALL, category, "decile", count, place) for place, count in parts.items()]
                mine = sorted((name, place, count) for (code, name, place), count in bins.items() if code == category)
                told += [_measure(ALL, category, f"bin:{name}", count, place) for name, place, count in mine]
    return told


def compared(rows: DataFrame) -> list[Row]:
    """Say how well the expert score would have told the same loans apart: what a trained one has to be better than."""
    found: dict[tuple[str, bool], Counter[int]] = {}
    for (is_kept_out, is_bad, points), count in counted(rows, "is_kept_out", "is_bad", "expert_points"):
        for sample_code in (HOLDOUT if is_kept_out else TRAIN, ALL):
            found.setdefault((sample_code, is_bad), Counter())[points] += count
    told = []
    for sample_code in (TRAIN, HOLDOUT, ALL):
        good, bad = (found.get((sample_code, is_bad), Counter()) for is_bad in (False, True))
        said = {"expert_ks": measures.ks(good, bad), "expert_auc": measures.auc(good, bad)}
        told += [_measure(sample_code, ALL, name, value) for name, value in said.items() if value is not None]
    return told


def _measure(sample_code: str, category: str, name: str, value: float, level: int = 0) -> Row:
    row = {"sample_code": sample_code, "category_code": category, "measure_name": name, "measure_level": level}
    return row | {"measure_value": rounded(Decimal(str(value)))}


def _outcomes(counts: Counts) -> Mapping[str, int]:
    """Loans by outcome: those that teach, and why others do not; by kind of borrower; bad ones under relief."""
    told: dict[str, int] = {}
    for (outcome, is_ripe, is_told, kind, is_relieved), count in counts:
        flaw = "" if outcome not in (BAD, GOOD) else "_BUT_YOUNG" if not is_ripe else "" if is_told else "_NO_HISTORY"
        keys = [f"outcome:{outcome}{flaw}"]
        if outcome in (BAD, GOOD) and not flaw:
            keys.append(f"kind:{kind}:{outcome}")
            keys += ["relieved:BAD"] if is_relieved else []
        for key in keys:
            told[key] = told.get(key, 0) + count
    return dict(sorted(told.items()))


def write(spark: SparkSession, lake: Path, model: Trained, author: str, why: str, at: datetime) -> bool:
    """Keep a card; one that is there already is not written again. What was measured goes first: else a card is none.

    Returns:
        Whether it is new.
    """
    if few(lake, card.MODEL, ("model_version_code", "=", model.version)):
        return False
    if not card.measured(lake, model.version):
        rows = tables.inline(spark, stored(schemas.table(card.MEASURE)), model.measures)
        tables.append_rows(spark, lake, card.MEASURE, rows)
    by = {"author_name": author, "why_text": why, "known_from_at": at}
    rows = tables.inline(spark, stored(schemas.table(card.MODEL)), [row | by for row in model.rows])
    tables.append_rows(spark, lake, card.MODEL, rows)
    return True
