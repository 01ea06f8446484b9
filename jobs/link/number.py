"""Link by valid issued number: the same keyed hash is the same person, in every source.

An old 15-digit number and its 18-digit form have one hash already, because cleaning brought them together. A number
whose century is open (ID_15_AMBIGUOUS) links nobody.
"""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs import vault
from jobs.hashing import keyed, with_keys, without_keys
from jobs.keys import Keys
from jobs.link.identity import account, stated
from jobs.link.probable import WEIGHT
from jobs.vault_log import Access
from schemas import Source


class Pending(NamedTuple):
    """A silver batch of one source that is not linked yet, or was replaced since."""

    source: Source
    batch: str


def personal(source: Source) -> list[str]:
    """Return the silver tables of a source whose records name a person."""
    names = [item.silver for item in source.objects]
    return [t.name for t in names if any(c.encrypted_name == "certificate_hash" for c in t.columns)]


def records(spark: SparkSession, lake: Path, pending: Pending) -> DataFrame:
    """Return what linking needs of one source's batch, over all its tables that name a person.

    Columns: record_id, source, certificate_hash (usable number), identity_hash, batch_id, known_from_at, event_at,
    account_hash, mobile_hash, gender_code, born_first_year, born_last_year.
    """
    frames = []
    for name in personal(pending.source):
        table = schemas.table(name)
        rows = tables.read(spark, lake, name).where(F.col("batch_id") == pending.batch)
        # a mask fits many people: it is compared, and never a key
        is_masked = F.coalesce(F.col("certificate_type_code") == "MASKED", F.lit(False))
        usable = ~F.array_contains("warning_codes", "ID_15_AMBIGUOUS") & ~is_masked
        frames.append(
            rows.select(
                "record_id",
                F.lit(pending.source.name).alias("source"),
                F.when(usable, F.col("certificate_hash")).alias("certificate_hash"),
                "identity_hash",
                "batch_id",
                "known_from_at",
                "event_at",
                account(pending.source, table).alias("account_hash"),
                *(column.alias(name) for name, column in stated(table).items()),
            )
        )
    first, *others = frames
    for other in others:
        first = first.unionByName(other)
    return first


def nothing(spark: SparkSession) -> DataFrame:
    """Return no records, in the shape of `records`: for a linking that only follows decisions."""
    texts = ("record_id", "source", "certificate_hash", "identity_hash", "batch_id")
    shape = ", ".join(f"{name} STRING" for name in texts) + ", known_from_at TIMESTAMP, event_at TIMESTAMP"
    shape += ", account_hash STRING, mobile_hash STRING, gender_code STRING, born_first_year INT, born_last_year INT"
    return spark.createDataFrame([], shape)


def _rank() -> Column:
    """Whose identity stands for the person: the order of `schemas/rules/priority.yaml`, others last."""
    trusted = schemas.priorities()["identity"]
    rank = F.lit(len(trusted))
    for place, source in reversed(list(enumerate(trusted))):
        rank = F.when(F.col("source") == source, F.lit(place)).otherwise(rank)
    return rank


def new_people(spark: SparkSession, rows: DataFrame, ledger: DataFrame, keys: Keys) -> DataFrame:
    """Make a person for each number the ledger does not know.

    The id is a keyed hash of the number's own, never random: a rebuild gives the same ids, and so does a backfill, in
    whatever order its batches come. The entry names the first record at that time: the earliest received, then the most
    trusted source, then the record id.

    Returns:
        Rows of `link.ledger`.
    """
    order = F.struct("known_from_at", _rank().alias("rank"), "record_id", "batch_id")
    known = ledger.where("entry_code = 'CREATE'").select("certificate_hash")
    firsts = (
        rows.where("certificate_hash IS NOT NULL")
        .groupBy("certificate_hash")
        .agg(F.min(order).alias("first"))
        .join(known, "certificate_hash", "left_anti")
    )
    with_id = with_keys(spark, firsts, keys, "person").withColumn("person_id", keyed(F.col("certificate_hash")))
    return without_keys(with_id).select(
        F.concat(F.lit("C"), F.col("person_id")).alias("ledger_id"),
        "person_id",
        F.lit("CREATE").alias("entry_code"),
        F.lit(None).cast("string").alias("other_person_id"),
        F.col("first.record_id").alias("record_id"),
        "certificate_hash",
        F.array(F.lit("VALID_NUMBER")).alias("reason_codes"),
        F.lit("rule:number").alias("author_name"),
        F.col("first.batch_id").alias("batch_id"),
        F.col("first.known_from_at").alias("known_from_at"),
    )


def linked(rows: DataFrame, ledger: DataFrame, judged: DataFrame | None) -> DataFrame:
    """Return rows of `link.person_record`: every record once, without a person where nobody is near enough.

    Args:
        rows: `records`.
        ledger: `link.ledger` with the people just made.
        judged: rows of `link.assignment` of their identities without a usable number; None where there are none.
    """
    people = ledger.where("entry_code = 'CREATE' AND certificate_hash IS NOT NULL")
    found = rows.join(
        people.select("certificate_hash", F.col("person_id").alias("numbered_id")), "certificate_hash", "left"
    )
    if judged is None:
        none = {"person_id": F.lit(None).cast("string"), "kind": F.lit(None).cast("string")}
        found = found.withColumns(none | {WEIGHT: F.lit(None).cast("double")})
    else:
        others = judged.select("source", "identity_hash", "person_id", F.col("link_kind_code").alias("kind"), WEIGHT)
        found = found.join(others, ["source", "identity_hash"], "left")
    is_numbered = F.col("numbered_id").isNotNull()
    return found.withColumns(
        {
            "person_id": F.coalesce("numbered_id", "person_id"),
            "link_kind_code": F.when(is_numbered, F.lit("NUMBER")).otherwise(F.coalesce("kind", F.lit("NONE"))),
            WEIGHT: F.when(~is_numbered, F.col(WEIGHT)),
            "has_number": is_numbered,
        }
    )


def new_identities(
    spark: SparkSession, lake: Path, links: DataFrame, keys: Keys, sources: Collection[str]
) -> DataFrame | None:
    """Return rows of `vault.person` for people who have none: the newest identity of the most trusted source.

    Each is brought under a key of the person's own (`jobs.vault`), which is given here first. Only the identities
    chosen are opened; None where nobody is new.
    """
    known = tables.read(spark, lake, vault.PERSON).select("person_id")
    newest = F.struct((-_rank()).alias("trust"), "event_at", "record_id", "identity_hash", "source", "certificate_hash")
    chosen = (
        links.where("person_id IS NOT NULL AND identity_hash IS NOT NULL")
        .join(known, "person_id", "left_anti")
        .groupBy("person_id")
        .agg(
            F.max(newest).alias("best"),
            F.min("known_from_at").alias("known_from_at"),
            F.min("batch_id").alias("batch_id"),
        )
        .select("person_id", "best.identity_hash", "best.source", "best.certificate_hash", "known_from_at", "batch_id")
    ).localCheckpoint()
    if not (people := chosen.count()):
        return None
    vault.give_keys(spark, lake, keys, chosen)
    names, sealed = vault.of_sources(spark, lake, sources)
    access = Access("link", names, "people who are new", people)
    return vault.sealed_as_own(spark, lake, keys, chosen.join(sealed, ["identity_hash", "source"]), access)
