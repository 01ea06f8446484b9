"""Training: Splink learns from the lake itself how often identities of one person, and of two people, agree.

What two sources wrote for one valid number is one person (m); one identity each of two numbers is two people (u). What
numbers cannot teach keeps the rules' value, and so does, nearly, what few pairs have taught (`training` in
`schemas/rules/linkage.yaml`). The same lake gives the same parameters under the same name.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs.errors import CreditFileError
from jobs.link import parameters, probable
from jobs.link.parameters import MILLION, PARAMETER, Row, levels, weight
from jobs.link.touched import HANDLES, node, nodes
from jobs.link.undecided import counted
from jobs.runs import fingerprint
from schemas.spark import stored

SEEN = "seen_"
"""Begins the name of a comparison's twin, which asks only whether both sides say anything."""

FREQUENCY = "link.term_frequency"
MARK_LENGTH = 6
PLACES = Decimal("0.0001")


class Shares(NamedTuple):
    """What pairs were like: of how many, and per comparison the share in each level; none where no pair said anything.

    `shares` begins with the best level; of a twin it is the share of pairs in which both sides say something.
    """

    pairs: int
    shares: dict[str, list[float]]


class Trained(NamedTuple):
    """A model not in force yet: rows of `link.parameter` but for who, why and when; and how common names are."""

    version: str
    rows: list[Row]
    names: DataFrame


def numbered(spark: SparkSession, lake: Path) -> DataFrame:
    """One row per identity with a valid number, with what comparisons compare and its `person_id`."""
    made = tables.read(spark, lake, "link.ledger").where("entry_code = 'CREATE' AND certificate_hash IS NOT NULL")
    identities = tables.read(spark, lake, "link.identity").withColumn("node_id", node())
    everybody = nodes(identities, made.select("certificate_hash", "person_id"))
    compared = probable.capped(everybody, HANDLES, schemas.rules("linkage")["thresholds"]["block_count"])
    return compared.where("person_id IS NOT NULL")


def of_one_person(known: DataFrame) -> DataFrame:
    """Pairs of identities of one number from two sources: node_id_l, node_id_r.

    Two of one source teach nothing: they are two only because something in them differs.
    """
    left, right = (
        known.select("person_id", F.col("node_id").alias(f"node_id_{side}"), F.col("source").alias(f"source_{side}"))
        for side in "lr"
    )
    return left.join(right, "person_id").where("source_l < source_r").select("node_id_l", "node_id_r")


def one_each(known: DataFrame) -> DataFrame:
    """One identity of each person, with a phone if any has one: any two of them are two people."""
    first = F.min(F.struct(F.col("mobile_hash").isNull(), "node_id")).alias("first")
    return known.join(known.groupBy("person_id").agg(first).select("first.node_id"), "node_id", "left_semi")


