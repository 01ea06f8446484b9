"""The ingest step: choose the connector by the contract's transport, and land a batch once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from jobs.clock import Clock
from jobs.errors import CreditFileError
from jobs.ingest import database, filedrop, rest, sftp
from jobs.ingest.landing import Receipt, raise_if_disk, receipts
from jobs.ingest.order import Order
from jobs.ingest.patience import Patience
from jobs.ingest.periods import Period, period
from jobs.settings import Endpoint
from schemas.model import Source

LOCK = ".ingest.lock"


@dataclass(frozen=True)
class IngestResult:
    """What one run of the step did: deliveries landed now, those landed before, and what the office still owes."""

    source: str
    batch: str
    landed: tuple[Receipt, ...]
    earlier: tuple[Receipt, ...]
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Records landed now."""
        return sum(receipt.rows for receipt in self.landed)


def ingest(
    source: Source,
    batch: str,
    *,
    lake: Path,
    endpoint: Endpoint,
    clock: Clock,
    again: bool = False,
    patience: Patience | None = None,
) -> IngestResult:
    """Fetch what an office has for a batch and land it, each delivery once.

    An office asked by time is not asked again for a landed batch, unless `again` is set: then its answer becomes the
    batch's next delivery. An office that uploads is always looked at, because it may have delivered again; what has
    been landed from it is never fetched twice.

    Raises:
        CreditFileError: CF-8601 for a batch that is no period, else CF-1xxx; what had been landed before stays.
    """
    asked = period(batch, source.timezone)
    with _alone(lake, source):
        known = receipts(lake, source.name)
        earlier = tuple(receipt for receipt in known if receipt.batch == batch)
        order = Order(source, asked, lake, endpoint, clock, since(known, asked, source), patience or Patience())
        match source.server.transport, source.server.format:
            case "sftp", "csv":
                taken = sftp.fetch(order)
                return IngestResult(source.name, batch, tuple(taken.landed), earlier, taken.notes)
            case "file", "csv" | "jsonl" | "parquet" | "xlsx":
                taken = filedrop.fetch(order)
                return IngestResult(source.name, batch, tuple(taken.landed), earlier, taken.notes)
            case ("rest", "json") | ("jdbc", _) if earlier and not again:
                return IngestResult(source.name, batch, (), earlier)
            case "rest", "json":
                return IngestResult(source.name, batch, (rest.fetch(order),), earlier)
            case "jdbc", _:
                return IngestResult(source.name, batch, (database.fetch(order),), earlier)
            case transport, form:
                what = f"no connector reads {form} over {transport}"
                raise CreditFileError("CF-2001", what=what, where=source.name, undone="Nothing was started.")


def since(known: tuple[Receipt, ...], asked: Period, source: Source) -> datetime | None:
    """Return where the batches before this one ended; None if there is none, so that all of history is asked for.

    A batch fetched before its period was over has seen only what was there at that moment, so the next one begins
    there: some records then come twice, which is counted, instead of never, which nobody would see. An office whose
    clocks or commits run late has an `overlapMinutes` in its contract, by which each batch begins earlier still.
    """
    ends = [
        min(receipt.before, receipt.received_at)
        for receipt in known
        if receipt.before and period(receipt.batch, source.timezone).end < asked.end
    ]
    overlap = timedelta(minutes=float(source.server.properties.get("overlap_minutes", 0)))
    return max(ends) - overlap if ends else None


@contextmanager
def _alone(lake: Path, source: Source) -> Iterator[None]:
    """Let one run at a time write a source's landing; a scheduler may start the same task twice."""
    folder = lake / "landing" / source.name
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise CreditFileError("CF-8002", where=source.name, undone="Nothing was started.") from None
    except OSError as failed:
        raise_if_disk(failed, folder)
        raise
    try:
        yield
    finally:
        lock.release()
