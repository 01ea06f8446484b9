"""Whom a day's change can matter to: identities without a number whose pairs may weigh otherwise than yesterday.

A pair is made where two identities share a phone, an account or a part of a number. So a new or changed identity
matters to those that share one of these with it, and to whoever belongs together with them; to nobody else. All others
keep what was found for them, and a day costs what the day brought.
"""

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

import schemas

HANDLES = ("mobile_hash", "account_hash")
BLOCKED: tuple[str, ...] = (*HANDLES, "mask_four_hash", "mask_five_hash", "mask_six_hash")
BLOCKED += ("region_birth_hash", "region_tail_hash", "birth_tail_hash")
"""What two identities must share one of to be compared at all."""

FEW = 200_000
"""Up to so many names or marks, about 20 MB, are sent to every core."""

ARROW = ":"
WAITS = "certificate_hash IS NULL"
"""An identity whose number, if it has one, is no key."""


def node(source: str = "source", identity: str = "identity_hash") -> Column:
    """The name of an identity over all sources."""
    return F.concat_ws(ARROW, source, identity)


def small(rows: DataFrame) -> DataFrame:
    """Rows as they are, computed now; few of them go to where the many lie, instead of both being shuffled."""
    held = rows.localCheckpoint()
    return F.broadcast(held) if held.count() <= FEW else held


def shared(identities: DataFrame, *kept: str) -> DataFrame:
    """What identities may share with others, one row each: node_id, `kept`, name, value."""
    told = F.array(*(F.struct(F.lit(key).alias("name"), F.col(key).alias("value")) for key in BLOCKED))
    exploded = identities.select(node().alias("node_id"), *kept, F.explode(told).alias("said"))
    return exploded.where("said.value IS NOT NULL").select("node_id", *kept, "said.name", "said.value")


def touched(identities: DataFrame, changed: DataFrame, stood: DataFrame, decided: DataFrame, version: str) -> DataFrame:
    """Return node_id of every identity without a number that must be judged again.

    Args:
        identities: `link.identity` as it will stand.
        changed: its rows of the pending batches, as they stood and as they will stand.
        stood: `link.assignment` as it stands.
        decided: node_id of whom people have decided about.
        version: of the linkage rules; whoever was judged by another is judged again.
    """
    mine = node().alias("node_id")
    marks = small(shared(changed).select("name", "value").distinct())
    near = shared(identities.where(WAITS)).join(marks, ["name", "value"], "left_semi").select("node_id")
    other = F.col("cluster_id").isNull() | (F.col("rule_version_code") != version)
    stale = stood.where(other).select(mine)
    parts = [near, changed.where(WAITS).select(mine), stale, decided.select("node_id")]
    first = small(reduce(DataFrame.unionByName, parts).distinct())
    members = stood.where("cluster_id IS NOT NULL").select(mine, "cluster_id")
    clusters = small(members.join(first, "node_id", "left_semi").select("cluster_id").distinct())
    return first.unionByName(members.join(clusters, "cluster_id", "left_semi").select("node_id")).distinct()


def around(identities: DataFrame, chosen: DataFrame, people: DataFrame) -> DataFrame:
    """Whom the touched are compared with: one row per identity over all batches, with `is_touched`.

    Everybody who shares something with one of them is there, so that a phone of too many is seen to be one.

    Args:
        identities: `link.identity` as it will stand.
        chosen: `touched`, as `small` gives it.
        people: certificate_hash, person_id of people with a number.
    """
    named = identities.withColumn("node_id", node())
    marks = small(shared(named.join(chosen, "node_id", "left_semi")).select("name", "value").distinct())
    hits = shared(named).join(marks, ["name", "value"], "left_semi").select("node_id")
    wanted = small(hits.unionByName(chosen).distinct())
    found = nodes(named.join(wanted, "node_id", "left_semi"), people)
    mine = chosen.select("node_id", F.lit(True).alias("is_touched"))
    return found.join(mine, "node_id", "left").withColumn("is_touched", F.coalesce("is_touched", F.lit(False)))


def nodes(identities: DataFrame, people: DataFrame) -> DataFrame:
    """One row per identity over all batches, with its person where it has a number.

    Args:
        identities: rows of `link.identity` with `node_id`.
        people: certificate_hash, person_id.
    """
    single = [c.name for c in schemas.table("link.identity").columns if c.name.endswith(("_hash", "_code", "_year"))]
    single = [name for name in single if name != "identity_hash"]
    first = F.min(F.struct("known_from_at", "record_id", "batch_id"))
    found = identities.groupBy("node_id", "source", "identity_hash").agg(
        first.alias("first"),
        F.min("seen_from_at").alias("seen_from_at"),
        F.max("seen_to_at").alias("seen_to_at"),
        F.bool_or("is_lossy").alias("is_lossy"),
        *(F.max(name).alias(name) for name in single),
    )
    return found.select("*", "first.*").drop("first").join(people, "certificate_hash", "left")
