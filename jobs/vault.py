"""A key for each person, under which alone the person's identity lies in `vault.person`: destroy it, and it is gone.

A key is 256 bits, HMAC-SHA-256 of the `person_id` under a secret that is drawn from the system's randomness for one
step and never written: to everybody who does not hold the secret, and after the step that is everybody, the keys are
random and independent of each other (a pseudorandom function; RFC 2104). Within the step they are the same however
often Spark computes a task again. Spark itself has no expression for secure random bits, and a key from the root
secret could be made again after it was destroyed. So the one copy lies in `vault.person_key`, sealed by the operator's
key. It is so in the sandbox too: seals are never equal anyway, for their random IV.

Rotating the operator's key seals these keys again and leaves `vault.person` alone.
"""

import secrets
from collections.abc import Collection
from dataclasses import replace
from functools import reduce
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import lake as tables
from jobs.hashing import data_key, sealed, sealed_by, with_drawn_key
from jobs.keys import KEY_BYTES, Keys
from jobs.vault_log import Access

PERSON, PERSON_KEY = "vault.person", "vault.person_key"


def of_sources(spark: SparkSession, lake: Path, sources: Collection[str]) -> tuple[tuple[str, ...], DataFrame]:
    """Return the vaults of some sources as one frame, still sealed, and their tables' names.

    Args:
        spark: the session.
        lake: the lake.
        sources: at least one.

    Returns:
        Names; rows of `identity_hash`, `sealed_text`, `source`.
    """
    names = tuple(f"vault.{source}" for source in sorted(sources))
    frames = [
        tables.read(spark, lake, name).select("identity_hash", "sealed_text", F.lit(source).alias("source"))
        for name, source in zip(names, sorted(sources), strict=True)
    ]
    return names, reduce(DataFrame.unionByName, frames)


def give_keys(spark: SparkSession, lake: Path, keys: Keys, people: DataFrame) -> None:
    """Give each person a key who never had one; a shredded person gets no other.

    Args:
        spark: the session.
        lake: the lake.
        keys: the operator's.
        people: `person_id`, `batch_id`, `known_from_at`, each person once.
    """
    known = tables.read(spark, lake, PERSON_KEY).select("person_id")
    fresh = with_drawn_key(
        spark, people.join(known, "person_id", "left_anti"), keys, secrets.token_bytes(KEY_BYTES)
    ).select(
        "person_id",
        sealed(F.base64(data_key(F.col("person_id")))).alias("sealed_key_text"),
        F.lit(None).cast("timestamp").alias("shredded_at"),
        "batch_id",
        "known_from_at",
    )
    tables.append_rows(spark, lake, PERSON_KEY, fresh)


def live_keys(spark: SparkSession, lake: Path) -> DataFrame:
    """Return the keys that were not destroyed, sealed: `person_id`, `sealed_key_text`."""
    rows = tables.read(spark, lake, PERSON_KEY).where("sealed_key_text IS NOT NULL")
    return rows.select("person_id", "sealed_key_text")


def sealed_as_own(spark: SparkSession, lake: Path, keys: Keys, rows: DataFrame, access: Access) -> DataFrame:
    """Bring identities from under the operator's key under each person's own, in one pass and through the door.

    Args:
        spark: the session.
        lake: the lake.
        keys: the operator's.
        rows: `person_id`, `sealed_text` and whatever else; a shredded person's fall out.
        access: what for.
    """
    joined = rows.join(live_keys(spark, lake), "person_id")
    access = replace(access, tables=(*access.tables, PERSON_KEY))
    plain = tables.unsealed(spark, lake, keys, joined, access, ("sealed_text", "sealed_key_text"))
    own = sealed_by(F.col("plain_text"), F.unbase64(F.col("plain_key_text")))
    return plain.withColumn("sealed_text", own).drop("plain_text", "plain_key_text")


def not_shredded(spark: SparkSession, lake: Path, rows: DataFrame) -> DataFrame:
    """Leave out the rows of people whose key was destroyed: nobody can say any more who they are."""
    gone = tables.read(spark, lake, PERSON_KEY).where("shredded_at IS NOT NULL").select("person_id")
    return rows.join(gone, "person_id", "left_anti")
