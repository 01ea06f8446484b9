"""Landing: a delivery is there whole, with its receipt, or it is not there at all.

Work goes on in `<delivery_no>.part`; the receipt is written last, and one rename to `<delivery_no>` lands it all. A
killed run leaves a `.part` behind, which the next run of the same command throws away. Files lie under our own
names, whatever the office calls them, so that no delivered name can point anywhere.
"""

import csv
import errno
import os
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from jobs.errors import CreditFileError
from jobs.ingest.order import Order
from jobs.ingest.receipt import (
    NAME,
    DeliveryPlace,
    Earlier,
    FilePlace,
    LandedFile,
    Part,
    Receipt,
    Received,
    hash_of,
    receipts,
)
from jobs.ingest.stored import Lines, Whole, close_safely, sync_folder
from schemas.model import Source

__all__ = [
    "Delivery",
    "DeliveryPlace",
    "FilePlace",
    "LandedFile",
    "Part",
    "Receipt",
    "folder",
    "raise_if_disk",
    "receipts",
]

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS}


def folder(lake: Path, source: str, batch: str, delivery_no: int) -> Path:
    """Return where a landed delivery lies."""
    return lake / "landing" / source / batch / str(delivery_no)


class Delivery:
    """One delivery being received; leave the `with` block without `seal()` and nothing of it stays."""

    def __init__(self, order: Order, delivery_no: int | None = None) -> None:
        """Begin a delivery; without a number of the office's own it gets the next one of its batch.

        What it has seen of its period ends now: a record that changes while we read may be missing, so the next
        batch asks again from here.
        """
        self._order = order
        known = receipts(order.lake, order.source.name)
        mine = [receipt.delivery_no for receipt in known if receipt.batch == order.period.batch]
        self.delivery_no = delivery_no or max(mine, default=0) + 1
        self._earlier = Earlier(known)
        self._files: list[LandedFile] = []
        self._received: list[Received] = []
        self._open = ExitStack()
        self.undeclared: list[str] = []
        self.ends = min(order.period.end, order.clock.now()).astimezone(UTC)
        self._landed = folder(order.lake, order.source.name, order.period.batch, self.delivery_no)
        self._work = self._landed.with_name(f"{self.delivery_no}.part")

    def __enter__(self) -> Self:
        shutil.rmtree(self._work, ignore_errors=True)
        try:
            self._work.mkdir(parents=True)
        except OSError as failed:
            raise_if_disk(failed, self._work)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        shutil.rmtree(self._work, ignore_errors=True)
        if isinstance(error, OSError):
            raise_if_disk(error, self._work)

    @property
    def place(self) -> str:
        """Name source, batch and delivery, for messages."""
        return f"{self._order.place}/{self.delivery_no}"

    def keep(self, name: str, body: bytes) -> None:
        """Keep a small paper that came with the delivery and is no data, e.g. the office's manifest."""
        with (self._work / name).open("wb") as out:
            out.write(body)
            close_safely(out)

    def whole(self) -> Whole:
        """Begin a file that stays in one part."""
        file = Whole(self._work / f"{len(self._files) + 1:05d}-00001.json")
        self._open.callback(file.release)
        return file

    def received(self) -> Whole:
        """Begin a file that is kept as it came, beside what is made of it."""
        file = Whole(self._work / f"received-{len(self._received) + 1:05d}")
        self._open.callback(file.release)
        return file

    def add_received(self, name: str, file: Whole) -> None:
        """Take a file into the delivery as it came."""
        file.close()
        self._received.append(Received(name=name, path=file.path.name, bytes=file.bytes, sha256=file.digest))

    def lines(self, name: str, suffix: str, seen: Callable[[bytes], None] | None = None) -> Lines:
        """Begin a file of lines; `seen` is shown every whole line."""
        file = Lines(self._work, f"{len(self._files) + 1:05d}", suffix, f"{self._order.place}/{name}", seen)
        self._open.callback(file.release)
        return file

    def add_page(self, name: str, kind: str, file: Whole, rows: int, header: tuple[str, ...]) -> LandedFile:
        """Take a received page into the delivery; its header is the union of its records' keys."""
        file.close()
        part = Part(path=file.path.name, first_line=1, lines=rows, bytes=file.bytes)
        return self._add(name, kind, "json", "UTF-8", rows, file, header, (part,))

    def add_csv(self, name: str, kind: str, file: Lines, encoding: str, delimiter: str) -> LandedFile:
        """Take a received CSV file into the delivery; its first line is its header."""
        parts = file.close()
        header = csv_header(file, encoding, delimiter, f"{self._order.place}/{name}")
        rows = file.lines - 1 - file.blank_lines
        return self._add(name, kind, "csv", encoding, rows, file, header, parts)

    def add_rows(
        self, name: str, kind: str, file: Lines, header: tuple[str, ...], encoding: str = "UTF-8"
    ) -> LandedFile:
        """Take a read table into the delivery: one JSON object a line."""
        parts = file.close()
        return self._add(name, kind, "jsonl", encoding, file.lines - file.blank_lines, file, header, parts)

    def seal(self, *, asked_by_time: bool) -> Receipt:
        """Write the receipt and land the delivery in one rename.

        Raises:
            CreditFileError: CF-8002 if another run has landed this delivery meanwhile.
        """
        order, source = self._order, self._order.source
        rows, digest = sum(file.rows for file in self._files), hash_of(self._files)
        unknown, missing = drift(source, self._files)
        receipt = Receipt(
            source=source.name,
            batch=order.period.batch,
            delivery_no=self.delivery_no,
            transport=source.server.transport,
            sender=order.sender,
            received_at=order.clock.now(),
            contract_version=source.version,
            legal_basis=source.legal_basis,
            agreement_no=source.agreement_no,
            since=order.since if asked_by_time else None,
            before=self.ends if asked_by_time else None,
            rows=rows,
            bytes=sum(file.bytes for file in self._files),
            sha256=digest,
            duplicate_of=self._earlier.delivery(digest, rows),
            unknown_columns=(*unknown, *self.undeclared),
            missing_columns=missing,
            files=tuple(self._files),
            received=tuple(self._received),
        )
        self.keep(NAME, receipt.text().encode("utf-8"))
        sync_folder(self._work)
        try:
            self._work.rename(self._landed)
        except OSError as failed:
            if failed.errno in (errno.ENOTEMPTY, errno.EEXIST):
                raise CreditFileError("CF-8002", what="it has landed this delivery", where=self.place) from None
            if not self._is_landed_as(receipt):  # on a remote disk the reply may be lost, and the rename not
                raise
        sync_folder(self._landed.parent)
        return receipt

    def _is_landed_as(self, receipt: Receipt) -> bool:
        stored = self._landed / NAME
        return not self._work.exists() and stored.is_file() and stored.read_text("utf-8") == receipt.text()

    def _add(
        self,
        name: str,
        kind: str,
        form: Literal["csv", "json", "jsonl"],
        encoding: str,
        rows: int,
        file: Whole | Lines,
        header: tuple[str, ...],
        parts: tuple[Part, ...],
    ) -> LandedFile:
        landed = LandedFile(
            name=name,
            object=kind,
            format=form,
            encoding=encoding,
            rows=rows,
            bytes=file.bytes,
            sha256=file.digest,
            header=header,
            duplicate_of=self._earlier.file(file.digest, rows),
            parts=parts,
        )
        self._files.append(landed)
        self._earlier.remember(landed, self._order.period.batch, self.delivery_no)
        return landed


