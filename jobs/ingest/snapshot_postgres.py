"""PostgreSQL as a source: one REPEATABLE READ, READ ONLY transaction and server-side cursors."""

import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from psycopg import IsolationLevel, errors, sql

from jobs.errors import CreditFileError
from jobs.ingest import casts_postgres
from jobs.ingest.patience import Interrupted, Patience
from jobs.ingest.snapshot import FETCH_ROWS, Reading, Snapshot
from jobs.settings import Endpoint

PREFIX = "jdbc:postgresql:"
SCHEMA_NAME = re.compile(r"\A\w+\Z", re.ASCII)
LOGIN_REFUSED = ("authentication failed", "no password supplied")
ALL_TAKEN = ("too many clients", "too many connections", "remaining connection slots")
"""A refused connection has no SQLSTATE for the driver, only the server's words."""

ZONED, ZONELESS = "timestamp with time zone", ("timestamp without time zone", "date")

RIGHTS = """
    WITH things AS (
        SELECT c.oid, c.oid::regclass::text AS name,
               c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%s) AS is_agreed
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema'
          AND n.nspname NOT LIKE 'pg\\_%%' AND has_schema_privilege(n.oid, 'USAGE'))
    SELECT 'is a superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
    UNION ALL SELECT 'may create roles' FROM pg_roles WHERE rolname = current_user AND rolcreaterole
    UNION ALL SELECT 'may create tables' WHERE has_schema_privilege(current_schema(), 'CREATE')
    UNION ALL SELECT 'may write ' || name FROM things
        WHERE has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
           OR has_any_column_privilege(oid, 'INSERT, UPDATE')
    UNION ALL SELECT 'sees ' || name FROM things WHERE NOT is_agreed AND has_any_column_privilege(oid, 'SELECT')
    ORDER BY 1
"""


class PostgresSnapshot:
    """One transaction, so that both tables of a source, and every page of a cursor, show the same instant."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the names of a table's columns as this account sees them."""
        return tuple(self._kinds(table))

    def _kinds(self, table: str) -> dict[str, str]:
        found = self._connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = %s ORDER BY ordinal_position",
            (table,),
        )
        return {str(name): str(kind) for name, kind in found}

    def flaw(self, table: str, watermark: str) -> str:
        """Look at the watermark's type, and for rows without a time or with one that no calendar has."""
        kind = self._kinds(table)[watermark]
        if kind not in (ZONED, *ZONELESS):
            return f"it is no time but {kind}"
        query = sql.SQL("SELECT count(*) FROM {0} WHERE {1} IS NULL OR NOT isfinite({1})")
        lost = self._number(query.format(sql.Identifier(table), sql.Identifier(watermark)))
        return f"rows without one: {lost:,}" if lost else ""

    def count(self, reading: Reading) -> int:
        """Count the rows of a reading, in the same snapshot."""
        query = sql.SQL("SELECT count(*) FROM {} WHERE {}")
        return self._number(query.format(sql.Identifier(reading.table), self._window(reading)), _bounds(reading))

    def rows(self, reading: Reading) -> Iterator[list[tuple[Any, ...]]]:
        """Return the rows in the order of their last change; ties by the bytes of the keys, whatever the locale."""
        changed = sql.Identifier(reading.watermark)
        ties = [sql.SQL('{}::text COLLATE "C"').format(sql.Identifier(name)) for name in reading.order_by]
        moment = sql.SQL("{}::timestamp AT TIME ZONE %(zone)s" if self._is_zoneless(reading) else "{}")
        query = sql.SQL("SELECT extract(epoch FROM {}), {} FROM {} WHERE {} ORDER BY {}").format(
            moment.format(changed),
            sql.SQL(", ").join(map(sql.Identifier, reading.columns)),
            sql.Identifier(reading.table),
            self._window(reading),
            sql.SQL(", ").join([changed, *ties]),
        )
        with self._connection.cursor(name="ingest") as cursor:
            cursor.execute(query, _bounds(reading))
            while rows := cursor.fetchmany(FETCH_ROWS):
                yield rows

    def rights(self, tables: tuple[str, ...]) -> tuple[str, ...]:
        """Ask the server what this account may do beyond reading the agreed tables."""
        return tuple(str(right) for (right,) in self._connection.execute(RIGHTS, (list(tables),)))

    def _is_zoneless(self, reading: Reading) -> bool:
        return self._kinds(reading.table)[reading.watermark] in ZONELESS

    def _window(self, reading: Reading) -> sql.Composable:
        """The bounds are brought to the watermark's type and not it to theirs, so that its index serves."""
        edge = "%({})s::timestamptz" + (" AT TIME ZONE %(zone)s" if self._is_zoneless(reading) else "")
        since = " AND {0} >= " + edge.format("since") if reading.since else ""
        return sql.SQL("{0} < " + edge.format("before") + since).format(sql.Identifier(reading.watermark))

    def _number(self, query: sql.Composed, bounds: dict[str, Any] | None = None) -> int:
        row = self._connection.execute(query, bounds).fetchone()
        return int(row[0]) if row else 0


