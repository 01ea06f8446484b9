"""Silver of one batch: clean, check, classify once; judge the batch; then write both sides from the same pass."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import lake as tables
from jobs.errors import CreditFileError
from jobs.hashing import with_keys
from jobs.keys import Keys
from jobs.silver.classify import DISPOSITION, ENTRIES, checked, classified
from jobs.silver.consent import granted_to
from schemas import City, Source, SourceObject

LEDGER = "silver.consent_grant"

EARLIER = ("key_hash", "content_hash", "batch_id", "delivery_no", "record_id")


class Refined(NamedTuple):
    """A batch's rows with their disposition, cached: metrics, silver and quarantine are made from it.

    Counts are -1 until somebody has counted: a side that is known to be empty costs no commit.
    """

    item: SourceObject
    rows: DataFrame
    kept_count: int = -1
    aside_count: int = -1


def clean(source: Source, item: SourceObject, delivered: DataFrame) -> DataFrame:
    """Call the source's own cleaner: `jobs.silver.<source>.clean`, or `clean_<object>` for a second object."""
    module = import_module(f"jobs.silver.{source.name}")
    cleaned: DataFrame = getattr(module, f"clean_{item.name}" if item.name else "clean")(delivered)
    return cleaned


def refine(
    spark: SparkSession,
    lake: Path,
    city: City,
    keys: Keys,
    source: Source,
    item: SourceObject,
    batch: str,
    identified: DataFrame,
    wait: Callable[[], object],
) -> Refined:
    """Clean and classify one object's batch; nothing is written yet.

    Only classifying reads the consent ledger: before it, and not before, `wait` is called.
    """
    table = item.silver
    plain = identified.drop("identity_text", "sealed_raw_text", "sealed_undeclared_text")
    cleaned = with_keys(spark, clean(source, item, plain), keys, "link")
    rows = checked(cleaned, table, city.city.timezone).localCheckpoint()
    wait()
    earlier = tables.read(spark, lake, table.name).where(F.col("batch_id") < batch).select(*EARLIER)
    grants = _grants(spark, lake, city, source, batch) if item.names_a_person else None
    verdicts = classified(rows, source, table, earlier, grants, city.operator.r14_enabled_items)
    return Refined(item, verdicts.localCheckpoint())


def _grants(spark: SparkSession, lake: Path, city: City, source: Source, batch: str) -> DataFrame | None:
    """Windows granted to the operator, for sources that load by the consent ledger.

    Under `public_body` a department's source loads as a statutory duty (domain.md, section 4.1).

    Raises:
        CreditFileError: CF-2402 if the ledger was never loaded: everything would be suppressed.
    """
    if not source.loads_by_ledger or city.operator.role == "public_body":
        return None
    if not tables.exists(lake, LEDGER):
        raise CreditFileError("CF-2402", where=source.name, undone="Nothing was loaded.")
    ledger = tables.read(spark, lake, LEDGER)
    # a month and a day are compared by their common part; what later batches of the ledger say comes with them
    known = F.substring("batch_id", 1, len(batch)) <= F.substring(F.lit(batch), 1, F.length("batch_id"))
    return granted_to(ledger.where(known), city.operator.code)


def clear(spark: SparkSession, lake: Path, item: SourceObject, batch: str) -> None:
    """Take a batch out of silver and quarantine: its files turned out to be copies of an earlier batch's."""
    for name in (item.bronze.name, item.silver.name, f"quarantine.{item.silver.thing}"):
        if batch in tables.batches(lake, name):
            tables.replace_batch(spark, lake, name, batch, tables.read(spark, lake, name).limit(0))


def moves(spark: SparkSession, lake: Path, source: Source, batch: str, refined: Refined) -> DataFrame | None:
    """Return what becomes of records that were set aside before, where it is not what it was; None if none were."""
    item, rows = refined.item, refined.rows
    name = f"quarantine.{item.silver.thing}"
    if batch not in tables.batches(lake, name):
        return None
    before = tables.read(spark, lake, name).where(F.col("batch_id") == batch)
    before = before.select(
        "record_id",
        "batch_id",
        F.col("disposition_code").alias("from_code"),
        F.col("reason_codes").alias("from_reason_codes"),
        F.col("contract_version_code").alias("from_version_code"),
    )
    now = rows.select(
        "record_id",
        F.coalesce(F.col(DISPOSITION), F.lit("SILVER")).alias("to_code"),
        _reasons().alias("to_reason_codes"),
        F.lit(source.version).alias("to_version_code"),
    )
    other = (F.col("from_code") != F.col("to_code")) | (F.col("from_reason_codes") != F.col("to_reason_codes"))
    return before.join(now, "record_id").where(other)


def _reasons() -> Column:
    return F.transform(ENTRIES, lambda entry: F.split(entry, " ")[0])


def write(spark: SparkSession, lake: Path, source: Source, batch: str, refined: Refined, at: datetime) -> None:
    """Write silver and quarantine of a batch from the cached rows; each replaces exactly this batch.

    Between the two stands the history of records that were set aside and are judged otherwise now. A run that is
    killed behind it finds quarantine as it was, and its history written: the same version is not appended twice.
    """
    item, rows = refined.item, refined.rows
    moved = moves(spark, lake, source, batch, refined)
    if refined.kept_count or batch in tables.batches(lake, item.silver.name):
        tables.replace_batch(spark, lake, item.silver.name, batch, rows.where(f"{DISPOSITION} IS NULL"))
    if moved is not None:
        seen = tables.version(lake, f"quarantine.{item.silver.thing}")
        judged = moved.withColumn("judged_at", F.lit(at).cast("timestamp"))
        tables.append_once(spark, lake, f"history.{item.silver.thing}", batch, judged, version=seen + 1)
    if not refined.aside_count and batch not in tables.batches(lake, f"quarantine.{item.silver.thing}"):
        return
    aside = rows.where(f"{DISPOSITION} IS NOT NULL").withColumns(
        {
            "reason_codes": _reasons(),
            "reason_column_names": F.transform(
                ENTRIES, lambda entry: F.coalesce(F.try_element_at(F.split(entry, " "), F.lit(2)), F.lit(""))
            ),
            "contract_version_code": F.lit(source.version),
            "owner_name": F.lit(source.owner),
        }
    )
    tables.replace_batch(spark, lake, f"quarantine.{item.silver.thing}", batch, aside)
