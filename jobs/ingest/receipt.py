"""The receipt of a delivery: what came, from whom, when, and the hashes that prove it later."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from jobs.errors import CreditFileError

NAME = "receipt.json"
REFUSED = ".refused.json"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Part(_Frozen):
    """A piece of a file as stored; `first_line` is the line of the delivered file this piece begins with."""

    path: str
    first_line: int
    lines: int
    bytes: int


class FilePlace(_Frozen):
    """Where an equal file was landed before."""

    batch: str
    delivery_no: int
    name: str


class DeliveryPlace(_Frozen):
    """Where an equal delivery was landed before."""

    batch: str
    delivery_no: int


class LandedFile(_Frozen):
    """One delivered file, page or table. `rows` counts records: no header, no blank line."""

    name: str
    object: str
    format: Literal["csv", "json", "jsonl"]
    encoding: str
    rows: int
    bytes: int
    sha256: str
    header: tuple[str, ...]
    duplicate_of: FilePlace | None = None
    parts: tuple[Part, ...]


class Received(_Frozen):
    """A file kept as it came, because what bronze reads of it had to be unpacked or put into lines first."""

    name: str
    path: str
    bytes: int
    sha256: str


class Receipt(_Frozen):
    """One delivery. Without its receipt nothing has been landed."""

    source: str
    batch: str
    delivery_no: int
    transport: str
    sender: str
    received_at: datetime
    contract_version: str
    legal_basis: str
    agreement_no: str
    since: datetime | None
    before: datetime | None
    rows: int
    bytes: int
    sha256: str
    duplicate_of: DeliveryPlace | None
    unknown_columns: tuple[str, ...]
    missing_columns: tuple[str, ...]
    files: tuple[LandedFile, ...]
    received: tuple[Received, ...] = ()
    stripped_columns: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the receipt as it is stored."""
        return self.model_dump_json(indent=1) + "\n"

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a stored receipt back; CF-1002 if it is not one of ours."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError:
            place = "/".join(path.parts[-4:])
            raise CreditFileError("CF-1002", what="receipt cannot be read", where=place) from None


class Found(_Frozen):
    """What the door found: in which file, under which heading or list, by which rule, in how many values."""

    file: str
    column: str
    rule: str
    values: int


class Refusal(_Frozen):
    """A delivery that ended at the door; nothing else is kept of it.

    `bytes` and `sha256` are of the file it ended in, as far as it was read.
    """

    source: str
    batch: str
    delivery_no: int
    transport: str
    sender: str
    refused_at: datetime
    contract_version: str
    agreement_no: str
    rule_version: str
    code: str
    found: tuple[Found, ...]
    bytes: int
    sha256: str

    def write(self, lake: Path) -> None:
        """Keep it by rename; a second refusal of the same delivery takes its place."""
        place = lake / "landing" / self.source / self.batch / f"{self.delivery_no}{REFUSED}"
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(".writing")
        part.write_text(self.model_dump_json(indent=1) + "\n", "utf-8")
        part.replace(place)


def refusals(lake: Path, source: str) -> tuple[Refusal, ...]:
    """Return the deliveries of a source that ended at the door, in the order of batch and delivery number."""
    places = (lake / "landing" / source).glob(f"*/*{REFUSED}")
    found = (Refusal.model_validate_json(place.read_bytes()) for place in places)
    return tuple(sorted(found, key=lambda r: (r.batch, r.delivery_no)))


def receipts(lake: Path, source: str, batch: str | None = None) -> tuple[Receipt, ...]:
    """Return the receipts of a source's landed deliveries, in the order of batch and delivery number."""
    pattern = f"{batch or '*'}/*/{NAME}"
    found = [path for path in (lake / "landing" / source).glob(pattern) if path.parent.name.isdecimal()]
    return tuple(sorted((Receipt.read(path) for path in found), key=lambda r: (r.batch, r.delivery_no)))


def hash_of(files: list[LandedFile]) -> str:
    """Return a delivery's hash: that of its files' hashes, in order."""
    return sha256("".join(file.sha256 for file in files).encode()).hexdigest()


def in_order(known: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
    """Return a source's receipts with `duplicate_of` told anew, in the order of the batches and not of their landing.

    A landing knows only what was landed before it. A batch that is filled in later may hold the very file that a later
    one was taken for: then the later one is the copy.
    """
    seen = Earlier(())
    found: list[Receipt] = []
    for receipt in sorted(known, key=lambda r: (r.batch, r.delivery_no)):
        delivery = seen.delivery(receipt.sha256, receipt.rows)
        files = []
        for file in receipt.files:
            files.append(file.model_copy(update={"duplicate_of": seen.file(file.sha256, file.rows)}))
            seen.remember(file, receipt.batch, receipt.delivery_no)
        seen.remember_delivery(receipt)
        found.append(receipt.model_copy(update={"duplicate_of": delivery, "files": tuple(files)}))
    return tuple(found)


class Earlier:
    """What a source has landed before, by hash: the same bytes again are a duplicate, not new records."""

    def __init__(self, known: tuple[Receipt, ...]) -> None:
        self._files: dict[str, FilePlace] = {}
        self._deliveries: dict[str, DeliveryPlace] = {}
        for receipt in sorted(known, key=lambda r: (r.received_at, r.batch, r.delivery_no)):
            self.remember_delivery(receipt)
            for file in receipt.files:
                self.remember(file, receipt.batch, receipt.delivery_no)

    def remember_delivery(self, receipt: Receipt) -> None:
        """Keep the first place of a whole delivery's content."""
        place = DeliveryPlace(batch=receipt.batch, delivery_no=receipt.delivery_no)
        self._deliveries.setdefault(receipt.sha256, place)

    def remember(self, file: LandedFile, batch: str, delivery_no: int) -> None:
        """Keep the first place of a file's content."""
        self._files.setdefault(file.sha256, FilePlace(batch=batch, delivery_no=delivery_no, name=file.name))

    def file(self, digest: str, rows: int) -> FilePlace | None:
        """Return where this content came before; two files without records are alike and mean nothing."""
        return self._files.get(digest) if rows else None

    def delivery(self, digest: str, rows: int) -> DeliveryPlace | None:
        """Return where this whole delivery came before."""
        return self._deliveries.get(digest) if rows else None