def _bounds(reading: Reading) -> dict[str, Any]:
    return {"before": reading.before, "since": reading.since, "zone": reading.timezone}


@contextmanager
def opened(endpoint: Endpoint, patience: Patience, place: str) -> Iterator[Snapshot]:
    """Open the database of a `jdbc:postgresql://host:port/name` URL.

    Server messages may quote a row, so only their class leaves this function.
    """
    try:
        with psycopg.connect(**_parameters(endpoint, patience, place)) as connection:
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            casts_postgres.register(connection)
            with _ended_after(patience.delivery + patience.read, connection):
                yield PostgresSnapshot(connection)
    except (errors.InsufficientPrivilege, errors.UndefinedTable):
        raise CreditFileError("CF-1304", where=place, undone="Nothing was landed.") from None
    except (errors.CharacterNotInRepertoire, errors.UntranslatableCharacter, UnicodeDecodeError):
        what = "a value has no UTF-8 form"
        raise CreditFileError("CF-1401", what=what, where=place, undone="Nothing was landed.") from None
    except psycopg.Error as failed:
        if failed.sqlstate is None and any(text in str(failed) for text in LOGIN_REFUSED):
            raise CreditFileError("CF-1305", where=place, undone="Nothing was landed.") from None
        is_full = any(text in str(failed) for text in ALL_TAKEN)
        raise Interrupted("CF-1301", "no free connection" if is_full else type(failed).__name__) from None


@contextmanager
def _ended_after(seconds: float, connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Bound the wait for a server that is frozen: it keeps not even its own, shorter limit, and its kernel answers on.

    Shutting the socket down wakes whoever waits for it, which closing it from another thread would not.
    """
    with socket.socket(fileno=os.dup(connection.fileno())) as line:

        def end() -> None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _parameters(endpoint: Endpoint, patience: Patience, place: str) -> dict[str, Any]:
    address = urlsplit(endpoint.url.removeprefix("jdbc:"))
    stated = dict(parse_qsl(address.query))
    schema = stated.pop("currentSchema", "public")
    unknown = sorted(set(stated) - {"sslmode", "sslrootcert"})
    if unknown or not SCHEMA_NAME.match(schema):
        what = f"url has unknown parameters: {', '.join(unknown) or 'currentSchema'}"
        raise CreditFileError("CF-9001", what=what, where=place, undone="Nothing was started.")
    limits = {
        "statement_timeout": f"{patience.delivery * 1000:.0f}ms",
        "lock_timeout": f"{patience.read * 1000:.0f}ms",
        "search_path": schema,
        "timezone": "UTC",
        "datestyle": "ISO",
        "intervalstyle": "iso_8601",
        "extra_float_digits": "1",
    }
    return stated | {
        "host": address.hostname,
        "port": address.port or 5432,
        "dbname": unquote(address.path.strip("/")),
        "user": endpoint.username,
        "password": endpoint.password.get_secret_value() if endpoint.password else None,
        "keepalives_idle": 60,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "connect_timeout": max(2, round(patience.connect)),
        "client_encoding": "UTF8",
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        "application_name": "creditfile",
    }
