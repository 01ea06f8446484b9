"""Prepared deliveries: what each office will hand out, written once and streamed, however many people there are.

REST offices keep one file of JSON lines a delivery, the bureau its CSV files with manifests, the register a database.
"""

import hashlib
import json
import shutil
import sqlite3
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from jobs.city import months
from jobs.city.records import BUSINESS, INSURANCE, INSURANCE_HEADER, ROLE, Item, Layout, Place
from jobs.city.timeline import Timeline

PAGE = 1000
"""Records on a page of the REST offices, as the contracts ask for."""


class Stamp:
    """Fills in what belongs to the delivery: its number, the record's own number, when it was drawn."""

    def __init__(self, layout: Layout, timeline: Timeline) -> None:
        self._prefix, self._drawn_at = layout.prefix, layout.columns.index("extracted_at")
        self._batches = [f"{layout.prefix}-{batch}" for batch in timeline.batches]
        self._drawn = [timeline.extracted_at(layout.source, number) for number in range(len(timeline.batches))]
        self._count = 0

    def on(self, item: Item, batch: int) -> None:
        """Stamp a record for its delivery."""
        self._count += 1
        item.values[1] = self._batches[batch]
        item.values[2] = f"{self._prefix}{self._count:012d}"
        item.values[self._drawn_at] = self._drawn[batch]


class RestOutbox:
    """JSON lines of one REST office: each with the instant it became visible, so that any window can be asked for."""

    def __init__(self, root: Path, layout: Layout, timeline: Timeline) -> None:
        self.layout, self.timeline = layout, timeline
        folder = root / layout.source
        folder.mkdir(parents=True)
        self.paths = [folder / f"{batch}.jsonl" for batch in timeline.batches]
        self._files: list[TextIO] = [path.open("w", encoding="utf-8", newline="\n") for path in self.paths]
        self.rows = [0] * len(self.paths)

    def write(self, batch: int, item: Item) -> None:
        """Write a record and note its place: page and position on the page."""
        number = self.rows[batch]
        self.rows[batch] += 1
        item.place = Place(self.timeline.batches[batch], 1, f"page-{number // PAGE + 1:05d}", number % PAGE + 1)
        seen = months.utc_text(months.instant(item.day, item.second, self.timeline.profile.zone))
        body = json.dumps(dict(zip(self.layout.columns, item.values, strict=True)), ensure_ascii=False)
        self._files[batch].write(f'{{"updated_at": "{seen}", "item": {body}}}\n')

    def close(self) -> None:
        """Finish the files."""
        for file in self._files:
            file.close()


class CsvOutbox:
    """The bureau's folders: a CSV file in GB18030, its manifest, the marker; the last month's file is sent twice."""

    def __init__(self, root: Path, timeline: Timeline) -> None:
        self.timeline = timeline
        self.root = root / "sftp"
        self._files: list[BinaryIO] = []
        self.paths: list[Path] = []
        self.rows = [0] * len(timeline.batches)
        for batch in timeline.batches:
            path = self.root / INSURANCE.source / batch / self.name(batch, 1)
            path.parent.mkdir(parents=True)
            self.paths.append(path)
            self._files.append(path.open("wb", buffering=1 << 20))
            self._files[-1].write((",".join(INSURANCE_HEADER) + "\n").encode("gb18030"))

    @staticmethod
    def name(batch: str, delivery_no: int) -> str:
        """Return the name of a delivery's file."""
        return f"{INSURANCE.source}_{batch}_{delivery_no}.csv"

    def write(self, batch: int, item: Item) -> None:
        """Write a line, broken if the item says so; line 1 is the header."""
        self.rows[batch] += 1
        text = self.timeline.batches[batch]
        item.place = Place(text, 1, self.name(text, 1), self.rows[batch] + 1)
        values = item.values
        if item.raw is None:
            line = ",".join(values).encode("gb18030")
        elif item.raw == "ENCODING":  # a name cut in the middle of a character
            name = values[6].encode("gb18030")[:-1] + b"\xff"
            line = b",".join(
                [*(v.encode("gb18030") for v in values[:6]), name, *(v.encode("gb18030") for v in values[7:])]
            )
        elif item.raw == "PARSE_LINE":
            line = ",".join(values[:-3]).encode("gb18030")
        else:
            line = ",".join([*values[:9], "", *values[9:]]).encode("gb18030")
        self._files[batch].write(line + b"\n")

    def close(self) -> None:
        """Finish the files, send the last one again under another name, write manifests and markers."""
        for file in self._files:
            file.close()
        for number, path in enumerate(self.paths):
            deliveries = [path]
            if number == self.timeline.last:
                again = path.with_name(self.name(self.timeline.batches[number], 2))
                shutil.copyfile(path, again)
                deliveries.append(again)
            for delivery_no, sent in enumerate(deliveries, 1):
                manifest(sent, self.timeline.batches[number], delivery_no, self.rows[number])


def manifest(path: Path, batch: str, delivery_no: int, rows: int) -> None:
    """Write a delivery's manifest, then its empty marker."""
    entry = {"name": path.name, "bytes": path.stat().st_size, "rows": rows, "sha256": sha256(path)}
    stated = {"source": INSURANCE.source, "batch": batch, "delivery_no": delivery_no, "files": [entry]}
    target = path.with_name(f"manifest-{delivery_no}.json")
    target.write_text(json.dumps(stated, ensure_ascii=False, indent=1) + "\n", "utf-8")
    target.with_name(target.name + ".done").touch()


class DatabaseOutbox:
    """The register's database, SQLite: `updated_at` rises from row to row, so the read order is the write order."""

    def __init__(self, root: Path, timeline: Timeline) -> None:
        self.timeline = timeline
        folder = root / BUSINESS.source
        folder.mkdir(parents=True)
        self.paths = [folder / "register.db"]
        self._connection = sqlite3.connect(self.paths[0])
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._waiting: dict[str, list[list[Any]]] = {}
        self.rows: dict[str, list[int]] = {}
        for layout in (BUSINESS, ROLE):
            columns = ", ".join(f"{column} TEXT" for column in layout.columns)
            self._connection.execute(f"CREATE TABLE {table(layout)} ({columns}, updated_at TEXT NOT NULL)")
            self._connection.execute(f"CREATE INDEX {table(layout)}_updated ON {table(layout)} (updated_at)")
            self.rows[table(layout)] = [0] * len(timeline.batches)
            self._waiting[table(layout)] = []

    def write(self, layout: Layout, batch: int, item: Item) -> None:
        """Write a row; it became visible on the window's last day, one millisecond after the row before."""
        name = table(layout)
        self.rows[name][batch] += 1
        number = self.rows[name][batch]
        item.place = Place(self.timeline.batches[batch], 1, name, number)
        morning = months.instant(months.last(self.timeline.months[batch]), 9 * 3600, self.timeline.profile.zone)
        seen = (morning + timedelta(milliseconds=number)).astimezone(UTC).isoformat(timespec="microseconds")
        self._waiting[name].append([*item.values, seen])
        if len(self._waiting[name]) >= 5000:
            self._flush(name)

    def _flush(self, name: str) -> None:
        rows, self._waiting[name] = self._waiting[name], []
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            # S608: both parts are ours, a table cannot be a parameter
            self._connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608

    def close(self) -> None:
        """Finish the database."""
        for name in list(self._waiting):
            self._flush(name)
        self._connection.commit()
        self._connection.close()


def table(layout: Layout) -> str:
    """Return the name of an object's table in the register."""
    return f"{layout.source}_{layout.object}" if layout.object else layout.source


def sha256(path: Path) -> str:
    """Return a file's hash."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