def drift(source: Source, files: list[LandedFile]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the delivered columns the contract does not know, and the contract's that did not come.

    Recorded only: bronze decides. A JSON key may be left out of single records, so it is missing only if no record of
    the delivery has it; a CSV header says it for its own file. A column named twice is unknown the second time.
    """
    unknown: dict[str, None] = {}
    missing: dict[str, None] = {}
    for item in source.objects:
        prefix = f"{item.name}." if item.name else ""
        agreed = [column.physical_name for column in item.bronze.columns]
        headers = [file.header for file in files if file.object == item.name and file.header]
        if any(file.format == "json" for file in files):
            headers = [tuple(dict.fromkeys(name for header in headers for name in header))] if headers else []
        for header in headers:
            unknown |= dict.fromkeys(prefix + name for name in (Counter(header) - Counter(agreed)))
            missing |= dict.fromkeys(prefix + name for name in agreed if name not in header)
    return tuple(unknown), tuple(missing)


def csv_header(file: Lines, encoding: str, delimiter: str, where: str) -> tuple[str, ...]:
    """Return the names in a file's first line; CF-1403 if it is blank, CF-1401 or CF-1402 if it cannot be read."""
    first_line = file.first_line or b""
    if not first_line.strip():
        raise CreditFileError("CF-1403", what="no header", where=where, undone="Nothing was landed.")
    try:
        line = first_line.decode(encoding).removeprefix("\ufeff").rstrip("\r")
    except UnicodeDecodeError:
        what = f"header is not {encoding}"
        raise CreditFileError("CF-1401", what=what, where=where, undone="Nothing was landed.") from None
    try:
        return tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter)))
    except csv.Error:
        what = "the header cannot be cut into names"
        raise CreditFileError("CF-1402", what=what, where=where, undone="Nothing was landed.") from None


def raise_if_disk(error: OSError, path: Path) -> None:
    """Tell a full or locked disk from every other failure of the system."""
    if error.errno in NO_ROOM:
        raise CreditFileError("CF-8101", where=str(path), undone="Nothing was landed.") from None
    if error.errno in NO_RIGHT:
        raise CreditFileError("CF-8102", where=f"{path}, user {os.geteuid()}", undone="Nothing was landed.") from None
