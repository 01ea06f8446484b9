"""Landing: a delivery is there whole, with its receipt, or it is not there at all.

Work goes on in `<delivery_no>.part`; the receipt is written last, and one rename to `<delivery_no>` lands it all. A
killed run leaves a `.part` behind, which the next run of the same command throws away. Files lie under our own
names, whatever the office calls them, so that no delivered name can point anywhere.

Every transport's bytes pass here, so the door stands here: what it refuses leaves a refusal and nothing else.
"""

import errno
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from jobs.errors import CreditFileError
from jobs.ingest.door import Doorkeeper
from jobs.ingest.headers import csv_header, drift
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
from jobs.ingest.refusal import keep
from jobs.ingest.stored import Lines, Whole, close_safely, raise_if_disk, sync_folder

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
        self._door = Doorkeeper(order.source, self.place)
        self._reading: Whole | Lines | None = None
        self._as_it_came: Whole | None = None
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
        if isinstance(error, CreditFileError) and self._door.hits:
            keep(self._order, self.delivery_no, self._door, error.code, self._as_it_came or self._reading)

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
        self._door.code_lists()
        file = Whole(self._work / f"{len(self._files) + 1:05d}-00001.json")
        self._open.callback(file.release)
        self._reading = file
        return file

    def received(self) -> Whole:
        """Begin a file that is kept as it came, beside what is made of it."""
        file = Whole(self._work / f"received-{len(self._received) + 1:05d}")
        self._open.callback(file.release)
        self._reading = self._as_it_came = file
        return file

    def add_received(self, name: str, file: Whole) -> None:
        """Take a file into the delivery as it came."""
        file.close()
        self._as_it_came = None
        self._received.append(Received(name=name, path=file.path.name, bytes=file.bytes, sha256=file.digest))

    def headings(self, name: str, names: Iterable[str]) -> None:
        """Show the door the columns of a table before it is read; CF-2401 if one may not come."""
        self._door.headings(name, names)

    def lines(
        self,
        name: str,
        suffix: str,
        encoding: str = "UTF-8",
        seen: Callable[[bytes], None] | None = None,
        read: Callable[[Any], None] | None = None,
    ) -> Lines:
        """Begin a file of lines, CSV or one JSON value a line, which the door sees before the disk.

        Args:
            name: what receipt and messages call it.
            suffix: `csv` or `jsonl`.
            encoding: of its text.
            seen: is shown every whole line, as bytes.
            read: is shown every JSON value; None for a line that is none.
        """
        self._door.code_lists()
        delimiter = self._order.source.server.delimiter
        is_csv = suffix == "csv"
        looks = (
            self._door.csv_lines(name, encoding, delimiter) if is_csv else self._door.json_lines(name, encoding, read)
        )

        def watch(whole: bytes) -> None:
            if seen:
                seen(whole)
            looks(whole)

        file = Lines(self._work, f"{len(self._files) + 1:05d}", suffix, f"{self._order.place}/{name}", watch)
        self._open.callback(file.release)
        self._reading = file
        return file

    def add_page(self, name: str, kind: str, file: Whole, records: tuple[Mapping[str, Any], ...]) -> LandedFile:
        """Take a received page into the delivery; its header is the union of its records' keys."""
        self._door.records(f"{kind} pages".strip(), records)
        file.close()
        rows, header = len(records), tuple(dict.fromkeys(name for record in records for name in record))
        part = Part(path=file.path.name, first_line=1, lines=rows, bytes=file.bytes)
        return self._add(name, kind, "json", "UTF-8", rows, file, header, (part,))

    def add_lines(self, name: str, kind: str, page: Whole, lines: Iterable[str]) -> LandedFile:
        """Take a received page into the delivery line by line, where one is no record; the page is kept as it came."""
        header: dict[str, None] = {}

        def read(value: Any) -> None:
            if isinstance(value, dict):
                header.update(dict.fromkeys(value))

        file = self.lines(name, "jsonl", read=read)
        for line in lines:
            file.write(f"{line}\n".encode())
        file.close()
        self.add_received(name, page)
        return self.add_rows(name, kind, file, tuple(header))

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
            CreditFileError: CF-8002 if another run has landed this delivery meanwhile, CF-2403 if a whole column
                looks like what may not come.
        """
        self._door.settle()
        order, source = self._order, self._order.source
        rows, digest = sum(file.rows for file in self._files), hash_of(self._files)
        unknown, missing = drift(source, self._files)
        unknown = (*unknown, *self.undeclared)
        stripped = self._door.stripped(unknown)
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
            unknown_columns=tuple(name for name in unknown if name not in stripped),
            missing_columns=missing,
            files=tuple(self._files),
            received=tuple(self._received),
            stripped_columns=stripped,
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
