"""Rows that were committed late: a row's time is set while its transaction runs, and it shows when that has ended.

A window that begins where the last one ended would pass such a row over for ever. So each reading goes back by the
contract's overlap, and lands of that stretch only what no earlier reading saw: beside its rows a delivery keeps the
hashes of those from the overlap's length before its end.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from jobs.ingest.landing import folder, receipts
from jobs.ingest.order import Order
from jobs.ingest.periods import period

NAME = "seen.txt"
SLACK_SECONDS = 1.0
"""Databases round an instant in different ways; hashing a few rows too many costs nothing."""


class Overlap:
    """The stretch before a window that is read once more."""

    def __init__(self, order: Order, ends: datetime) -> None:
        """Take the span from the contract; `ends` is where the next window will begin."""
        self._span = timedelta(minutes=float(order.source.server.properties.get("watermark_overlap_minutes", 0)))
        self._starts = order.since.timestamp() if order.since else float("-inf")
        self._keeps = (ends - self._span).timestamp() - SLACK_SECONDS
        self.since = order.since - self._span if order.since else None
        self._before = _seen(order, self.since) if self._span and self.since else frozenset()
        self._now: list[str] = []
        self.late = 0

    def is_new(self, table: str, seconds: float, line: str) -> bool:
        """Say whether a row is to be landed: it lies in the window, or it shows only now."""
        is_late, is_kept = seconds < self._starts, bool(self._span) and float(seconds) >= self._keeps
        if not is_late and not is_kept:
            return True
        mark = sha256(f"{table}\n{seconds}\n{line}".encode()).hexdigest()
        if is_kept:
            self._now.append(mark)
        if is_late and mark in self._before:
            return False
        self.late += is_late
        return True

    def page(self) -> bytes:
        """Return what the next reading needs to know of this one."""
        return "".join(f"{mark}\n" for mark in self._now).encode()


def _seen(order: Order, since: datetime) -> frozenset[str]:
    """Return the hashes that the readings before this batch have kept and that reach into its overlap."""
    found: set[str] = set()
    for receipt in receipts(order.lake, order.source.name):
        is_earlier = period(receipt.batch, order.source.timezone).end < order.period.end
        if is_earlier and receipt.before and receipt.before >= since:
            path = folder(order.lake, receipt.source, receipt.batch, receipt.delivery_no) / NAME
            found |= set(path.read_text("utf-8").split()) if path.exists() else set()
    return frozenset(found)
