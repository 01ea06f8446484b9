"""Which sources are fresh at K: their last passed batch is no older than the contract allows (domain.md, 4.1)."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import schemas
from jobs import runs
from jobs.ingest.receipt import receipts

STEP = "silver"
PASSED = "done"


def fresh_sources(lake: Path, known: datetime) -> tuple[str, ...]:
    """Return the names of the sources that are fresh at an instant, sorted; read from receipts and runs, without a JVM.

    Days are counted where the office is: from the day its last passed batch was received to the day of K.
    """
    found, done = [], [run for run in runs.read(lake, STEP) if run.status == PASSED]
    for source in schemas.sources():
        passed = {run.batch for run in done if run.source == source.name}
        zone = ZoneInfo(source.timezone)
        days = [
            receipt.received_at.astimezone(zone).date()
            for receipt in receipts(lake, source.name)
            if receipt.batch in passed and receipt.received_at <= known
        ]
        if days and (known.astimezone(zone).date() - max(days)).days <= source.ttl_days:
            found.append(source.name)
    return tuple(sorted(found))
