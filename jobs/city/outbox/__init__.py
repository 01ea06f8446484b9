"""Prepared deliveries: what each office will hand out, written once and streamed, however many people there are.

How an office delivers is read off its contract: REST offices keep one file of JSON lines a delivery, offices that
upload or drop files a folder a delivery with its manifest, a register its database.
"""

from pathlib import Path
from typing import Protocol

from jobs.city.layout import Layout
from jobs.city.outbox.database import DatabaseOutbox
from jobs.city.outbox.files import FileOutbox
from jobs.city.outbox.rest import RestOutbox
from jobs.city.records import Item, Place
from jobs.city.sources import Desk
from jobs.city.timeline import Timeline


class Outbox(Protocol):
    """What writes the records of one office."""

    def write(self, layout: Layout, batch: int, item: Item) -> None:
        """Write a record of a delivery and note its place on it."""

    def again(self, layout: Layout, item: Item) -> Place | None:
        """Return where a written record stands a second time, if its file was sent twice."""

    def close(self) -> None:
        """Finish the deliveries."""


def outbox(root: Path, desk: Desk, timeline: Timeline) -> Outbox:
    """Open the outbox of a source under the folder of prepared deliveries."""
    transport = desk.source.server.transport
    if transport == "rest":
        return RestOutbox(root, desk.layouts, timeline)
    if transport == "jdbc":
        return DatabaseOutbox(root, desk.layouts, timeline)
    return FileOutbox(root / ("sftp" if transport == "sftp" else "drop"), desk, timeline)


class Stamp:
    """Fills in what belongs to the delivery: its number, the record's own number, when it was drawn."""

    def __init__(self, layout: Layout, timeline: Timeline) -> None:
        self._prefix, at = layout.prefix, layout.places
        self._batch_no, self._record_no, self._drawn_at = at["batch_no"], at["source_record_no"], at["extracted_at"]
        self._batches = [f"{layout.prefix}-{batch}" for batch in timeline.batches]
        self._drawn = [timeline.extracted_at(layout.source, number) for number in range(len(timeline.batches))]
        self._count = 0

    def on(self, item: Item, batch: int) -> None:
        """Stamp a record for its delivery."""
        self._count += 1
        item.values[self._batch_no] = self._batches[batch]
        item.values[self._record_no] = f"{self._prefix}{self._count:012d}"
        item.values[self._drawn_at] = self._drawn[batch]
