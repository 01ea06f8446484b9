"""Connector for offices with an API: walk the pages of one time window and reconcile them with the declared total."""

import asyncio
import logging
from array import array
from hashlib import sha256

import numpy as np

from jobs.errors import CreditFileError
from jobs.ingest.landing import Delivery, Receipt
from jobs.ingest.order import Order
from jobs.ingest.periods import utc_text
from jobs.ingest.rest_client import Office
from schemas.model import SourceObject

log = logging.getLogger(__name__)


def fetch(order: Order) -> Receipt:
    """Land every record the office changed in the order's window, one stored file per page.

    Raises:
        CreditFileError: CF-11xx; nothing of the delivery is landed then.
    """
    return asyncio.run(_fetch(order))


async def _fetch(order: Order) -> Receipt:
    """Walk once, and a second time if records came on two pages.

    Either they moved while they were listed, and then others were passed over: the second walk shows it by having
    none, or other ones. Or the office has them twice, which is for the cleaner to count: then the same come again.
    """
    try:
        async with asyncio.timeout(order.patience.delivery), Office(order) as office:
            before: frozenset[int] = frozenset()
            for _ in range(2):
                with Delivery(order) as delivery:
                    walks = [await _walk(order, office, delivery, item) for item in order.source.objects]
                    repeated = frozenset().union(*walks)
                    if repeated == before or not repeated:
                        return delivery.seal(asked_by_time=True)
                before = repeated
            raise _unreconciled(f"records that came on two pages: {len(before):,}, at each try others", order.place)
    except TimeoutError:
        what = f"delivery not whole within {order.patience.delivery:g} s"
        raise CreditFileError("CF-1103", what=what, where=order.place, undone="Nothing was landed.") from None


async def _walk(order: Order, office: Office, delivery: Delivery, item: SourceObject) -> frozenset[int]:
    """Follow the pages of one kind of record to their end, by cursor or by number as the contract's `pagination` says.

    An office that moves records while it lists them shows it in one of three ways: a cursor comes back, the total
    changes, or the pages hold another number of records than the total. Each ends the walk, for no page can be
    trusted then. A fourth is told by what is returned: the marks of the records that came on two pages.
    """
    properties, path = order.source.server.properties, order.source.server.path_of(item.name)
    by_number = properties.get("pagination", "cursor") == "page"
    query: dict[str, str | int] = {"updated_before": utc_text(order.period.end), "limit": int(properties["page_size"])}
    if order.since:
        query["updated_since"] = utc_text(order.since)
    seen: set[bytes] = set()
    marks = array("q")
    received = number = 0
    total: int | None = None
    while True:
        number += 1
        if by_number:
            query["page"] = number
        name = f"{item.name}-page-{number:05d}".removeprefix("-")
        where = f"{order.place}/{name}"
        body = delivery.whole()
        page = await office.page(path, query, body, where)
        if page.lines is None:
            delivery.add_page(name, item.name, body, page.records)
        else:
            log.warning("%s: records outside the limits of JSON: %d", where, page.rows - len(page.records))
            delivery.add_lines(name, item.name, body, page.lines)
        received += page.rows
        marks.extend(page.marks)
        total = page.total if total is None else total
        is_last = received == total if by_number else page.next_cursor is None
        if page.total != total:
            raise _unreconciled(f"declared total went from {total:,} to {page.total:,}", where)
        if received > total or (is_last and received != total):
            raise _unreconciled(f"declared total {total:,}, received {received:,}", where)
        if is_last:
            break
        if not page.rows:
            raise _unreconciled("an empty page is not the last one", where)
        if not by_number:
            query["cursor"] = page.next_cursor or ""
            cursor = sha256(str(query["cursor"]).encode()).digest()
            if cursor in seen:
                raise _unreconciled("a cursor came back", where)
            seen.add(cursor)
    once, times = np.unique(np.frombuffer(marks, dtype=np.int64), return_counts=True)
    return frozenset(once[times > 1].tolist())


def _unreconciled(what: str, where: str) -> CreditFileError:
    return CreditFileError("CF-1107", what=what, where=where, undone="Nothing was landed.")
