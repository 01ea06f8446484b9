"""What is to be known of a card before anybody relies on it: power, drift, parity, limits (domain.md, section 6.7).

Gender, age, district and category are read here for the audit alone, and only as counts of groups that are not small
(`k_min` of the profile); no card can hold them (`jobs.score.variables`).
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import lake as tables
from jobs.gold.spells import whole_months
from jobs.score import card, measures
from jobs.score.binning import Bin
from jobs.score.measures import ALL
from jobs.score.rule import Parity, Rule
from jobs.score.sample import counted
from jobs.score.training import CONSTANT, Term
from jobs.score.variables import number, variables
from schemas import City

Row = dict[str, Any]
AXES = ("gender_code", "age_band", "district_code", "primary_category_code")
UNKNOWN = "UNKNOWN"
PLACES = 4

LIMITS = (
    "Learnt from people who were granted a loan; of those who were refused nothing is known (no reject inference).",
    "Variables are as true before the grant, but as known today: what was told late counts, and a decision of that day "
    "would not have had it.",
    "Windows before early grants reach back beyond what offices delivered: borrowers then look thinner than people do "
    "now, and CSI shows how far.",
    "What fewer than one borrower in twenty has, such as an adverse event, gets no bin of its own, and no points.",
    "Points are good-to-bad odds of the loans learnt from, not a probability of default of anybody else.",
    "Arrears under an approved relief count as any others.",
    "In no file: files keep the EXPERT score until a decision at a release puts a model in force.",
)
OF_NOBODY = "Everybody in this lake is invented (operator role sandbox): figures show that it works, not what is true."


class People(NamedTuple):
    """Counts of those the card would be for: by (category, points), (category, variable, place), (axis, group)."""

    as_of: Any
    points: Mapping[tuple[str, int], int]
    places: Mapping[tuple[str, str, int], int]
    groups: Mapping[tuple[str, str], tuple[int, int]]


def standing(spark: SparkSession, lake: Path) -> DataFrame:
    """Newest files of grown-up newcomers that are not frozen, with their variables, gender and birth."""
    files = tables.read(spark, lake, "gold.credit_file")
    columns = ("primary_category_code", "district_code", "as_of_date", "known_at", "is_adult", "is_frozen")
    told = F.struct(*columns, F.col("newcomer.newcomer_status_code").alias("status"), "features", "derived")
    newest = files.groupBy("person_id").agg(F.max_by(told, "version_count").alias("file"))
    rows = newest.select("person_id", "file.*").where("status = 'YES' AND is_adult AND NOT is_frozen")
    traits = tables.read(spark, lake, "gold.fact_person_trait").where("known_to_at IS NULL")
    said = F.struct("gender_code", "birth_date")
    born = traits.groupBy("person_id").agg(F.max_by(said, F.struct("valid_from_date", "record_ids")).alias("trait"))
    return (
        rows.join(born, "person_id", "left")
        .select(*rows.columns, "trait.*")
        .select("*", "features.*", "derived.*")
        .drop("features", "derived")
    )


def age_band(rule: Parity) -> Column:
    """Return the band of an age at T, e.g. `25-34`; null if no birth is known."""
    years = F.floor(whole_months(F.col("birth_date"), F.col("as_of_date")) / 12)
    found = F.when(years < rule.ages[0], F.lit(f"<{rule.ages[0]}"))
    for low, high in zip(rule.ages, (*rule.ages[1:], None), strict=True):
        label = f"{low}-{high - 1}" if high else f"{low}+"
        found = found.when(years >= low if high is None else years.between(low, high - 1), F.lit(label))
    return found


def people(spark: SparkSession, lake: Path, terms: Sequence[Term], rule: Rule) -> People:
    """Count those the card would be for."""
    bins: dict[str, list[Bin]] = {}
    for term in terms:
        bins.setdefault(term.bin.variable, []).append(term.bin)
    names = [each.name for each in variables()]
    places = {each.name: card.place(number(each), bins[each.name]) for each in variables()}
    rows = standing(spark, lake).withColumn("age_band", age_band(rule.parity)).withColumns(places)
    least = next(step.from_ for step in rule.bands if step.band == rule.parity.band)
    scored = rows.withColumn("points", card.points(terms)).withColumn("is_above", F.col("points") >= least)
    held = scored.select(*AXES, *names, "points", "is_above", "as_of_date").localCheckpoint()
    by_bin = card.by_bin(held, "primary_category_code", names)
    group = F.array(*(F.struct(F.lit(a).alias("axis"), F.coalesce(a, F.lit(UNKNOWN)).alias("name")) for a in AXES))
    by_group = held.select("is_above", F.explode(group).alias("group")).select("is_above", "group.*")
    groups: dict[tuple[str, str], tuple[int, int]] = {}
    for (axis, name, is_above), count in counted(by_group, "axis", "name", "is_above"):
        size, above = groups.get((axis, name), (0, 0))
        groups[axis, name] = (size + count, above + count * is_above)
    first = held.agg(F.max("as_of_date").alias("as_of")).first()
    return People(
        first["as_of"] if first else None,
        dict(counted(held, "primary_category_code", "points")),
        dict(counted(by_bin, "primary_category_code", "name", "place")),
        groups,
    )


POWER = ("good", "bad", "ks", "auc", "expert_ks", "expert_auc")


def power(measured: Iterable[Row]) -> list[Row]:
    """Return good, bad, KS and AUC by sample and category, as measured when the card was trained.

    Over all categories also those of the expert score, of the same loans.
    """
    found: dict[tuple[str, str], Row] = {}
    for row in measured:
        if (name := row["measure_name"]) in POWER:
            key = (row["sample_code"], row["category_code"])
            value = row["measure_value"]
            found.setdefault(key, {"sample": key[0], "category": key[1], **dict.fromkeys(POWER)})
            found[key][name] = int(value) if name in ("good", "bad") else float(value)
    order = {measures.TRAIN: 0, measures.HOLDOUT: 1, ALL: 2}
    return [found[key] for key in sorted(found, key=lambda key: (key[1] != ALL, key[1], order[key[0]]))]


def drift(measured: Sequence[Row], now: People, rule: Rule, k_min: int) -> list[Row]:
    """Return PSI of the points and CSI of each variable, by category: people now beside the loans learnt from.

    A category is compared with its own loans; one of which few are known, then or now, is left out.
    """
    limits = rule.stability
    begins = [int(row["measure_value"]) for row in sorted(measured, key=_level) if row["measure_name"] == "decile_from"]
    found = []
    for category in sorted({row["category_code"] for row in measured}, key=lambda code: (code != ALL, code)):
        mine = [row for row in measured if row["category_code"] == category and row["sample_code"] == ALL]
        scores: dict[int, int] = {}
        for (code, points), count in now.points.items():
            if category in (ALL, code):
                scores[points] = scores.get(points, 0) + count
        size = sum(scores.values())
        if size < k_min:
            continue
        psi = measures.shift(_counts(mine, "decile"), measures.parted(scores, begins), limits.floor_ratio)
        csi = {}
        for each in variables():
            bins: dict[int, int] = {}
            for (code, name, place), count in now.places.items():
                if name == each.name and category in (ALL, code):
                    bins[place] = bins.get(place, 0) + count
            csi[each.name] = _told(measures.shift(_counts(mine, f"bin:{each.name}"), bins, limits.floor_ratio))
        row = {"category": category, "loans": sum(_counts(mine, "decile").values()), "people": size}
        row |= {"psi": _told(psi), "verdict": measures.verdict(psi, limits.watch, limits.alarm)}
        found.append(row | {"csi": csi})
    return found


def _level(row: Row) -> int:
    return int(row["measure_level"])


def _counts(rows: Iterable[Row], name: str) -> dict[int, int]:
    return {row["measure_level"]: int(row["measure_value"]) for row in rows if row["measure_name"] == name}


def _told(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES)


def parity(groups: Mapping[tuple[str, str], tuple[int, int]], rule: Parity, k_min: int) -> list[Row]:
    """Return per axis the share of each group at or above the band, and the lowest over the highest of them.

    Groups of fewer than `k_min` people are only counted as left out; nobody of whom nothing is known is compared.
    """
    found = []
    for axis in AXES:
        mine = {name: told for (of, name), told in sorted(groups.items()) if of == axis}
        shown = {name: told for name, told in mine.items() if told[0] >= k_min}
        ratios = {name: above / size for name, (size, above) in shown.items()}
        compared = [ratio for name, ratio in ratios.items() if name != UNKNOWN]
        level = min(compared) / max(compared) if len(compared) > 1 and max(compared) else None
        found.append(
            {
                "axis": axis,
                "band": rule.band,
                "ratio": _told(level),
                "is_level": None if level is None else level >= rule.least_ratio,
                "small_groups": len(mine) - len(shown),
                "groups": [{"group": n, "people": shown[n][0], "ratio": _told(r)} for n, r in ratios.items()],
            }
        )
    return found


def report(spark: SparkSession, lake: Path, city: City, rule: Rule) -> Row:
    """Return the model card; CF-4303 if no card was trained."""
    rows = card.newest(lake)
    terms, first = [card.term(row) for row in rows], rows[0]
    measured = card.measured(lake, first["model_version_code"])
    now, k_min = people(spark, lake, terms, rule), int(city.limits["k_min"])
    counts = {row["measure_name"]: int(row["measure_value"]) for row in measured if ":" in row["measure_name"]}
    limits = (*LIMITS, OF_NOBODY) if city.operator.role == "sandbox" else LIMITS
    return {
        **described(first, rule),
        "loans": {name: count for name, count in counts.items() if not name.startswith("bin:")},
        "variables": summed(rows),
        "card": [shown(row) for row in rows],
        "power": power(measured),
        "as_of": now.as_of.isoformat() if now.as_of else None,
        "drift": drift(measured, now, rule, k_min),
        "parity": parity(now.groups, rule.parity, k_min),
        "limits": [*limits],
    }


def described(row: Row, rule: Rule) -> Row:
    """Say what the card is: version, data, label, scale and sign."""
    outcome, scale = rule.outcome, rule.scale
    good = "good = these months observed without, or paid in full before"
    bad = f"bad = {outcome.bad_dpd_days} or more days past due at a month's end within {outcome.window_months} months"
    return {
        "version": row["model_version_code"],
        "kind": row["kind_code"],
        "is_in_force": False,
        "rules": [row["rule_version_code"], row["variable_version_code"]],
        "data": "gold.fact_loan, gold.fact_loan_month and the features of gold before each grant",
        "known_at": row["known_at"].isoformat(),
        "trained_at": row["known_from_at"].isoformat(),
        "author": row["author_name"],
        "why": row["why_text"],
        "outcome": f"{bad} of the month of grant; {good}; else left out",
        "sign": "WOE = ln(share of good / share of bad): positive is better; more points are better",
        "scale": f"{scale.base_points} points at odds {scale.odds}:1, {scale.doubling_points} points double the odds",
    }


def summed(rows: Iterable[Row]) -> list[Row]:
    """Return per variable its information value and weight."""
    found: dict[str, Row] = {}
    for row in rows:
        if (name := row["variable_name"]) != CONSTANT:
            told = found.setdefault(name, {"variable": name, "iv": Decimal(0), "is_used": row["is_used"]})
            told["iv"] += row["iv_value"]
            told["beta"] = float(row["beta_value"])
    return [row | {"iv": float(row["iv"])} for row in found.values()]


def shown(row: Row) -> Row:
    """Return one bin as a person reads it."""
    if row["variable_name"] == CONSTANT:
        text = "everybody"
    elif row["bin_level"] == 0:
        text = "nothing known"
    elif row["value_codes"]:
        text = ", ".join(row["value_codes"])
    else:
        low, high = (None if row[name] is None else f"{row[name].normalize():f}" for name in ("from_value", "to_value"))
        ends = {(True, True): "any", (True, False): f"< {high}", (False, True): f">= {low}"}
        text = ends.get((low is None, high is None), f"{low} to {high}")
    told = {"variable": row["variable_name"], "level": row["bin_level"], "values": text, "is_used": row["is_used"]}
    told |= {"good": row["good_count"], "bad": row["bad_count"]}
    return told | {name: float(row[f"{name}_value"]) for name in ("woe", "iv", "beta", "points")}
