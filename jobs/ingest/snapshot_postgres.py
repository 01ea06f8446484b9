"""PostgreSQL as a source: one REPEATABLE READ, READ ONLY transaction and server-side cursors."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from psycopg import IsolationLevel, errors, sql
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader

from jobs.errors import CreditFileError
from jobs.ingest.order import Order
from jobs.ingest.patience import Interrupted
from jobs.ingest.snapshot import FETCH_ROWS, Reading, Snapshot

PREFIX = "jdbc:postgresql:"
SCHEMA_NAME = re.compile(r"\A\w+\Z", re.ASCII)
LOGIN_REFUSED = ("authentication failed", "no password supplied")


class PostgresSnapshot:
    """One transaction, so that both tables of a source, and every page of a cursor, show the same instant."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the names of a table's columns as this account sees them."""
        found = self._connection.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = %s ORDER BY ordinal_position",
            (table,),
        )
        return tuple(name for (name,) in found)

    def unreadable(self, table: str, watermark: str) -> int:
        """Count rows without a watermark."""
        query = sql.SQL("SELECT count(*) FROM {} WHERE {} IS NULL")
        row = self._connection.execute(query.format(sql.Identifier(table), sql.Identifier(watermark))).fetchone()
        return int(row[0]) if row else 0

    def rows(self, reading: Reading) -> Iterator[list[tuple[Any, ...]]]:
        """Return the rows in the order of their last change; ties by the bytes of the keys, whatever the locale."""
        changed = sql.Identifier(reading.watermark)
        ties = [sql.SQL('{}::text COLLATE "C"').format(sql.Identifier(name)) for name in reading.order_by]
        since = sql.SQL(" AND {} >= %(since)s").format(changed) if reading.since else sql.SQL("")
        query = sql.SQL("SELECT {} FROM {} WHERE {} < %(before)s{} ORDER BY {}").format(
            sql.SQL(", ").join(map(sql.Identifier, reading.columns)),
            sql.Identifier(reading.table),
            changed,
            since,
            sql.SQL(", ").join([changed, *ties]),
        )
        with self._connection.cursor(name="ingest") as cursor:
            cursor.execute(query, {"before": reading.before, "since": reading.since})
            while rows := cursor.fetchmany(FETCH_ROWS):
                yield rows


@contextmanager
def opened(order: Order) -> Iterator[Snapshot]:
    """Open the database of a `jdbc:postgresql://host:port/name` URL.

    Server messages may quote a row, so only their class leaves this function.
    """
    try:
        with psycopg.connect(**_parameters(order)) as connection:
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            for kind, loader in (
                ("date", DateLoader),
                ("timestamp", TimestampLoader),
                ("timestamptz", TimestamptzLoader),
            ):
                connection.adapters.register_loader(kind, _lenient(loader))
            yield PostgresSnapshot(connection)
    except (errors.InsufficientPrivilege, errors.UndefinedTable):
        raise CreditFileError("CF-1304", where=order.place, undone="Nothing was landed.") from None
    except psycopg.Error as failed:
        if failed.sqlstate is None and any(text in str(failed) for text in LOGIN_REFUSED):
            raise CreditFileError("CF-1305", where=order.place, undone="Nothing was landed.") from None
        raise Interrupted("CF-1301", type(failed).__name__) from None


def _parameters(order: Order) -> dict[str, Any]:
    endpoint, patience = order.endpoint, order.patience
    place = urlsplit(endpoint.url.removeprefix("jdbc:"))
    stated = dict(parse_qsl(place.query))
    schema = stated.pop("currentSchema", "public")
    unknown = sorted(set(stated) - {"sslmode", "sslrootcert"})
    if unknown or not SCHEMA_NAME.match(schema):
        what = f"url has unknown parameters: {', '.join(unknown) or 'currentSchema'}"
        raise CreditFileError("CF-9001", what=what, where=order.place, undone="Nothing was started.")
    limits = {
        "statement_timeout": f"{patience.delivery * 1000:.0f}ms",
        "lock_timeout": f"{patience.read * 1000:.0f}ms",
        "search_path": schema,
        "timezone": "UTC",
        "datestyle": "ISO",
    }
    return stated | {
        "host": place.hostname,
        "port": place.port or 5432,
        "dbname": unquote(place.path.strip("/")),
        "user": endpoint.username,
        "password": endpoint.password.get_secret_value() if endpoint.password else None,
        "connect_timeout": max(2, round(patience.connect)),
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        "application_name": "creditfile",
    }


def _lenient(loader: type[Any]) -> type[Any]:
    """Let a date that Python does not know (`infinity`, BC) pass as the database writes it: silver sets it aside."""

    class AsWritten(loader):  # type: ignore[misc]
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except psycopg.DataError:
                return bytes(data).decode()

    return AsWritten
