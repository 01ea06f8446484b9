"""Hand an approved release to its banks: each bank's own table set, and what changed for it since last time."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs.abreast import abreast
from jobs.errors import CreditFileError
from jobs.hashing import digest
from jobs.release import admit, manifest, registry
from jobs.release.step import check_role, record
from schemas import City

NUMBER_LENGTH = 12


def changes(before: DataFrame, after: DataFrame, started: int, release_id: str, at: datetime) -> DataFrame:
    """Rows of `share.changes`: new, updated and withdrawn people of one bank, numbered without a gap.

    Args:
        before: the bank's rows until now.
        after: the bank's rows of this release.
        started: the last number used for this bank.
        release_id: the release.
        at: now.
    """
    old = before.select("bank_person_id", F.col("row_hash").alias("old_hash"))
    new = after.select("bank_person_id", F.col("row_hash").alias("new_hash"))
    both = old.join(new, "bank_person_id", "full").where("NOT (old_hash <=> new_hash)")
    code = (
        F.when(F.col("old_hash").isNull(), F.lit("NEW"))
        .when(F.col("new_hash").isNull(), F.lit("WITHDRAWN"))
        .otherwise(F.lit("UPDATED"))
    )
    order = Window.orderBy("bank_person_id")
    count = F.row_number().over(order) + F.lit(started)
    return both.select(
        F.lpad(count.cast("string"), NUMBER_LENGTH, "0").alias("change_no"),
        "bank_person_id",
        code.alias("change_code"),
        F.when(code == "WITHDRAWN", F.lit("CONSENT")).alias("reason_code"),
        F.lit(None).cast("string").alias("item_text"),
        F.lit(release_id).alias("release_id"),
        F.lit(at).alias("changed_at"),
    )


def publish(spark: SparkSession, lake: Path, city: City, release_id: str, at: datetime) -> dict[str, Any]:
    """Publish an approved release to every bank.

    Consent is asked again now: what ended since the cut-off stays out. A release that is published already is left
    as it is.

    Raises:
        CreditFileError: CF-5001 unless it is approved; CF-5301 if its rows are not the sealed ones.
    """
    release = registry.find(lake, release_id)
    if release["status"] == "PUBLISHED":
        return release
    if release["status"] != "APPROVED":
        raise CreditFileError("CF-5001", what=f"{release['status']} to PUBLISHED", where=release_id)
    check_role(city)
    sealed = manifest.verify(lake, release_id)
    rows = tables.read(spark, lake, "release.credit_file").where(F.col("release_id") == release_id)
    rows = rows.localCheckpoint()
    found = rows.agg(digest(F.col("row_hash")).alias("content_hash")).first()
    if found is None or found["content_hash"] != sealed["content_hash"]:
        raise CreditFileError("CF-5301", where=release_id, undone="Nothing was published.")
    banks = [bank.code for bank in city.operator.banks]
    still = admit.grants(tables.read(spark, lake, "gold.fact_consent"), banks, at)

    def switch(bank: str) -> int:
        live = still.where(F.col("bank_code") == bank).select("person_id")
        mine = rows.where(F.col("bank_code") == bank).join(live, "person_id", "left_semi")
        return _switch(spark, lake, bank, mine, release_id, at)

    published = dict(zip(banks, abreast([partial(switch, bank) for bank in banks]), strict=True))
    release = registry.move(lake, release | {"banks": published}, "PUBLISHED", at, "job")
    record(spark, lake, city, release, at)
    return release


def _switch(spark: SparkSession, lake: Path, bank: str, mine: DataFrame, release_id: str, at: datetime) -> int:
    """Write one bank's changes and then its table; both know their release, so a second run adds nothing."""
    names = [column.name for column in schemas.table("share.credit_file").columns]
    after = mine.select(*names).localCheckpoint()
    before = tables.read(spark, lake, "share.credit_file", bank).where(F.col("release_id") != release_id)
    told = tables.read(spark, lake, "share.changes", bank).where(F.col("release_id") != release_id)
    last = told.agg(F.max("change_no").alias("last")).first()
    started = int(last["last"]) if last is not None and last["last"] else 0
    rows = changes(before, after, started, release_id, at)
    tables.append_once(spark, lake, "share.changes", release_id, rows, bank)
    tables.overwrite(spark, lake, "share.credit_file", after, bank)
    return after.count()
