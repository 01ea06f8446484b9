"""A batch that comes late, or again: which later batches would now be judged otherwise (fault F16).

Four verdicts look back: a file is a copy, a record is a duplicate of an earlier one, a withdrawal needs a key that was
delivered, and a person's record needs a grant. So when a batch is written that later ones should have known, those of
them that hold the same file or content, or withdraw the same key, are marked stale; the ledger of consent marks all
that load by it. What is stale is refined again, in order, before the next linking (`pipeline.catch_up`): a backfill in
any order ends with the tables of one in order, and a delivery in order, which has no later batch, pays nothing.

A verdict of the gate is not taken back: it stood on the batches that were there. And an office asked by time answers
the changes since the batch before: such deliveries are landed in order, whatever order they are refined in.
"""

from collections.abc import Mapping
from functools import reduce
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs import runs
from jobs.ingest.receipt import receipts
from jobs.runs import Run
from jobs.silver.classify import DISPOSITION
from jobs.silver.step import LEDGER
from schemas import Source, SourceObject

SAME = ("key_hash", "content_hash")
LOOKED_BACK = "disposition_code = 'DUPLICATE' OR array_contains(reason_codes, 'DELETE_UNKNOWN_KEY')"


def changed(spark: SparkSession, lake: Path, item: SourceObject, batch: str, rows: DataFrame | None) -> DataFrame:
    """Return key and content of what a batch says in silver for the first time, or will no longer say.

    Args:
        spark: The session.
        lake: The lake, in which the batch still is as before.
        item: The object.
        batch: The batch about to be written.
        rows: Its classified rows; None if nothing but copies came.
    """
    before = tables.read(spark, lake, item.silver.name).where(F.col("batch_id") == batch).select(*SAME)
    now = before.limit(0) if rows is None else rows.where(f"{DISPOSITION} IS NULL").select(*SAME)
    return now.exceptAll(before).unionByName(before.exceptAll(now)).distinct()


def affected(spark: SparkSession, lake: Path, item: SourceObject, later: list[str], news: DataFrame) -> DataFrame:
    """Return the later batches, as `batch_id`, in which a record was or would be judged by the news."""
    kept = tables.read(spark, lake, item.silver.name).where(F.col("batch_id").isin(later))
    aside = tables.read(spark, lake, f"quarantine.{item.silver.thing}").where(F.col("batch_id").isin(later))
    aside = aside.where(LOOKED_BACK)
    same = [rows.select("batch_id", *SAME) for rows in (kept, aside)]
    withdrawn = [kept.where("operation_code = 'D'"), aside.where("disposition_code = 'QUARANTINE'")]
    hits = [rows.join(news, [*SAME], "left_semi").select("batch_id") for rows in same]
    hits += [rows.join(news, "key_hash", "left_semi").select("batch_id") for rows in withdrawn]
    return reduce(DataFrame.unionByName, hits).distinct()


def mark(spark: SparkSession, lake: Path, source: Source, batch: str, made: Mapping[str, DataFrame]) -> None:
    """Mark stale what a batch, about to be written, would have judged otherwise.

    Args:
        spark: The session.
        lake: The lake.
        source: The source.
        batch: Its batch.
        made: Classified rows by object; an object is missing where nothing but copies came.
    """
    done = [run for run in runs.read(lake, "silver") if run.status == "done"]
    later = {run.batch: run for run in done if run.source == source.name and run.batch > batch}
    loaded = [run for run in done if _loads_after(source, batch, run)]
    if not later and not loaded:
        return
    stale = _copies(lake, source, batch) & later.keys()
    has_news = False
    for item in source.objects:
        news = changed(spark, lake, item, batch, made.get(item.name)).localCheckpoint()
        if not news.isEmpty():
            has_news = True
            stale |= {row["batch_id"] for row in affected(spark, lake, item, [*later], news).toLocalIterator()}
    for run in [*(later[name] for name in sorted(stale)), *(loaded if has_news else [])]:
        runs.mark_stale(lake, run)


def _copies(lake: Path, source: Source, batch: str) -> set[str]:
    """Later batches that hold a file of this one."""
    known = receipts(lake, source.name)
    mine = {file.sha256 for receipt in known if receipt.batch == batch for file in receipt.files if file.rows}
    return {r.batch for r in known if r.batch > batch and mine & {file.sha256 for file in r.files}}


def _loads_after(source: Source, batch: str, run: Run) -> bool:
    """Say whether a run read the ledger of consent up to this batch, if the source is the ledger.

    A month and a day are compared by their common part.
    """
    is_ledger = any(item.silver.name == LEDGER for item in source.objects)
    is_after = run.batch[: len(batch)] >= batch[: len(run.batch)]
    return is_ledger and is_after and any(s.name == run.source and s.loads_by_ledger for s in schemas.sources())
