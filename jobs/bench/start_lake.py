"""A lake as `creditfile status` reads it: three months of all sources, receipts, runs and a scorecard; no JVM."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from deltalake import write_deltalake

import schemas
from jobs import lake as tables
from jobs import runs
from jobs.ingest.receipt import Receipt
from jobs.runs import ALL, Run
from jobs.scorecard import NAME as SCORECARD

BATCHES = ("2026-07", "2026-08", "2026-09")
STEPS = ("refine", "silver", "link")
AT = datetime(2026, 10, 1, tzinfo=UTC)
COUNTS = {"received": 1000, "silver": 950, "quarantine": 30, "duplicate": 10, "suppressed": 10}
FILLED = {"STRING": "-", "DATE": AT.date(), "TIMESTAMP": AT, "BOOLEAN": False}


def make(lake: Path) -> None:
    """Write receipts and runs of every source and batch, runs over people, and one scorecard."""
    for source in schemas.sources():
        for batch in BATCHES:
            _land(lake, source, batch)
            for step in STEPS:
                runs.write(lake, _run(step, source.name, batch))
    for batch in BATCHES:
        for step in ("link", "gold"):
            runs.write(lake, _run(step, ALL, batch))
    _card(lake)


def _run(step: str, source: str, batch: str) -> Run:
    return Run(step=step, source=source, batch=batch, status="done", counts=COUNTS, finished_at=AT)


def _land(lake: Path, source: schemas.Source, batch: str) -> None:
    receipt = Receipt(
        source=source.name,
        batch=batch,
        delivery_no=1,
        transport="sftp",
        sender="bench",
        received_at=AT,
        contract_version=source.version,
        legal_basis="-",
        agreement_no="-",
        since=None,
        before=None,
        rows=COUNTS["received"],
        bytes=100_000,
        sha256="0" * 64,
        duplicate_of=None,
        unknown_columns=(),
        missing_columns=(),
        files=(),
    )
    place = lake / "landing" / source.name / batch / "1" / "receipt.json"
    place.parent.mkdir(parents=True)
    place.write_text(receipt.text(), "utf-8")


def _card(lake: Path) -> None:
    from pyspark.sql.pandas.types import to_arrow_schema

    from schemas.spark import stored

    table = schemas.table(SCORECARD)
    filled = {column.name: FILLED.get(column.physical_type) for column in table.stored_columns}
    rows = [filled | {"source_code": source.name, "batch_id": BATCHES[-1]} for source in schemas.sources()]
    shape = pa.schema([field.with_nullable(True) for field in to_arrow_schema(stored(table))])
    place = tables.where(lake, SCORECARD)
    write_deltalake(str(place), pa.Table.from_pylist(rows, shape), partition_by=[*table.partition_by])