def untaught(settings: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    """Splink's settings without any m and u, of these comparisons and their twins."""
    kept = ("sql_condition", "label_for_charts", "is_null_level")
    found: list[Row] = []
    for comparison in settings["comparisons"]:
        if (name := comparison["output_column_name"]) in names:
            bare = [{key: level[key] for key in kept if key in level} for level in comparison["comparison_levels"]]
            missing = next(level["sql_condition"] for level in bare if level.get("is_null_level"))
            both = [{"sql_condition": f"NOT ({missing})", "label_for_charts": "said"}, {"sql_condition": "ELSE"}]
            found.append({"output_column_name": name, "comparison_levels": bare})
            found.append({"output_column_name": SEEN + name, "comparison_levels": both})
    taken = {key: settings[key] for key in ("link_type", "unique_id_column_name")}
    return taken | {"blocking_rules_to_generate_predictions": [], "comparisons": found}


def _shares(linker: Any, side: str, pairs: int) -> Shares:
    """Read what a trained linker has learnt: `m` or `u`."""
    learned = linker.misc.save_model_to_json()["comparisons"]
    told = {
        each["output_column_name"]: [float(level.get(f"{side}_probability", 0.0)) for _, level in levels(each)]
        for each in learned
    }
    return Shares(pairs, told)


def learn_m(spark: SparkSession, known: DataFrame, settings: dict[str, Any]) -> Shares:
    """How identities of one person agree: Splink's estimate from labelled pairs (`of_one_person`)."""
    labels = of_one_person(known).localCheckpoint()
    if not (pairs := labels.count()) or not settings["comparisons"]:
        return Shares(0, {})
    with probable.taught(spark, known, settings) as (linker, register):
        linker.training.estimate_m_from_pairwise_labels(register(labels))
        return _shares(linker, "m", pairs)


def learn_u(spark: SparkSession, known: DataFrame, settings: dict[str, Any], training: Mapping[str, Any]) -> Shares:
    """How identities of two people agree: Splink's random sampling, seeded, over `one_each`.

    Up to `sample_pairs` every pair is taken; of more people a sample, that has about so many.
    """
    single = one_each(known).localCheckpoint()
    people = single.count()
    if not (pairs := min(people * (people - 1) // 2, training["sample_pairs"])) or not settings["comparisons"]:
        return Shares(0, {})
    with probable.taught(spark, single, settings) as (linker, _):
        linker.training.estimate_u_using_random_sampling(
            max_pairs=float(training["sample_pairs"]),
            seed=training["seed"],
            min_count_per_level=None,
            num_chunks=1,
        )
        return _shares(linker, "u", pairs)


def weighed(shares: list[float], pairs: float, stated: list[float], prior_pairs: float) -> list[float]:
    """Weigh what pairs show against what the rules state, which counts like so many pairs more (a Dirichlet prior).

    Without any pair every level is as stated; what is learnt always lies between the two, and sums to 1.

    Args:
        shares: of the pairs, by level.
        pairs: in which both sides say something.
        stated: the rules' values, by level.
        prior_pairs: how much the rules weigh.
    """
    total = pairs + prior_pairs
    return [(share * pairs + p * prior_pairs) / total for share, p in zip(shares, stated, strict=True)]


def _value(ratio: float) -> Decimal:
    return (Decimal(str(ratio)) * MILLION).quantize(PLACES)


def _side(comparison: Row, side: str, found: Shares, training: Mapping[str, Any]) -> list[Row]:
    """What one of m and u becomes, by level: value, the rules' value, pairs of the level and pairs in all."""
    name = comparison["output_column_name"]
    stated = [level[f"{side}_probability"] for _, level in levels(comparison)]
    is_taught = side in training["teaches"].get(name, ()) and name in found.shares
    said = found.pairs * found.shares[SEEN + name][0] if is_taught else 0.0
    shares = found.shares[name] if is_taught else [0.0] * len(stated)
    values = weighed(shares, said, stated, training["prior_pairs"][side]) if said else stated
    return [
        {
            f"{side}_value": _value(value),
            f"prior_{side}_value": _value(prior),
            f"{side}_pair_count": round(share * said),
            f"{side}_total_count": round(said),
        }
        for value, prior, share in zip(values, stated, shares, strict=True)
    ]


def told(m: Shares, u: Shares, before: Mapping[str, Any]) -> list[Row]:
    """Say what every level of the rules becomes, what it weighs then, and whether that is far from what it weighed.

    Args:
        m: of one person.
        u: of two people.
        before: the rules in force.

    Returns:
        Columns of `link.parameter`: names, values as pairs of a million, counts of pairs, weights.
    """
    rules = schemas.rules("linkage")
    training, rows = rules["training"], []
    stood = {(each["comparison"], each["agreement"]): each["weight"] for each in parameters.weights(dict(before))}
    for comparison in rules["settings"]["comparisons"]:
        name = comparison["output_column_name"]
        sides = zip(_side(comparison, "m", m, training), _side(comparison, "u", u, training), strict=True)
        for (agreement, level), (of_m, of_u) in zip(levels(comparison), sides, strict=True):
            now, was = weight(float(of_m["m_value"]), float(of_u["u_value"])), stood[name, agreement]
            row = {"comparison_name": name, "agreement_level": agreement, "level_name": level["label_for_charts"]}
            row |= of_m | of_u | {"weight_value": Decimal(str(now)).quantize(PLACES)}
            row |= {"weight_before_value": Decimal(str(was)).quantize(PLACES)}
            rows.append(row | {"is_drifted": abs(now - was) > training["drift_weight"]})
    return rows


def check(rows: list[Row]) -> None:
    """Hold a model in which some agreement would speak less for one person than none does (CF-3201)."""
    least = {row["comparison_name"]: row["weight_value"] for row in rows if row["agreement_level"] == 0}
    wrong = [
        f"{name}: {row['level_name']} weighs {row['weight_value']:.2f}, other {least[name]:.2f}"
        for row in rows
        if row["weight_value"] < least[name := row["comparison_name"]]
    ]
    if wrong:
        raise CreditFileError("CF-3201", what="; ".join(wrong), where=PARAMETER, undone="Nothing was written.")


def train(spark: SparkSession, lake: Path) -> Trained:
    """Train m and u and count names; nothing is written.

    The version is the rules' with a mark of what was learnt: another lake or another rule has another one.

    Raises:
        CreditFileError: CF-3201 if agreement would weigh less than disagreement.
    """
    rules = schemas.rules("linkage")
    training = rules["training"]
    known = numbered(spark, lake).localCheckpoint()
    taught_by = {side: {name for name, sides in training["teaches"].items() if side in sides} for side in "mu"}
    m = learn_m(spark, known, untaught(rules["settings"], taught_by["m"]))
    u = learn_u(spark, known, untaught(rules["settings"], taught_by["u"]), training)
    rows = told(m, u, parameters.in_force(lake))
    check(rows)
    borne = known.where("name_hash IS NOT NULL").select("certificate_hash", "name_hash").distinct().localCheckpoint()
    figures = _figures(known, borne)
    values = [f"{row['comparison_name']}:{row['agreement_level']}:{row['m_value']}:{row['u_value']}" for row in rows]
    told_names = [f"{name}={count}" for name, count in figures.items()]
    stated = rules["rule_version_code"]
    version = f"{stated}+{fingerprint(stated, *values, *told_names)[:MARK_LENGTH]}"
    about = {"model_version_code": version, "rule_version_code": stated}
    about |= {name: figures[name] for name in ("person_count", "identity_count", "name_count")}
    return Trained(version, [about | row for row in rows], counted(borne, rules["frequencies"], version))


def _figures(known: DataFrame, borne: DataFrame) -> dict[str, int]:
    """How much was learnt from; `borne_count` and `twice_count` tell two tables of names apart."""
    first = known.agg(F.count("*").alias("identity_count"), F.count_distinct("person_id").alias("person_count")).first()
    names = borne.groupBy("name_hash").count()
    last = names.agg(
        F.count("*").alias("name_count"),
        F.coalesce(F.sum("count"), F.lit(0)).alias("borne_count"),
        F.coalesce(F.sum(F.col("count") * F.col("count")), F.lit(0)).alias("twice_count"),
    ).first()
    return (first.asDict() if first else {}) | (last.asDict() if last else {})


def write(spark: SparkSession, lake: Path, model: Trained, author: str, why: str, at: datetime) -> None:
    """Put a model in force from the next linking on; one that already is is not written again.

    Names go first: a training that is cut off between the two is none, and the next one finds them.
    """
    if model.version in parameters.mark(lake):
        return
    if tables.read(spark, lake, FREQUENCY).where(F.col("rule_version_code") == model.version).isEmpty():
        tables.append_rows(spark, lake, FREQUENCY, model.names)
    by = {"author_name": author, "why_text": why, "known_from_at": at}
    rows = [row | by for row in model.rows]
    tables.append_rows(spark, lake, PARAMETER, tables.inline(spark, stored(schemas.table(PARAMETER)), rows))
