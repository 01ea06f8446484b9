"""Whose the identities without a usable number are: all judged by what is known now, from keyed hashes alone."""

from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs.keys import Keys
from jobs.link import assign, own, parameters, probable, review
from jobs.runs import fingerprint

HANDLES = ("mobile_hash", "account_hash")
BLOCKED: tuple[str, ...] = (*HANDLES, "mask_four_hash", "mask_five_hash", "mask_six_hash")
BLOCKED += ("region_birth_hash", "region_tail_hash", "birth_tail_hash")
ARROW = ":"
FINEST_TF = 0.000001


class Decided(NamedTuple):
    """What linking without numbers came to."""

    assignments: DataFrame
    reviews: DataFrame
    entries: DataFrame
    changed: DataFrame
    capped: DataFrame


def node(source: str = "source", identity: str = "identity_hash") -> Column:
    """The name of an identity over all sources."""
    return F.concat_ws(ARROW, source, identity)


def nodes(identities: DataFrame, people: DataFrame) -> DataFrame:
    """One row per identity over all batches, with its person where it has a number.

    Args:
        identities: `link.identity`.
        people: certificate_hash, person_id.
    """
    single = [c.name for c in schemas.table("link.identity").columns if c.name.endswith(("_hash", "_code", "_year"))]
    single = [name for name in single if name != "identity_hash"]
    first = F.min(F.struct("known_from_at", "record_id", "batch_id"))
    found = identities.groupBy("source", "identity_hash").agg(
        first.alias("first"),
        F.min("seen_from_at").alias("seen_from_at"),
        F.max("seen_to_at").alias("seen_to_at"),
        F.bool_or("is_lossy").alias("is_lossy"),
        *(F.max(name).alias(name) for name in single),
    )
    return found.select("*", "first.*", node().alias("node_id")).drop("first").join(people, "certificate_hash", "left")


def near(all_nodes: DataFrame) -> DataFrame:
    """Keep who waits, and of the others only who shares a phone, an account or a part of a number with them."""
    waiting = all_nodes.where("person_id IS NULL")
    known = all_nodes.where("person_id IS NOT NULL")
    hits = [
        known.join(waiting.select(key).where(F.col(key).isNotNull()).distinct(), key, "left_semi").select("node_id")
        for key in BLOCKED
    ]
    shared = reduce(DataFrame.unionByName, hits)
    return waiting.unionByName(known.join(shared.distinct(), "node_id", "left_semi"))


def frequencies(spark: SparkSession, lake: Path, all_nodes: DataFrame) -> DataFrame:
    """How common names are among people: as frozen in `link.term_frequency` for the version in force, or counted now.

    Returns:
        name_hash, tf_name_hash for every name of the nodes; a name the frozen table lacks is as rare as its rarest.
    """
    version, rules = parameters.in_force(lake)["rule_version_code"], schemas.rules("linkage")["frequencies"]
    frozen = tables.read(spark, lake, "link.term_frequency").where(F.col("rule_version_code") == version)
    if frozen.isEmpty():
        borne = all_nodes.where("person_id IS NOT NULL AND name_hash IS NOT NULL").select("person_id", "name_hash")
        tables.append_rows(spark, lake, "link.term_frequency", counted(borne.distinct(), rules, version))
        frozen = tables.read(spark, lake, "link.term_frequency").where(F.col("rule_version_code") == version)
    usual = F.lit(rules["usual_ratio"]).try_cast("decimal(9,6)")
    rarest = frozen.agg(F.min("tf_ratio").alias("rarest"))
    borne = all_nodes.where("name_hash IS NOT NULL").select("name_hash").distinct()
    told = borne.join(frozen, "name_hash", "left").crossJoin(F.broadcast(rarest))
    return told.select("name_hash", F.coalesce("tf_ratio", "rarest", usual).try_cast("double").alias("tf_name_hash"))


def counted(borne: DataFrame, rules: dict[str, Any], version: str) -> DataFrame:
    """Count how common each name is; what a few people say of that is weighed against what is usual.

    Args:
        borne: person_id and name_hash, each once.
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
    spark: SparkSession, lake: Path, identities: DataFrame, ledger: DataFrame, people: DataFrame, keys: Keys
) -> Decided:
    """Judge every identity without a number by all that is known; nothing is written.

    Args:
        spark: the session.
        lake: the lake.
        identities: `link.identity` as it will stand.
        ledger: `link.ledger` with the people of numbers just made.
        people: certificate_hash, person_id of people with a number.
        keys: the operator's.
    """
    rules = parameters.in_force(lake)
    limits = rules["thresholds"]
    everybody = nodes(identities, people).localCheckpoint()
    names = frequencies(spark, lake, everybody)
    compared = probable.capped(near(everybody), HANDLES, limits["block_count"]).localCheckpoint()
    pairs = probable.pairs(spark, compared, rules["settings"], names)
    overrides = in_force(tables.read(spark, lake, "link.override"))
    waiting = everybody.where("person_id IS NULL").drop("person_id")
    nearest = assign.best(assign.decided(assign.oriented(pairs), overrides), limits).localCheckpoint()
    grouped = assign.together(spark, waiting, pairs, limits)
    barred = overrides.where("override_code = 'CANNOT'")
    who = ("node_id", "source", "identity_hash", "known_from_at", "record_id", "batch_id", *HANDLES)
    rows = assign.assigned(grouped, nearest, barred).join(waiting.select(*who), "node_id").localCheckpoint()
    stood = tables.read(spark, lake, "link.assignment").select(node().alias("node_id"), "person_id", "link_kind_code")
    before = stood.where("person_id IS NOT NULL").select("node_id", "person_id")
    alone = own.lone(rows)
    made = own.named(spark, alone, before, ledger, keys).localCheckpoint()
    final = rows.join(made.select("cluster_id", "own_id"), "cluster_id", "left")
    is_own = F.col("person_id").isNull() & ~F.col("is_split") & F.col("own_id").isNotNull()
    mask = F.exists("evidence", lambda said: (said["comparison"] == assign.MASK) & (said["agreement"] > 1))
    is_masked = (F.col("link_kind_code") == "PROBABLE") & F.coalesce(mask, F.lit(False))
    final = final.withColumns(
        {
            "person_id": F.when(is_own, F.col("own_id")).otherwise(F.col("person_id")),
            "link_kind_code": F.when(is_own, "OWN").when(is_masked, "MASKED").otherwise(F.col("link_kind_code")),
            "rule_version_code": F.lit(rules["rule_version_code"]),
            "peer": F.split("peer_id", ARROW),
        }
    )
    final = final.withColumns(
        {"peer_source_code": F.get("peer", 0), "peer_identity_hash": F.get("peer", 1)}
    ).localCheckpoint()
    alive = people.select("person_id").unionByName(final.where("person_id IS NOT NULL").select("person_id")).distinct()
    entries = own.created(made).unionByName(own.moved(before, final, alive, fingerprint(*review.state(lake))))
    kept = stood.select("node_id", F.col("person_id").alias("old_id"), F.col("link_kind_code").alias("old_code"))
    other = ~F.col("person_id").eqNullSafe(F.col("old_id")) | ~F.col("link_kind_code").eqNullSafe(F.col("old_code"))
    changed = final.join(kept, "node_id", "left").where(other).select("source", "identity_hash")
    return Decided(final, reviews(final, nearest), entries, changed, compared.where("is_capped"))


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
