"""From weights to people: who is beyond doubt, who must be asked about, and who stays alone.

An identity goes to a person if its best pair is heavy enough, rests on enough agreements, and beats the next person's
by a margin. What belongs together without a number (one phone and name, one account) goes together: to the one person
that any of them reaches, else to a person of its own. Two numbers never come together: pairs between people are not
even made.
"""

from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from jobs.link.probable import WEIGHT, clusters

MASK = "number"
"""The comparison in which a masked or mistyped number agrees."""

DECIDED = 1000.0
"""Weight of a person's decision: above whatever is computed."""


def _enough(evidence: Column, limits: dict[str, Any]) -> Column:
    """Whether a pair rests on enough agreements, and on those that must be; a masked number needs two further ones."""
    by_mask = F.exists(evidence, lambda said: (said["comparison"] == MASK) & (said["agreement"] > 0))
    agree = F.transform(F.filter(evidence, lambda said: said["agreement"] > 0), lambda said: said["comparison"])
    needed = F.array(*map(F.lit, limits["must_agree"])).try_cast("array<string>")
    has_needed = F.size(F.array_except(needed, agree)) == 0
    least = F.when(by_mask, limits["mask_agreements"]).otherwise(limits["agreements"])
    return has_needed & (F.size(agree) >= least)


def oriented(pairs: DataFrame) -> DataFrame:
    """Pairs of an undecided identity and a person's, the undecided one first: node_id, peer_id, person_id, ..."""
    ours, theirs = (
        pairs.where(f"person_id_{mine} IS NULL AND person_id_{other} IS NOT NULL").select(
            F.col(f"node_id_{mine}").alias("node_id"),
            F.col(f"node_id_{other}").alias("peer_id"),
            F.col(f"person_id_{other}").alias("person_id"),
            WEIGHT,
            "evidence",
        )
        for mine, other in ("lr", "rl")
    )
    return ours.unionByName(theirs)


def decided(candidates: DataFrame, overrides: DataFrame) -> DataFrame:
    """Let people's decisions stand: CANNOT takes a candidate away, MUST puts one above all.

    Args:
        candidates: `oriented`.
        overrides: node_id, person_id, override_code of decisions in force.
    """
    ruled = candidates.join(overrides, ["node_id", "person_id"], "left").where("NOT override_code <=> 'CANNOT'")
    kept = ruled.where("NOT override_code <=> 'MUST'").drop("override_code")
    must = overrides.where("override_code = 'MUST'").select(
        "node_id",
        F.lit(None).cast("string").alias("peer_id"),
        "person_id",
        F.lit(DECIDED).alias(WEIGHT),
        F.lit(None).cast(candidates.schema["evidence"].dataType).alias("evidence"),
    )
    return kept.unionByName(must)


def best(candidates: DataFrame, limits: dict[str, Any]) -> DataFrame:
    """The nearest person of each undecided identity, and whether that is beyond doubt.

    Returns:
        node_id, person_id, peer_id, match_weight, evidence, `is_sure`, `is_decided`, reason_codes.
    """
    order = F.struct(F.col(WEIGHT), F.col("peer_id"), F.col("evidence"))
    per_person = candidates.groupBy("node_id", "person_id").agg(F.max(order).alias("top"))
    told = per_person.select("node_id", "person_id", "top.*")
    ranked = Window.partitionBy("node_id").orderBy(F.desc(WEIGHT), "person_id")
    numbered = told.withColumns(
        {"place": F.row_number().over(ranked), "next_weight": F.lead(WEIGHT).over(ranked)}
    ).where("place = 1")
    margin = F.coalesce(F.col(WEIGHT) - F.col("next_weight"), F.lit(DECIDED))
    is_decided = F.col(WEIGHT) >= DECIDED
    doubts = {
        "WEIGHT_LOW": F.col(WEIGHT) < limits["auto_weight"],
        "AGREEMENTS_FEW": ~_enough(F.col("evidence"), limits),
        "TWO_CANDIDATES": margin < limits["margin_weight"],
    }
    found = F.array_compact(F.array(*(F.when(doubt, F.lit(name)) for name, doubt in doubts.items())))
    reasons = F.when(is_decided, F.array().cast("array<string>")).otherwise(found)
    judged = numbered.withColumns({"is_decided": is_decided, "reason_codes": reasons})
    judged = judged.where(is_decided | (F.col(WEIGHT) >= limits["review_weight"]))
    return judged.withColumn("is_sure", F.size("reason_codes") == 0).drop("place", "next_weight")


