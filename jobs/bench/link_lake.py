"""The same records twice: as a lake that linking reads, and as one plain table for the peers; the truth apart.

Linking reads silver's keyed hashes and the sealed vaults, so these are made, by the functions that make them in a run;
what linking does not read is filled in by type. Peers get plain columns in their canonical forms already: they need
no vault, and make no form of a name.
"""

from functools import partial
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs import runs
from jobs.abreast import abreast
from jobs.bench import link_records
from jobs.bench.link_records import BATCH, COURT, DAY, GIG, PSB, SOURCES
from jobs.bronze import step as bronze
from jobs.clock import Clock
from jobs.hashing import keyed, with_keys, without_keys
from jobs.keys import Keys
from jobs.link import forms
from jobs.runs import Run
from schemas import Table

PLAIN, TRUTH = "plain", "truth"
"""Folders beside the lake: what the peers read, and who each record is of."""

RECEIVED = {BATCH: "2026-08-31 00:00:00", DAY: "2026-09-30 00:00:00"}
PLATFORM = "P1"
FILLED = {"STRING": "-", "DATE": "2026-01-01", "TIMESTAMP": "2026-01-01 00:00:00", "BOOLEAN": "false"}
"""What stands in a required column that linking does not read; 1 in a number."""


def make(spark: SparkSession, place: Path, keys: Keys, rows: int, seed: int, clock: Clock) -> None:
    """Write `lake`, `plain` and `truth` under a place.

    Args:
        spark: the session.
        place: an empty folder.
        keys: of `place / "lake"`.
        rows: how many records.
        seed: equal seeds make equal records.
        clock: when the runs are said to have ended.
    """
    lake, drawn = place / "lake", place / "drawn"
    link_records.records(spark, rows, seed).write.parquet(str(drawn))
    found = spark.read.parquet(str(drawn))
    plain(found).write.parquet(str(place / PLAIN))
    found.select("record_id", F.col("true_id").try_cast("string").alias("cluster_id")).write.parquet(str(place / TRUTH))

    def load(source: str) -> None:
        for batch in (BATCH, DAY):
            mine = found.where((F.col("source") == source) & (F.col("batch_id") == batch))
            _load(spark, lake, keys, source, batch, mine)
            run = Run(step="silver", source=source, batch=batch, status="done", finished_at=clock.now())
            runs.write(lake, run.model_copy(update={"fingerprint": f"{seed}-{rows}"}))

    abreast([partial(load, source) for source in SOURCES])


def plain(found: DataFrame) -> DataFrame:
    """What the peers read: one row a record, a valid number as such, every other number as written."""
    full = F.col("number").isNotNull()
    year = F.coalesce(F.year("birth_date"), F.when(full, F.substring("number", 7, 4).try_cast("int")))
    odd = F.pmod(F.substring("number", 17, 1).try_cast("int"), F.lit(2))
    written = F.coalesce("masked_certificate_no", F.when(~full, F.col("certificate_no")))
    name = F.col("person_name")
    account = F.when(F.col("source") == GIG, F.concat_ws(":", F.lit(GIG), F.lit(PLATFORM), "platform_worker_no"))
    aged = F.year("event_at") - F.col("age_count")
    return found.select(
        "record_id",
        "source",
        F.col("number").alias("certificate_no"),
        written.alias("written_no"),
        forms.name_key(name).alias("name"),
        forms.name_sound(name).alias("sound"),
        forms.name_set(name).alias("name_set"),
        F.col("mobile_no").alias("mobile"),
        account.alias("account"),
        F.coalesce("gender_code", F.when(full, F.when(odd == 1, "1").otherwise("2"))).alias("gender_code"),
        F.coalesce(year, aged - 1).alias("born_first_year"),
        F.coalesce(year, aged).alias("born_last_year"),
        "event_at",
    )


def _load(spark: SparkSession, lake: Path, keys: Keys, name: str, batch: str, delivered: DataFrame) -> None:
    """Seal a batch's identities, and write its silver."""
    source = schemas.source(name)
    item = next(item for item in source.objects if item.names_a_person)
    missing = {c.name: F.lit(None).cast("string") for c in item.bronze.identifiers if c.name not in delivered.columns}
    told = delivered.withColumns(missing).withColumn("identity_text", bronze.identity(item.bronze))
    told = with_keys(spark, told, keys, "identity").withColumn("identity_hash", keyed(F.col("identity_text")))
    told = without_keys(told).withColumn("known_from_at", F.lit(RECEIVED[batch]).try_cast("timestamp"))
    told = told.localCheckpoint()
    bronze.seal(spark, lake, source, batch, told, keys)
    hashed = with_keys(spark, told, keys, "link").withColumns(_said(name))
    tables.replace_batch(spark, lake, item.silver.name, batch, _filled(without_keys(hashed), item.silver))


def _said(source: str) -> dict[str, Column]:
    """What linking reads of a record, as cleaning leaves it."""
    mask = F.col("masked_certificate_no")
    kind = F.when(F.col("number").isNotNull(), "RID").when(mask.isNotNull(), "MASKED")
    said = {"certificate_type_code": kind, "certificate_hash": keyed(F.col("number"))}
    if source in (PSB, GIG):
        said["mobile_hash"] = keyed(F.col("mobile_no"))
    if source == GIG:
        said |= {"platform_code": F.lit(PLATFORM), "platform_worker_hash": keyed(F.col("platform_worker_no"))}
    if source == COURT:
        said |= {"masked_certificate_hash": keyed(mask), "filed_date": F.to_date("event_at")}
    return said


def _filled(rows: DataFrame, table: Table) -> DataFrame:
    own = {
        "delivery_no": F.lit(1),
        "operation_code": F.lit("I"),
        "source_record_no": F.col("record_id"),
        "key_hash": F.col("record_id"),
        "content_hash": F.col("record_id"),
        "warning_codes": F.array().cast("array<string>"),
    }
    for column in table.stored_columns:
        if column.name not in (*own, *rows.columns):
            kind = column.physical_type
            text = F.lit(FILLED.get(kind, "1") if column.required else None)
            own[column.name] = text.try_cast(kind)
    return rows.withColumns(own)
