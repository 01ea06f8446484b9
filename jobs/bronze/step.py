"""Bronze of one batch: hold on header drift, then keep every record, identifiers behind one keyed hash."""

from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import lake as tables
from jobs.bronze.delivered import RAW
from jobs.errors import CreditFileError
from jobs.hashing import keyed, sealed, with_keys, without_keys
from jobs.keys import Keys
from schemas import Source, SourceObject, Table, table

if TYPE_CHECKING:
    from jobs.ingest.receipt import Receipt


def check_header(source: Source, receipts: tuple["Receipt", ...]) -> None:
    """Hold the batch if a delivered file lacks a column of the contract; an added one is kept out with a note.

    Raises:
        CreditFileError: CF-2101 with the difference, names only.
    """
    for receipt in receipts:
        for file in receipt.files:
            agreed = [column.physical_name for column in source.object(file.object).bronze.columns]
            missing = [name for name in agreed if name not in file.header]
            added = [name for name in file.header if name not in agreed]
            if missing and file.rows:
                raise CreditFileError(
                    "CF-2101",
                    # a file without a header has a record in its place: new names are counted, not shown
                    what=f"missing {', '.join(missing)}; {len(added)} columns new; contract {source.version}",
                    where=f"{source.name}/{receipt.batch}/{receipt.delivery_no}/{file.name}",
                    undone="Nothing was loaded; bronze and silver are as before.",
                )


def identity(bronze: Table) -> Column:
    """The record's direct identifiers as delivered, as one JSON text; null if it has none.

    As delivered and not folded: bronze then keeps each record exactly, without a second copy.
    """
    names = sorted(column.name for column in bronze.identifiers)
    if not names:
        return F.lit(None).cast("string")
    text = F.to_json(F.struct(*(F.col(name) for name in names)))
    return F.when(text != "{}", text)


def with_identity(spark: SparkSession, delivered: DataFrame, bronze: Table, keys: Keys) -> DataFrame:
    """Add `identity_text` (plain, never written), `identity_hash`, and `sealed_raw_text` of a line that did not parse.

    The raw text itself goes: a parsed line stands in its fields.
    """
    named = with_keys(spark, delivered.withColumn("identity_text", identity(bronze)), keys, "identity")
    hashed = named.withColumns(
        {
            "identity_hash": keyed(F.col("identity_text")),
            "sealed_raw_text": F.when(~F.col("is_parsed"), sealed(F.col(RAW))),
        }
    )
    return without_keys(hashed).drop(RAW)


def write(
    spark: SparkSession,
    lake: Path,
    source: Source,
    item: SourceObject,
    batch: str,
    identified: DataFrame,
    keys: Keys,
) -> None:
    """Write bronze and the identities not yet in the vault; the batch replaces exactly itself."""
    tables.replace_batch(spark, lake, item.bronze.name, batch, identified)
    if item.bronze.identifiers:
        _seal(spark, lake, source, batch, identified, keys)


def _seal(spark: SparkSession, lake: Path, source: Source, batch: str, identified: DataFrame, keys: Keys) -> None:
    """Seal each identity once for good: new ones are found on the hash alone, and only those are encrypted."""
    vault = table(f"vault.{source.name}")
    fresh = (
        identified.where("identity_hash IS NOT NULL")
        .groupBy("identity_hash")
        .agg(F.min("known_from_at").alias("known_from_at"), F.any_value("identity_text").alias("identity_text"))
    )
    known = tables.read(spark, lake, vault.name).select("identity_hash")
    fresh = with_keys(spark, fresh.join(known, "identity_hash", "left_anti"), keys, "identity").select(
        "identity_hash",
        F.lit(batch).alias("batch_id"),
        sealed(F.col("identity_text")).alias("sealed_text"),
        "known_from_at",
    )
    tables.append_rows(spark, lake, vault.name, fresh)
