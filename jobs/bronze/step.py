"""Bronze of one batch: keep every record, its identifiers behind one keyed hash, and what nobody agreed to sealed."""

from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import lake as tables
from jobs.bronze.delivered import RAW, UNDECLARED
from jobs.hashing import keyed, sealed, with_keys, without_keys
from jobs.keys import Keys
from schemas import Source, SourceObject, Table, table


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
    """Add `identity_text` (plain, never written), `identity_hash`, and the two seals.

    `sealed_raw_text` is a line that did not parse, `sealed_undeclared_text` the columns of one that did and that no
    contract knows: either may name a person. The plain texts themselves go: a parsed line stands in its fields.
    """
    named = with_keys(spark, delivered.withColumn("identity_text", identity(bronze)), keys, "identity")
    hashed = named.withColumns(
        {
            "identity_hash": keyed(F.col("identity_text")),
            "sealed_raw_text": F.when(~F.col("is_parsed"), sealed(F.col(RAW))),
            "sealed_undeclared_text": F.when(F.col(UNDECLARED).isNotNull(), sealed(F.col(UNDECLARED))),
        }
    )
    return without_keys(hashed).drop(RAW, UNDECLARED)


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
        seal(spark, lake, source, batch, identified, keys)


def seal(spark: SparkSession, lake: Path, source: Source, batch: str, identified: DataFrame, keys: Keys) -> None:
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
