"""Whose the identities without a usable number are: all judged by what is known now, from keyed hashes alone."""

from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs.keys import Keys
from jobs.link import assign, own, parameters, probable, review
from jobs.link.touched import ARROW, HANDLES, around, node, small, touched
from jobs.runs import fingerprint

FINEST_TF = 0.000001


class Decided(NamedTuple):
    """What linking without numbers came to: of those judged, and tables with the others as they stood.

    `reviews` is None where nobody of them waits for a decision, or did.
    """

    judged: DataFrame
    assignments: DataFrame
    reviews: DataFrame | None
    entries: DataFrame
    changed: DataFrame
    capped: DataFrame


def frequencies(spark: SparkSession, lake: Path, identities: DataFrame, compared: DataFrame, version: str) -> DataFrame:
    """How common names are among people: as frozen in `link.term_frequency` for the version in force, or counted now.

    Returns:
        name_hash, tf_name_hash for every name compared; a name the frozen table lacks is as rare as its rarest.
    """
    rules = schemas.rules("linkage")["frequencies"]
    frozen = tables.read(spark, lake, "link.term_frequency").where(F.col("rule_version_code") == version)
    if frozen.isEmpty():
        borne = identities.where("certificate_hash IS NOT NULL AND name_hash IS NOT NULL")
        borne = borne.select("certificate_hash", "name_hash").distinct()
        tables.append_rows(spark, lake, "link.term_frequency", counted(borne, rules, version))
        frozen = tables.read(spark, lake, "link.term_frequency").where(F.col("rule_version_code") == version)
    usual = F.lit(rules["usual_ratio"]).try_cast("decimal(9,6)")
    rarest = frozen.agg(F.min("tf_ratio").alias("rarest"))
    borne = compared.where("name_hash IS NOT NULL").select("name_hash").distinct()
    told = borne.join(frozen, "name_hash", "left").crossJoin(F.broadcast(rarest))
    return told.select("name_hash", F.coalesce("tf_ratio", "rarest", usual).try_cast("double").alias("tf_name_hash"))


def counted(borne: DataFrame, rules: dict[str, Any], version: str) -> DataFrame:
    """Count how common each name is; what a few people say of that is weighed against what is usual.

    Args:
        borne: certificate_hash and name_hash, each once.
        rules: the frequencies' rules: so many `people` of the `usual_ratio` stand beside the real ones.
        version: of the linkage rules.
    """
    found = borne.groupBy("name_hash").count()
    total = found.agg(F.sum("count").alias("total"))
    smooth = F.col("count") + rules["people"] * rules["usual_ratio"]
    ratio = F.greatest(smooth / (F.col("total") + rules["people"]), F.lit(FINEST_TF))
    return found.crossJoin(F.broadcast(total)).select(
        "name_hash", ratio.try_cast("decimal(9,6)").alias("tf_ratio"), F.lit(version).alias("rule_version_code")
    )


def in_force(overrides: DataFrame) -> DataFrame:
    """Decisions that nobody has taken back: node_id, person_id, override_code; the newest of a pair stands."""
    undone = overrides.where("override_code = 'UNDO'").select(F.col("undone_id").alias("override_id"))
    kept = overrides.where("override_code <> 'UNDO'").join(undone, "override_id", "left_anti")
    newest = F.max(F.struct("known_from_at", "override_id", "override_code")).alias("newest")
    found = kept.groupBy(node().alias("node_id"), "person_id").agg(newest)
    return found.select("node_id", "person_id", "newest.override_code")


