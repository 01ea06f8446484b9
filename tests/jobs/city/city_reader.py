"""Reads what the city's offices would hand out, and the truth about it, for the tests of this folder."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
from openpyxl import load_workbook

import schemas

MONTHS = ("2026-07", "2026-08", "2026-09")


class Spot(NamedTuple):
    """Where a record was delivered: the key on which truth and delivery meet."""

    source: str
    object: str
    batch: str
    delivery_no: int
    file: str
    line: int


def truth(home: Path, table: str) -> list[dict[str, Any]]:
    return pq.read_table(home / "truth" / table).to_pylist()


def delivered(home: Path) -> Iterator[tuple[Spot, dict[str, Any] | bytes]]:
    """Yield every record as the offices hand it out; a line of CSV as its bytes."""
    offices = home / "offices"
    for source in schemas.sources():
        for item in source.objects:
            match source.server.transport:
                case "rest":
                    yield from pages(offices / source.name / item.name, source.name, item.name)
                case "jdbc":
                    yield from rows(offices / source.name / "register.db", source.name, item.name)
                case transport:
                    folder = offices / ("sftp" if transport == "sftp" else "drop") / source.name
                    yield from files(folder, source, item)


def pages(folder: Path, source: str, object_: str) -> Iterator[tuple[Spot, dict[str, Any]]]:
    """Yield what a REST office lists, a thousand records a page."""
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines()):
            page = f"page-{number // 1000 + 1:05d}"
            name = f"{object_}-{page}" if object_ else page
            yield Spot(source, object_, path.stem, 1, name, number % 1000 + 1), json.loads(line)["item"]


def files(folder: Path, source: schemas.Source, item: schemas.SourceObject) -> Iterator[tuple[Spot, Any]]:
    """Yield the records of an office's files; each file's name begins with its table's."""
    titles = [column.physical_name for column in item.bronze.columns]
    names = {title: column.name for title, column in zip(titles, item.bronze.columns, strict=True)}
    for path in sorted(folder.glob(f"*/{item.bronze.thing}_20*")):
        spot = (source.name, item.name, path.parent.name, int(path.stem[-1]), path.name)
        if path.suffix == ".csv":
            for line, content in enumerate(path.read_bytes().split(b"\n")[1:-1], 2):
                yield Spot(*spot, line), content
        elif path.suffix == ".jsonl":
            for line, text in enumerate(path.read_text("utf-8").splitlines(), 1):
                yield Spot(*spot, line), {names[title]: value for title, value in json.loads(text).items()}
        else:
            sheet = load_workbook(path, read_only=True).worksheets[0]
            for line, row in enumerate(sheet.iter_rows(min_row=2, values_only=True), 2):
                padded = [*row, *[None] * (len(titles) - len(row))]
                yield Spot(*spot, line), dict(zip(names.values(), padded, strict=True))


def rows(path: Path, source: str, object_: str) -> Iterator[tuple[Spot, dict[str, Any]]]:
    """Yield a register's rows in read order, window by window."""
    windows = dict(zip(MONTHS, ("2026-08-01", "2026-09-01", "2026-10-01"), strict=True))
    table = f"{source}_{object_}" if object_ else source
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute(f"SELECT * FROM {table} ORDER BY updated_at").fetchall()
        for batch, number, row in _numbered(found, windows):
            values = dict(row)
            values.pop("updated_at")
            yield Spot(source, object_, batch, 1, table, number), values


def _numbered(found: list[sqlite3.Row], windows: dict[str, str]) -> Iterator[tuple[str, int, sqlite3.Row]]:
    counts = dict.fromkeys(windows, 0)
    for row in found:
        batch = next(batch for batch, end in windows.items() if row["updated_at"] < end)
        counts[batch] += 1
        yield batch, counts[batch], row
