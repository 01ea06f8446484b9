"""Connector for offices that grant a view of their database: the changes of one time window, from one snapshot.

A reading that breaks off is thrown away whole and begun again in a new snapshot: two halves of different instants
would be a state the office never had. Only the contract's columns are read, whatever else the account may see; what
was not agreed is named in the receipt and left where it is.
"""

import logging
import time
from collections.abc import Callable

from jobs.errors import CreditFileError
from jobs.ingest import snapshot_sqlite
from jobs.ingest.landing import Delivery, Receipt
from jobs.ingest.order import Order
from jobs.ingest.overlap import NAME, Overlap
from jobs.ingest.patience import Interrupted, Patience, attempts
from jobs.ingest.rows import line
from jobs.ingest.snapshot import Opened, Reading, Snapshot
from jobs.settings import Endpoint
from schemas.model import SourceObject

log = logging.getLogger(__name__)


def fetch(order: Order) -> Receipt:
    """Land the changes of the order's window, one stored file per table.

    Raises:
        CreditFileError: CF-13xx; a partial reading is thrown away and never landed.
    """
    opened = opener(order.endpoint, order.place)
    try:
        for attempt in attempts(order.patience):
            with attempt, Delivery(order) as delivery:
                overlap = Overlap(order, delivery.ends)
                with opened(order.endpoint, order.patience, order.place) as snapshot:
                    for item in order.source.objects:
                        _read(order, snapshot, item, delivery, overlap)
                delivery.keep(NAME, overlap.page())
                if overlap.late:
                    log.warning("%s: committed late, records of earlier windows: %d", order.place, overlap.late)
                return delivery.seal(asked_by_time=True)
    except Interrupted as spent:
        raise spent.error(order.place) from None
    raise AssertionError("a last try either returns or raises")


def opener(endpoint: Endpoint, place: str) -> Callable[[Endpoint, Patience, str], Opened]:
    """Choose the database by the URL; its driver is loaded only where it is needed."""
    url = endpoint.url
    if url.startswith(snapshot_sqlite.PREFIX):
        return snapshot_sqlite.opened
    if url.startswith("jdbc:postgresql:"):
        from jobs.ingest import snapshot_postgres

        return snapshot_postgres.opened
    what = "url begins with neither jdbc:sqlite: nor jdbc:postgresql:"
    raise CreditFileError("CF-9001", what=what, where=place, undone="Nothing was started.")


def _read(order: Order, snapshot: Snapshot, item: SourceObject, delivery: Delivery, overlap: Overlap) -> None:
    table, watermark = (item.bronze.thing, str(order.source.server.properties["watermark_column"]))
    where = f"{order.place}/{table}"
    present = snapshot.columns(table)
    if not present:
        raise CreditFileError("CF-1304", where=where, undone="Nothing was landed.")
    flaw = snapshot.flaw(table, watermark) if watermark in present else "no watermark column"
    if flaw:
        raise CreditFileError("CF-1303", what=flaw, where=where, undone="Nothing was landed.")
    delivery.headings(table, present)
    agreed = {column.physical_name: column.name for column in item.bronze.columns}
    columns = tuple(name for name in agreed if name in present)
    prefix = f"{item.name}." if item.name else ""
    delivery.undeclared += [prefix + name for name in present if name not in agreed and name != watermark]
    keys = [name for key in item.silver.primary_key for name in columns if agreed[name] == key]
    ties = tuple(dict.fromkeys([*keys, *columns]))
    zone = order.source.timezone
    reading = Reading(table, columns, ties, watermark, overlap.since, order.period.end, zone)
    file = delivery.lines(table, "jsonl")
    deadline = time.monotonic() + order.patience.delivery
    counted, received = snapshot.count(reading), 0
    for rows in snapshot.rows(reading):
        received += len(rows)
        lines = [(seconds, line(columns, values)) for seconds, *values in rows]
        file.write("".join(text for seconds, text in lines if overlap.is_new(table, seconds, text)).encode("utf-8"))
        if time.monotonic() > deadline:
            what = f"not read within {order.patience.delivery:g} s"
            raise CreditFileError("CF-1301", what=what, where=where, undone="Nothing was landed.")
    if received != counted:
        raise Interrupted("CF-1302", f"{table}: counted {counted:,}, received {received:,}")
    delivery.add_rows(table, item.name, file, columns)
