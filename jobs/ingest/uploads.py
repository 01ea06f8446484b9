"""What holds for every office that uploads, over SFTP or into a folder: which deliveries landed, and why not others.

A delivery that is not what its manifest says is held whole. It is no error any more once a later one has landed,
because that is how an office delivers again.
"""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from jobs.errors import CreditFileError
from jobs.ingest.landing import Receipt, receipts
from jobs.ingest.manifest import Stated, incomplete
from jobs.ingest.order import Order

REFUSED = "CF-24"
HELD = ("CF-12", "CF-14", REFUSED)
"""Codes that hold one delivery; anything else ends the run."""


@dataclass
class Taken:
    """What one look into the office's folder brought: landed deliveries, and why others were not."""

    landed: list[Receipt] = field(default_factory=list)
    held: dict[int, CreditFileError] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)
    spare: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what did not land, for people."""
        waiting = [f"{name} has no .done marker yet" for name in self.unfinished]
        if self.spare:
            waiting.append(f"files that no manifest names: {self.spare:,}")
        return (*waiting, *(error.problem.text() for _, error in sorted(self.held.items())))

    def hold(self, number: int, refused: CreditFileError) -> None:
        """Put a delivery's error aside and let the others go on; raise it if it is none of the delivery's own."""
        if not refused.code.startswith(HELD):
            raise refused
        self.held[number] = refused

    def settled(self, order: Order) -> "Taken":
        """Return what was taken, if the batch can go on with it.

        Raises:
            CreditFileError: CF-1001 or CF-1201 if there is nothing to land and nothing landed before; the held
                delivery's own error if none has landed after it.
        """
        known = {receipt.delivery_no for receipt in receipts(order.lake, order.source.name, order.period.batch)}
        for number, error in sorted(self.held.items(), reverse=True):
            if number >= max(known, default=0):
                raise error
        if not known:
            code = "CF-1201" if self.unfinished else "CF-1001"
            raise CreditFileError(code, where=order.place, undone="Nothing was landed.")
        return self


def compare(stated: Stated, *, bytes_: int, rows: int, digest: str, where: str) -> None:
    """Hold what came against what the manifest says, and say it in the office's own figures.

    Raises:
        CreditFileError: CF-1202 at the first difference.
    """
    if bytes_ != stated.bytes:
        raise incomplete(f"manifest {stated.bytes:,} bytes, file {bytes_:,}", where)
    if rows != stated.rows:
        raise incomplete(f"manifest {stated.rows:,} rows, file {rows:,}", where)
    if digest != stated.sha256.lower():
        raise incomplete("file has another SHA-256 than its manifest says", where)


def unchanged(landed: Path, name: str, body: bytes, where: str) -> None:
    """Hold a manifest that is not the one its delivery landed with; CF-1202 if it is another."""
    kept = landed / name
    if not kept.is_file() or sha256(kept.read_bytes()).digest() != sha256(body).digest():
        raise incomplete("manifest was changed after its delivery landed", where)


def object_of(order: Order, name: str) -> str:
    """Return the object a file belongs to: the one whose table's name it begins with, the longest first."""
    kinds = sorted(order.source.objects, key=lambda item: len(item.bronze.thing), reverse=True)
    return next((item.name for item in kinds if item.name and name.startswith(item.bronze.thing)), "")


def answer(order: Order, number: int, held: CreditFileError) -> bytes:
    """Return what the sender of a held delivery is told, whichever way it goes back; it depends on the reason alone."""
    problem = held.problem
    told = {
        "format": "creditfile.return/1",
        "source": order.source.name,
        "batch": order.period.batch,
        "delivery_no": number,
        "code": problem.code,
        "what": problem.what,
        "where": problem.where,
        "why": problem.why,
        "fix": problem.fix,
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
