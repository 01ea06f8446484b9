"""SQLite as a source: the demo's register, or an office's exported file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from jobs.ingest.patience import Interrupted, Patience
from jobs.ingest.periods import utc_text
from jobs.ingest.snapshot import FETCH_ROWS, Reading, Snapshot, quoted
from jobs.settings import Endpoint

PREFIX = "jdbc:sqlite:"
EPOCH_DAY = 2440587.5
"""1970-01-01 as a Julian day."""


class SqliteSnapshot:
    """A read transaction on a file opened for reading only.

    Times are ISO texts of any zone, so they are compared as instants (`julianday`, exact to the millisecond).
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the names of a table's columns."""
        found = self._connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
        return tuple(name for (name,) in found)

    def flaw(self, table: str, watermark: str) -> str:
        """Look for rows whose watermark is no time."""
        query = f"SELECT count(*) FROM {quoted(table)} WHERE julianday({quoted(watermark)}) IS NULL"
        lost = int(self._connection.execute(query).fetchone()[0])
        return f"rows without one: {lost:,}" if lost else ""

    def count(self, reading: Reading) -> int:
        """Count the rows of a reading, in the same transaction."""
        window, limits = _window(reading)
        query = f"SELECT count(*) FROM {quoted(reading.table)} WHERE {window}"
        return int(self._connection.execute(query, limits).fetchone()[0])

    def rows(self, reading: Reading) -> Iterator[list[tuple[Any, ...]]]:
        """Return the rows in the order of their last change."""
        changed = quoted(reading.watermark)
        ties = [f"CAST({quoted(name)} AS TEXT) COLLATE BINARY" for name in reading.order_by]
        window, limits = _window(reading)
        seconds = f"(julianday({changed}) - {EPOCH_DAY}) * 86400"
        cursor = self._connection.execute(
            f"SELECT {', '.join([seconds, *map(quoted, reading.columns)])} FROM {quoted(reading.table)}"
            f" WHERE {window} ORDER BY {', '.join([f'julianday({changed})', changed, *ties])}",
            limits,
        )
        while rows := cursor.fetchmany(FETCH_ROWS):
            yield rows

    def rights(self, tables: tuple[str, ...]) -> tuple[str, ...]:
        """Return nothing: a file knows no accounts, and it is opened for reading only."""
        return ()


def _window(reading: Reading) -> tuple[str, list[str]]:
    """The condition of a reading and its parameters."""
    changed = f"julianday({quoted(reading.watermark)})"
    conditions, limits = ([f"{changed} < julianday(?)"], [utc_text(reading.before)])
    if reading.since:
        conditions.append(f"{changed} >= julianday(?)")
        limits.append(utc_text(reading.since))
    return " AND ".join(conditions), limits


@contextmanager
def opened(endpoint: Endpoint, patience: Patience, place: str) -> Iterator[Snapshot]:
    """Open the file of a `jdbc:sqlite:<path>` URL for reading only."""
    path = Path(endpoint.url.removeprefix(PREFIX).split("?", 1)[0])
    try:
        with closing(
            sqlite3.connect(
                path.absolute().as_uri() + "?mode=ro", uri=True, timeout=patience.connect, isolation_level=None
            )
        ) as connection:
            connection.execute("BEGIN")
            yield SqliteSnapshot(connection)
    except sqlite3.Error as failed:
        raise Interrupted("CF-1301", getattr(failed, "sqlite_errorname", "") or type(failed).__name__) from None