def decide(
    spark: SparkSession,
    lake: Path,
    identities: DataFrame,
    changed: DataFrame,
    ledger: DataFrame,
    people: DataFrame,
    keys: Keys,
) -> Decided | None:
    """Judge by all that is known whom the change can matter to; nothing is written.

    Args:
        spark: the session.
        lake: the lake.
        identities: `link.identity` as it will stand.
        changed: its rows of the pending batches, as they stood and as they will stand.
        ledger: `link.ledger` with the people of numbers just made.
        people: certificate_hash, person_id of people with a number.
        keys: the operator's.

    Returns:
        What was found; None where the change matters to nobody without a number.
    """
    rules = parameters.in_force(lake)
    limits = rules["thresholds"]
    overrides = in_force(tables.read(spark, lake, "link.override"))
    stored = tables.read(spark, lake, "link.assignment")
    chosen = touched(identities, changed, stored, _decided_about(spark, lake), rules["rule_version_code"])
    chosen = small(chosen)
    if chosen.isEmpty():
        return None
    everybody = around(identities, chosen, people).localCheckpoint()
    names = frequencies(spark, lake, identities, everybody, rules["rule_version_code"])
    compared = probable.capped(everybody, HANDLES, limits["block_count"])
    compared = compared.where("is_touched OR person_id IS NOT NULL").localCheckpoint()
    pairs = probable.pairs(spark, compared, rules["settings"], names)
    waiting = everybody.where("is_touched").drop("person_id")
    nearest = assign.best(assign.decided(assign.oriented(pairs), overrides), limits).localCheckpoint()
    grouped = assign.together(spark, waiting, pairs, limits)
    barred = overrides.where("override_code = 'CANNOT'")
    who = ("node_id", "source", "identity_hash", "known_from_at", "record_id", "batch_id", *HANDLES)
    rows = assign.assigned(grouped, nearest, barred).join(waiting.select(*who), "node_id").localCheckpoint()
    stood = stored.withColumn("node_id", node())
    mine = stood.join(chosen, "node_id", "left_semi").select("node_id", "person_id", "link_kind_code")
    before = mine.where("person_id IS NOT NULL").select("node_id", "person_id").localCheckpoint()
    made = own.named(spark, own.lone(rows), before, ledger, keys).localCheckpoint()
    judged = _told(rows, made, rules["rule_version_code"]).localCheckpoint()
    others = stood.join(chosen, "node_id", "left_anti")
    alive = reduce(DataFrame.unionByName, (frame.select("person_id") for frame in (people, judged, others)))
    decided = fingerprint(*review.state(lake))
    entries = own.created(made).unionByName(own.moved(before, judged, alive, decided))
    kept = mine.withColumnsRenamed({"person_id": "old_id", "link_kind_code": "old_code"})
    other = ~F.col("person_id").eqNullSafe(F.col("old_id")) | ~F.col("link_kind_code").eqNullSafe(F.col("old_code"))
    moved = judged.join(kept, "node_id", "left").where(other).select("source", "identity_hash")
    asked = reviews(judged, nearest).localCheckpoint()
    waits = tables.read(spark, lake, "link.review").withColumn("node_id", node())
    others_wait = waits.join(chosen, "node_id", "left_anti").select(*asked.columns)
    is_as_it_was = asked.isEmpty() and waits.join(chosen, "node_id", "left_semi").isEmpty()
    return Decided(
        judged,
        others.select(*stored.columns).unionByName(judged.select(*stored.columns)),
        None if is_as_it_was else others_wait.unionByName(asked),
        entries,
        moved,
        compared.where("is_capped"),
    )


def _decided_about(spark: SparkSession, lake: Path) -> DataFrame:
    """Identities a decision names, also one that was taken back."""
    return tables.read(spark, lake, "link.override").where("source IS NOT NULL").select(node().alias("node_id"))


def _told(rows: DataFrame, made: DataFrame, version: str) -> DataFrame:
    """Bring what was assigned to rows of `link.assignment`, with `record_id`, `batch_id`, `node_id` and `is_split`."""
    final = rows.join(made.select("cluster_id", "own_id"), "cluster_id", "left")
    is_own = F.col("person_id").isNull() & ~F.col("is_split") & F.col("own_id").isNotNull()
    mask = F.exists("evidence", lambda said: (said["comparison"] == assign.MASK) & (said["agreement"] > 1))
    is_masked = (F.col("link_kind_code") == "PROBABLE") & F.coalesce(mask, F.lit(False))
    return final.withColumns(
        {
            "person_id": F.when(is_own, F.col("own_id")).otherwise(F.col("person_id")),
            "link_kind_code": F.when(is_own, "OWN").when(is_masked, "MASKED").otherwise(F.col("link_kind_code")),
            "rule_version_code": F.lit(version),
            "peer_source_code": F.get(F.split("peer_id", ARROW), 0),
            "peer_identity_hash": F.get(F.split("peer_id", ARROW), 1),
        }
    )


def reviews(final: DataFrame, nearest: DataFrame) -> DataFrame:
    """Rows of `link.review`: who is near somebody and yet not beyond doubt, and who stands between two people."""
    who = ("node_id", "source", "identity_hash", "record_id", "known_from_at", "link_kind_code", "is_split")
    found = final.select(*who)
    told = nearest.where("NOT is_sure AND NOT is_decided").join(found, "node_id")
    told = told.where("link_kind_code IN ('NONE', 'OWN')").withColumn("peer", F.split("peer_id", ARROW))
    split = F.when(F.col("is_split"), F.lit("CLUSTER_SPLIT"))
    return told.select(
        F.substring(F.concat_ws(ARROW, "identity_hash", "person_id"), 1, 65).alias("review_id"),
        "source",
        "identity_hash",
        "record_id",
        "person_id",
        "match_weight",
        F.array_compact(F.array_append("reason_codes", split)).alias("reason_codes"),
        "evidence",
        F.get("peer", 0).alias("peer_source_code"),
        F.get("peer", 1).alias("peer_identity_hash"),
        "known_from_at",
    )
