"""Gold of one batch: the fact tables as all silver gives them, and new versions of the files that changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs.gold.facts import all_facts
from jobs.gold.file import Moment, assembled, features, new_versions
from jobs.keys import Keys
from schemas import City

SIDE_BY_SIDE = 4
"""Fact tables written at once: a commit is mostly waiting."""


def as_of(batch_end: datetime) -> date:
    """Return the last day of a batch's period: the date its files speak about."""
    return batch_end.date() - timedelta(days=1)


def facts(spark: SparkSession, lake: Path) -> dict[str, DataFrame]:
    """Write every fact table from silver and links; return them as written, cached: unpersist them after use."""
    made = {
        name: tables.shaped(rows, schemas.table(name)).persist()
        for name, rows in all_facts(lambda name: tables.read(spark, lake, name)).items()
    }
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        written = [pool.submit(tables.overwrite, spark, lake, name, rows) for name, rows in made.items()]
    for one in written:
        one.result()
    return made


def files(
    spark: SparkSession, lake: Path, city: City, keys: Keys, batch: str, moment: Moment, facts: dict[str, DataFrame]
) -> DataFrame:
    """Return the new versions of a batch, cached; nothing is written yet, so that the gate may judge them first."""
    links = tables.read(spark, lake, "link.person_record")
    people = (
        links.where("person_id IS NOT NULL")
        .where(F.col("known_from_at") <= F.lit(moment.known))
        .select("person_id")
        .distinct()
    )
    rows = assembled(features(people, facts, moment, city), moment, city)
    earlier = tables.read(spark, lake, "gold.credit_file").where(F.col("batch_id") < batch)
    fresh = new_versions(spark, rows, earlier.select("person_id", "version_count", "content_hash"), keys, city)
    return fresh.withColumn("batch_id", F.lit(batch)).localCheckpoint()
