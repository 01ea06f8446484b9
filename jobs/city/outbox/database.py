"""A register's database, SQLite: `updated_at` rises from row to row, so the read order is the write order."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from jobs.city import months
from jobs.city.layout import Layout
from jobs.city.records import Item, Place
from jobs.city.timeline import Timeline

FILE = "register.db"
"""Name of an office's database in its folder."""

WAITING = 5000


class DatabaseOutbox:
    """One table a record type; rows wait in memory only until there are enough for one statement."""

    def __init__(self, root: Path, layouts: Iterable[Layout], timeline: Timeline) -> None:
        self.timeline = timeline
        self._waiting: dict[Layout, list[list[Any]]] = {}
        self._rows: dict[Layout, list[int]] = {}
        for layout in layouts:
            if not self._rows:
                folder = root / layout.source
                folder.mkdir(parents=True)
                self._connection = sqlite3.connect(folder / FILE)
                self._connection.execute("PRAGMA journal_mode = OFF")
            columns = ", ".join(f"{column} TEXT" for column in layout.columns)
            self._connection.execute(f"CREATE TABLE {layout.table} ({columns}, updated_at TEXT NOT NULL)")
            self._connection.execute(f"CREATE INDEX {layout.table}_updated ON {layout.table} (updated_at)")
            self._rows[layout], self._waiting[layout] = [0] * len(timeline.batches), []

    def write(self, layout: Layout, batch: int, item: Item) -> None:
        """Write a row; it became visible on the window's last day, one millisecond after the row before."""
        self._rows[layout][batch] += 1
        number = self._rows[layout][batch]
        item.place = Place(self.timeline.batches[batch], 1, layout.table, number)
        morning = months.instant(months.last(self.timeline.months[batch]), 9 * 3600, self.timeline.profile.zone)
        seen = (morning + timedelta(milliseconds=number)).astimezone(UTC).isoformat(timespec="microseconds")
        self._waiting[layout].append([*item.values, seen])
        if len(self._waiting[layout]) >= WAITING:
            self._flush(layout)

    def again(self, _layout: Layout, _item: Item) -> None:
        """Return nothing: a table has each row once."""

    def _flush(self, layout: Layout) -> None:
        rows, self._waiting[layout] = self._waiting[layout], []
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            # S608: both parts are ours, a table cannot be a parameter
            self._connection.executemany(f"INSERT INTO {layout.table} VALUES ({marks})", rows)  # noqa: S608

    def close(self) -> None:
        """Finish the database."""
        for layout in list(self._waiting):
            self._flush(layout)
        self._connection.commit()
        self._connection.close()
