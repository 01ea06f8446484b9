"""Gold of one batch: the fact tables as all silver gives them, and new versions of the files that changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import lake as tables
from jobs.abreast import abreast
from jobs.gold.facts import MADE_OF, all_facts, present
from jobs.gold.features import Moment, features, numbers_of, people
from jobs.gold.file import assembled, new_versions
from jobs.hashing import keyed, with_keys, without_keys
from jobs.keys import Keys
from schemas import City


def as_of(batch_end: datetime) -> date:
    """Return the last day of a batch's period: the date its files speak about."""
    return batch_end.date() - timedelta(days=1)


def numbered(spark: SparkSession, keys: Keys, events: DataFrame) -> DataFrame:
    """Bad information with a number of our own: which loan of which bank it is of stays with the bank (CRR-29)."""
    return without_keys(with_keys(spark, events, keys, "adverse").withColumn("adverse_id", keyed(F.col("adverse_id"))))


@contextmanager
def facts(spark: SparkSession, lake: Path, keys: Keys) -> Iterator[dict[str, DataFrame]]:
    """Give every fact table as silver and links make it, cached while the block lasts.

    Cached by person or by business, so that every block of the file is grouped and joined where its rows lie, without a
    shuffle. A fact of which no silver table is there is an empty one, of which nothing is planned.
    """
    parts = int(spark.conf.get("spark.sql.shuffle.partitions") or 1)
    held: list[DataFrame] = []

    def kept(rows: DataFrame) -> DataFrame:
        about = "person_id" if "person_id" in rows.columns else "uscc_no"
        held.append(rows.repartition(parts, about).persist())
        return held[-1]

    made = all_facts(
        partial(tables.read, spark, lake), partial(tables.exists, lake), kept, partial(numbered, spark, keys)
    )
    try:
        yield {name: made[name] if name in made else tables.read(spark, lake, name) for name in MADE_OF}
    finally:
        for rows in held:
            rows.unpersist()


def build(spark: SparkSession, lake: Path, city: City, keys: Keys, batch: str, moment: Moment) -> DataFrame:
    """Write every fact table, and meanwhile make the new versions of a batch's files; return those, cached.

    No file is written yet, so that the gate may judge them first.
    """
    with facts(spark, lake, keys) as made:
        names = present(partial(tables.exists, lake))
        written = [partial(tables.overwrite, spark, lake, name, made[name]) for name in names]
        fresh: DataFrame = abreast([partial(files, spark, lake, city, keys, batch, moment, made), *written])[0]
    return fresh


def files(
    spark: SparkSession, lake: Path, city: City, keys: Keys, batch: str, moment: Moment, facts: dict[str, DataFrame]
) -> DataFrame:
    """Return the new versions of a batch, cached."""
    read = partial(tables.read, spark, lake)
    numbers = numbers_of(read("link.ledger"), read("link.identity"))
    everybody = people(read("link.person_record"), read("link.review"), numbers, moment.known)
    earlier = read("gold.credit_file").where(F.col("batch_id") < batch)
    had = earlier.groupBy("person_id").agg(F.max_by("record_ids", "version_count").alias("had_record_ids"))
    rows = assembled(features(everybody.join(had, "person_id", "full"), facts, moment, city), moment, city)
    fresh = new_versions(spark, rows, earlier.select("person_id", "version_count", "content_hash"), keys, city)
    return fresh.withColumn("batch_id", F.lit(batch)).localCheckpoint()
