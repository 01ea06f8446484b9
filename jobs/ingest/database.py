"""Connector for offices that grant a view of their database: the changes of one time window, from one snapshot.

Only the contract's columns are read, whatever else the account may see; what was not agreed is named in the receipt
and left where it is.
"""

import time
from collections.abc import Callable

from jobs.errors import CreditFileError
from jobs.ingest import snapshot_sqlite
from jobs.ingest.landing import Delivery, Receipt
from jobs.ingest.order import Order
from jobs.ingest.patience import Interrupted, attempts
from jobs.ingest.rows import line
from jobs.ingest.snapshot import Opened, Reading, Snapshot
from schemas.model import SourceObject


def fetch(order: Order) -> Receipt:
    """Land the changes of the order's window, one stored file per table.

    Raises:
        CreditFileError: CF-13xx; a partial reading is thrown away and never landed.
    """
    opened = _opener(order)
    try:
        for attempt in attempts(order.patience):
            with attempt, Delivery(order) as delivery:
                with opened(order) as snapshot:
                    for item in order.source.objects:
                        _read(order, snapshot, item, delivery)
                return delivery.seal(asked_by_time=True)
    except Interrupted as spent:
        raise spent.error(order.place) from None
    raise AssertionError("a last try either returns or raises")


def _opener(order: Order) -> Callable[[Order], Opened]:
    """Choose the database by the URL; its driver is loaded only where it is needed."""
    url = order.endpoint.url
    if url.startswith(snapshot_sqlite.PREFIX):
        return snapshot_sqlite.opened
    if url.startswith("jdbc:postgresql:"):
        from jobs.ingest import snapshot_postgres

        return snapshot_postgres.opened
    what = "url begins with neither jdbc:sqlite: nor jdbc:postgresql:"
    raise CreditFileError("CF-9001", what=what, where=order.place, undone="Nothing was started.")


def _read(order: Order, snapshot: Snapshot, item: SourceObject, delivery: Delivery) -> None:
    table, watermark = (item.bronze.thing, str(order.source.server.properties["watermark_column"]))
    where = f"{order.place}/{table}"
    present = snapshot.columns(table)
    if not present:
        raise CreditFileError("CF-1304", where=where, undone="Nothing was landed.")
    if watermark not in present:
        raise CreditFileError("CF-1303", what="no watermark column", where=where, undone="Nothing was landed.")
    if lost := snapshot.unreadable(table, watermark):
        raise CreditFileError("CF-1303", what=f"rows without one: {lost:,}", where=where, undone="Nothing was landed.")
    agreed = {column.physical_name: column.name for column in item.bronze.columns}
    columns = tuple(name for name in agreed if name in present)
    prefix = f"{item.name}." if item.name else ""
    delivery.undeclared += [prefix + name for name in present if name not in agreed and name != watermark]
    keys = [name for key in item.silver.primary_key for name in columns if agreed[name] == key]
    ties = dict.fromkeys([*keys, *columns])
    reading = Reading(table, columns, tuple(ties), watermark, order.since, order.period.end)
    file = delivery.lines(table, "jsonl")
    deadline = time.monotonic() + order.patience.delivery
    for rows in snapshot.rows(reading):
        file.write("".join(line(columns, row) for row in rows).encode("utf-8"))
        if time.monotonic() > deadline:
            what = f"not read within {order.patience.delivery:g} s"
            raise CreditFileError("CF-1301", what=what, where=where, undone="Nothing was landed.")
    delivery.add_rows(table, item.name, file, columns)
