"""What is kept of a delivery that ended at the door: the proof, and no byte of it."""

from jobs.ingest.door import Doorkeeper
from jobs.ingest.order import Order
from jobs.ingest.receipt import Found, Refusal
from jobs.ingest.stored import Lines, Whole


def keep(order: Order, delivery_no: int, door: Doorkeeper, code: str, read: Whole | Lines | None) -> None:
    """Keep the receipt of a refusal; the office's file is known by the hash of what was read of it."""
    source = order.source
    Refusal(
        source=source.name,
        batch=order.period.batch,
        delivery_no=delivery_no,
        transport=source.server.transport,
        sender=order.sender,
        refused_at=order.clock.now(),
        contract_version=source.version,
        agreement_no=source.agreement_no,
        rule_version=door.version,
        code=code,
        found=tuple(Found(**hit._asdict()) for hit in door.hits),
        bytes=read.bytes if read else 0,
        sha256=read.digest if read else "",
    ).write(order.lake)
