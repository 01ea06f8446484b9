"""Reads what the city's offices would hand out, and the truth about it, for the tests of this folder."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

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
    for source in ("consent_grant", "hmb_rental_contract", "psb_residence"):
        for path in sorted((offices / source).glob("*.jsonl")):
            for number, line in enumerate(path.read_text("utf-8").splitlines()):
                place = (f"page-{number // 1000 + 1:05d}", number % 1000 + 1)
                yield Spot(source, "", path.stem, 1, *place), json.loads(line)["item"]
    name = "hrss_social_insurance"
    for path in sorted((offices / "sftp" / name).glob("*/*.csv")):
        number = int(path.stem[-1])
        for line, content in enumerate(path.read_bytes().split(b"\n")[1:-1], 2):
            yield Spot(name, "", path.parent.name, number, path.name, line), content
    yield from rows(offices / "amr_business" / "register.db")


def rows(path: Path) -> Iterator[tuple[Spot, dict[str, Any]]]:
    """Yield the register's rows in read order, window by window."""
    windows = dict(zip(MONTHS, ("2026-08-01", "2026-09-01", "2026-10-01"), strict=True))
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        for table, object_ in (("amr_business", ""), ("amr_business_role", "role")):
            found = connection.execute(f"SELECT * FROM {table} ORDER BY updated_at").fetchall()
            for batch, number, row in _numbered(found, windows):
                values = dict(row)
                values.pop("updated_at")
                yield Spot("amr_business", object_, batch, 1, table, number), values


def _numbered(found: list[sqlite3.Row], windows: dict[str, str]) -> Iterator[tuple[str, int, sqlite3.Row]]:
    counts = dict.fromkeys(windows, 0)
    for row in found:
        batch = next(batch for batch, end in windows.items() if row["updated_at"] < end)
        counts[batch] += 1
        yield batch, counts[batch], row
