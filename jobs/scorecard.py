"""The scorecard of the offices: how complete, valid and timely their last batches were, and how fast they mend.

Worked out without a JVM from what is there anyway: the gate's figures, receipts, and the keys of records set aside. It
looks back on `WINDOW` batches of each source, up to the batch it is made for, so that it is the same whenever it is
made (domain.md, section 6.7).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

import schemas
from expectations import evidence
from expectations.extra import suite_name
from expectations.metrics import own_columns
from expectations.trend import WINDOW
from jobs import lake as tables
from jobs.ingest.periods import period
from jobs.ingest.receipt import receipts
from jobs.rows import dataset, of_batch
from schemas import Source, SourceObject, Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NAME = "gold.source_scorecard"
DAY = timedelta(days=1)
SIX = Decimal("0.000001")


def write(spark: "SparkSession", lake: Path, batch: str) -> None:
    """Keep the scorecard of a batch, one row per source that has delivered."""
    from schemas.spark import stored

    rows = tables.inline(spark, stored(schemas.table(NAME)), cards(lake, batch))
    tables.replace_batch(spark, lake, NAME, batch, rows)


def read(lake: Path) -> list[dict[str, Any]]:
    """Return the newest scorecard that was kept; none if there is none."""
    known = sorted(tables.batches(lake, NAME))
    if not known:
        return []
    return sorted(of_batch(lake, NAME, known[-1]), key=lambda row: row["source_code"])


def cards(lake: Path, batch: str) -> list[dict[str, Any]]:
    """Return one card per source that has delivered up to a batch."""
    return [card for source in schemas.sources() if (card := _card(lake, source, batch))]


def _card(lake: Path, source: Source, batch: str) -> dict[str, Any] | None:
    end = period(batch, source.timezone).end
    landed = [r for r in receipts(lake, source.name) if period(r.batch, source.timezone).end <= end]
    if not landed:
        return None
    first: dict[str, datetime] = {}
    for receipt in landed:
        first[receipt.batch] = min(receipt.received_at, first.get(receipt.batch, receipt.received_at))
    last = sorted(first)[-WINDOW:]
    delays = [max(first[name] - period(name, source.timezone).end, timedelta()) for name in last]
    judged = list(_judged(lake, source, last))
    asked, filled = (sum(part) for part in zip(*(_filled(*one) for one in judged), strict=True)) if judged else (0, 0)
    silver, aside = (int(sum(f.get(fate, 0) for _, f in judged)) for fate in ("silver", "quarantine"))
    mended = [days for item in source.objects for days in _returns(lake, item, last)]
    closed = [days for days in mended if days is not None]
    return {
        "source_code": source.name,
        "batch_id": batch,
        "batch_count": len(last),
        "received_count": sum(receipt.rows for receipt in landed if receipt.batch in last),
        "completeness_ratio": _ratio(filled, asked),
        "validity_ratio": _ratio(silver, silver + aside),
        "timely_ratio": _ratio(sum(delay <= source.ttl_days * DAY for delay in delays), len(delays)),
        "delay_days": median_days([delay / DAY for delay in delays]),
        "return_days": median_days(closed),
        "mended_count": len(closed),
        "open_count": len(mended) - len(closed),
    }


def _ratio(part: float, whole: float) -> Decimal | None:
    return (Decimal(int(part)) / Decimal(int(whole))).quantize(SIX) if whole else None


def median_days(days: list[float]) -> int | None:
    """Return the median of days, begun ones counted in full; None of none."""
    return -int(-median(days) // 1) if days else None


def _judged(lake: Path, source: Source, batches: list[str]) -> Iterator[tuple[Table, dict[str, float]]]:
    """Yield the gate's figures of each object and batch, passed or held: a bad delivery counts too."""
    folder = evidence.folder(lake / "docs" / "quality")
    for item in source.objects:
        for run in evidence.runs(folder, suite_name(item.silver)):
            if run.batch in batches:
                yield item.silver, run.figures


def _filled(table: Table, figures: dict[str, float]) -> tuple[float, float]:
    """Values a batch's kept records could have and those they have; required ones are never missing."""
    columns = own_columns(table)
    optional = [figures[name] for column in columns if (name := f"filled__{column.name}") in figures]
    kept = figures.get("silver", 0)
    return len(columns) * kept, (len(columns) - len(optional)) * kept + sum(optional)


def _returns(lake: Path, item: SourceObject, batches: list[str]) -> Iterator[float | None]:
    """Yield for each key set aside the days until a good record of it came; None while none has.

    A record whose key itself is faulty is open until its batch is delivered anew.
    """
    name = f"quarantine.{item.silver.thing}"
    if not (tables.exists(lake, name) and tables.exists(lake, item.silver.name)):
        return
    aside = dataset(lake, name)
    if "key_hash" not in aside.schema.names:  # written before quarantine kept keys
        return
    asked = pc.field("batch_id").isin(batches) & (pc.field("disposition_code") == "QUARANTINE")
    bad = aside.to_table(columns=["key_hash", "known_from_at"], filter=asked)
    since = (
        bad.group_by("key_hash").aggregate([("known_from_at", "min")]).rename_columns({"known_from_at_min": "since"})
    )
    silver = dataset(lake, item.silver.name)
    keys = pa.array(since["key_hash"].to_pylist(), pa.string())
    asked = (pc.field("batch_id") <= max(batches)) & pc.field("key_hash").isin(keys)
    good = silver.to_table(columns=["key_hash", "known_from_at"], filter=asked).join(since, "key_hash")
    later = good.filter(pc.greater(good["known_from_at"], good["since"]))
    mended = later.group_by(["key_hash", "since"]).aggregate([("known_from_at", "min")])
    for row in mended.to_pylist():
        yield (row["known_from_at_min"] - row["since"]) / DAY
    yield from [None] * (since.num_rows - mended.num_rows)
