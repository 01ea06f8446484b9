"""How PostgreSQL's types reach us, type by type: what Python cannot hold passes as the database writes it.

Silver then sets such a value aside by its reason; a type error here would lose the whole batch for one cell.
"""

from typing import Any

import psycopg
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader
from psycopg.types.string import TextLoader

AS_WRITTEN = ("time", "timetz", "interval", "json", "jsonb")
"""Hour 24, ten thousand years, numbers of any length: Python has a narrower idea of these, and we need no better."""


class Unpadded(TextLoader):
    """`char(n)`: the spaces behind are the database's, not the office's."""

    def load(self, data: Any) -> Any:
        """Return the text without its padding."""
        return str(super().load(data)).rstrip(" ")


def _lenient(loader: type[Any]) -> type[Any]:
    """Let a date that Python does not know (`infinity`, BC, beyond 9999) pass as the database writes it."""

    class AsWritten(loader):  # type: ignore[misc]
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except psycopg.DataError:
                return bytes(data).decode()

    return AsWritten


CASTS: dict[str, type[Any]] = {
    "date": _lenient(DateLoader),
    "timestamp": _lenient(TimestampLoader),
    "timestamptz": _lenient(TimestamptzLoader),
    "bpchar": Unpadded,
    **dict.fromkeys(AS_WRITTEN, TextLoader),
}


def register(connection: psycopg.Connection[Any]) -> None:
    """Read a connection's values by these casts; arrays of these types follow."""
    for kind, loader in CASTS.items():
        connection.adapters.register_loader(kind, loader)
