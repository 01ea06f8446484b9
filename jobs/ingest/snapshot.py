"""What the database connector needs of a database: one unchanging view of it, read in a stated order."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

FETCH_ROWS = 5_000


@dataclass(frozen=True)
class Reading:
    """One table's changes in [since, before): only the agreed columns, oldest change first.

    `order_by` breaks ties between equal times, so that a row's line number is the same at every reading. `timezone`
    is the city's, in which an office means a time that it keeps without a zone.
    """

    table: str
    columns: tuple[str, ...]
    order_by: tuple[str, ...]
    watermark: str
    since: datetime | None
    before: datetime
    timezone: str


class Snapshot(Protocol):
    """A database as it was at one instant, for reading only."""

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the names of a table's columns; none if there is no such table for this account."""
        ...

    def flaw(self, table: str, watermark: str) -> str:
        """Say why the watermark would leave rows out of every window; empty if it leaves out none."""
        ...

    def count(self, reading: Reading) -> int:
        """Count the rows of a reading."""
        ...

    def rows(self, reading: Reading) -> Iterator[list[tuple[Any, ...]]]:
        """Return the rows, some thousand at a time: the seconds since 1970 of the change, then the agreed columns."""
        ...

    def rights(self, tables: tuple[str, ...]) -> tuple[str, ...]:
        """Say what the account may do beyond reading the agreed tables."""
        ...


Opened = AbstractContextManager[Snapshot]


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'