def together(spark: SparkSession, nodes: DataFrame, pairs: DataFrame, limits: dict[str, Any]) -> DataFrame:
    """Undecided identities that belong together: node_id, cluster_id, and the heaviest pair of each as `bond`.

    Args:
        spark: the session.
        nodes: undecided identities, node_id.
        pairs: `jobs.link.probable.pairs`.
        limits: the thresholds.
    """
    edges = pairs.where("person_id_l IS NULL AND person_id_r IS NULL")
    edges = edges.where((F.col(WEIGHT) >= limits["auto_weight"]) & _enough(F.col("evidence"), limits))
    bond = F.struct(WEIGHT, F.col("other_id").alias("peer_id"), "evidence")
    sides = [
        edges.select(F.col(mine).alias("node_id"), F.col(theirs).alias("other_id"), WEIGHT, "evidence")
        for mine, theirs in (("node_id_l", "node_id_r"), ("node_id_r", "node_id_l"))
    ]
    bonds = sides[0].unionByName(sides[1]).groupBy("node_id").agg(F.max(bond).alias("bond"))
    joined = clusters(spark, bonds.select("node_id"), edges.select("node_id_l", "node_id_r"))
    found = nodes.select("node_id").join(joined, "node_id", "left").join(bonds, "node_id", "left")
    return found.withColumn("cluster_id", F.coalesce("cluster_id", "node_id"))


def assigned(grouped: DataFrame, nearest: DataFrame, barred: DataFrame) -> DataFrame:
    """Give every undecided identity its person, by its own best pair or by those it belongs together with.

    Args:
        grouped: `together`.
        nearest: `best`.
        barred: node_id, person_id that a decision keeps apart.

    Returns:
        node_id, cluster_id, person_id (null: nobody with a number), link_kind_code, match_weight, peer_id, evidence,
        is_split (those it belongs together with reach two people).
    """
    sure = nearest.where("is_sure")
    rows = grouped.join(
        sure.select("node_id", "person_id", "peer_id", WEIGHT, "evidence", "is_decided"), "node_id", "left"
    )
    reached = rows.groupBy("cluster_id").agg(F.collect_set("person_id").alias("people"))
    rows = rows.join(reached, "cluster_id").join(
        barred.groupBy("node_id").agg(F.collect_set("person_id").alias("barred")), "node_id", "left"
    )
    common = F.when(F.size("people") == 1, F.get("people", 0))
    is_barred = F.coalesce(F.array_contains("barred", common), F.lit(False))
    own = F.col("person_id")
    person = F.coalesce(own, F.when(~is_barred, common))
    kind = (
        F.when(F.col("is_decided"), "OVERRIDE").when(own.isNotNull() | person.isNotNull(), "PROBABLE").otherwise("NONE")
    )
    is_split = own.isNull() & (F.size("people") > 1)
    return rows.select(
        "node_id",
        "cluster_id",
        person.alias("person_id"),
        kind.alias("link_kind_code"),
        F.coalesce(WEIGHT, "bond.match_weight").alias(WEIGHT),
        F.coalesce("peer_id", "bond.peer_id").alias("peer_id"),
        F.coalesce("evidence", "bond.evidence").alias("evidence"),
        is_split.alias("is_split"),
    )
