"""Connector for offices and associations that drop files into a folder: finished deliveries, judged by their content.

What bronze can read as it came is landed as it came. What it cannot (an archive, a workbook, Parquet) is kept as it
came and landed as lines of text beside it, under our own names. Messages call a file by its place in the delivery:
its delivered name may be a person's.
"""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from statistics import median
from typing import BinaryIO
from zipfile import ZipFile

from jobs.errors import CreditFileError
from jobs.ingest import archive
from jobs.ingest.inbox import Claim, opened_file, opened_inbox
from jobs.ingest.kinds import (
    ARCHIVES,
    EMPTY,
    GZIP,
    HEAD_BYTES,
    JSON,
    PARQUET,
    TEXT,
    ZIP,
    check_agreed,
    kind_of,
    unfit,
)
from jobs.ingest.landing import Delivery, LandedFile, folder, receipts
from jobs.ingest.manifest import MANIFEST_BYTES, Stated, incomplete, is_plain, read_manifest
from jobs.ingest.order import Order
from jobs.ingest.text_file import land_text
from jobs.ingest.uploads import REFUSED, Taken, answer, compare, unchanged

CHUNK_BYTES = 1024 * 1024
MANY_ROWS = 1_000


def fetch(order: Order) -> Taken:
    """Land every finished delivery of the batch's inbox that has not been landed yet.

    Raises:
        CreditFileError: CF-1001 or CF-1201 if there is nothing to land and nothing landed before, CF-12xx or CF-14xx
            if the latest delivery is held, CF-8002 if another run is in the inbox.
    """
    taken = Taken()
    known = receipts(order.lake, order.source.name, order.period.batch)
    with opened_inbox(order, frozenset(receipt.delivery_no for receipt in known)) as inbox:
        if inbox:
            for claim in inbox.claims():
                _take(order, claim, taken)
            taken.unfinished = inbox.unfinished()
    return taken.settled(order)


def _take(order: Order, claim: Claim, taken: Taken) -> None:
    """Land one delivery, or put its error aside, tell the sender, and let the others go on."""
    try:
        _land(order, claim, taken)
    except CreditFileError as refused:
        taken.hold(claim.number, refused)
        claim.answer(answer(order, claim.number, refused))
        if refused.code.startswith(REFUSED):
            _throw_away(order, claim)
    else:
        claim.leave()


def _throw_away(order: Order, claim: Claim) -> None:
    """Keep no byte of what the door refused, of the delivery's other files neither."""
    if claim.has_manifest:
        manifest = read_manifest(_small(claim.first, order.place), claim.number, order)
        for position, stated in enumerate(manifest.files, 1):
            claim.file(position, stated.name)
    claim.drop()


def _land(order: Order, claim: Claim, taken: Taken) -> None:
    landed = folder(order.lake, order.source.name, order.period.batch, claim.number)
    place = f"{order.place}/{claim.number}"
    if not claim.has_manifest:
        if not landed.is_dir():
            with Delivery(order, claim.number) as delivery:
                _receive(order, delivery, claim.first, claim.name, 1, None)
                taken.landed.append(delivery.seal(asked_by_time=False))
        return
    body = _small(claim.first, place)
    if landed.is_dir():
        unchanged(landed, claim.name, body, place)
        return
    manifest = read_manifest(body, claim.number, order)
    with Delivery(order, claim.number) as delivery:
        delivery.keep(claim.name, body)
        for position, stated in enumerate(manifest.files, 1):
            _receive(order, delivery, claim.file(position, stated.name), stated.name, position, stated)
        taken.landed.append(delivery.seal(asked_by_time=False))


def _receive(order: Order, delivery: Delivery, path: Path, name: str, position: int, stated: Stated | None) -> None:
    """Land one delivered file, compare it with the manifest, and then ask whether it may be empty."""
    label = f"{delivery.delivery_no}/file-{position}"
    where = f"{order.place}/{label}"
    if not is_plain(name):
        raise unfit("CF-1408", "", where)
    try:
        raw = opened_file(path, where)
    except FileNotFoundError:
        raise incomplete("manifest names a file that is not there", where) from None
    with raw:
        size = raw.seek(0, 2)
        if stated and size != stated.bytes:
            raise incomplete(f"manifest {stated.bytes:,} bytes, file {size:,}", where)
        raw.seek(0)
        head = raw.read(HEAD_BYTES)
        raw.seek(0)
        kind, form = kind_of(head), order.source.server.format
        is_as_read = kind in (TEXT, JSON, EMPTY) and not (form == "jsonl" and head.startswith(codecs.BOM_UTF8))
        if is_as_read:
            check_agreed(kind, form, where)
            files = [land_text(order, delivery, name, label, _chunks(raw))]
            digest = files[0].sha256
        else:
            kept = delivery.received()
            for chunk in _chunks(raw):
                kept.write(chunk)
            digest = kept.digest
            with kept.flush().open("rb") as copy:
                files = list(_contents(order, delivery, name, label, kind, copy))
            delivery.add_received(name, kept)
    if stated:
        compare(stated, bytes_=size, rows=sum(file.rows for file in files), digest=digest, where=where)
    for file in files:
        _check_filled(order, file, where)


def _contents(
    order: Order, delivery: Delivery, name: str, label: str, kind: str, raw: BinaryIO
) -> Iterator[LandedFile]:
    """Land what a file holds that bronze cannot read as it came."""
    where, form = f"{order.place}/{label}", order.source.server.format
    if kind == GZIP and form in ("csv", "jsonl"):
        yield land_text(order, delivery, name, label, _judged(archive.gunzipped(raw, where), form, where))
    elif kind == ZIP:
        with archive.opened(raw, where) as opened:
            yield from _entries(order, delivery, name, label, opened, raw)
    elif kind == PARQUET and form == "parquet":
        from jobs.ingest.parquet_file import land_parquet  # only who is sent Parquet pays for its reader

        yield land_parquet(order, delivery, name, label, Path(raw.name))
    else:
        check_agreed(kind, form, where)
        yield land_text(order, delivery, name, label, _chunks(raw))


def _entries(
    order: Order, delivery: Delivery, name: str, label: str, opened: ZipFile, raw: BinaryIO
) -> Iterator[LandedFile]:
    """Land a workbook, or every entry of an archive of text files."""
    from jobs.ingest.workbook import is_workbook, land_workbook  # only who is sent a zip pays for Excel's reader

    where, form = f"{order.place}/{label}", order.source.server.format
    if is_workbook(opened) != (form == "xlsx") or form == "parquet":
        kind = "an Excel workbook" if is_workbook(opened) else "zip"
        raise unfit("CF-1406", f"content is {kind}, agreed is {form}", where)
    if form == "xlsx":
        yield land_workbook(order, delivery, name, label, opened, raw)
        return
    filled = [entry for entry in opened.infolist() if not entry.is_dir()]
    if not filled:
        raise unfit("CF-1403", "zip holds no file", where)
    for number, entry in enumerate(filled, 1):
        inner, delivered = f"{label}/entry-{number}", entry.filename.rpartition("/")[2]
        if not is_plain(delivered):
            raise unfit("CF-1408", "", f"{order.place}/{inner}")
        chunks = _judged(archive.unpacked(opened, entry, where), form, f"{order.place}/{inner}")
        yield land_text(order, delivery, delivered, inner, chunks)


def _judged(chunks: Iterator[bytes], form: str, where: str) -> Iterable[bytes]:
    """Judge unpacked content like a delivered file; an archive in an archive is unpacked no further."""
    first = next(chunks, b"")
    kind = kind_of(first[:HEAD_BYTES])
    if kind in ARCHIVES:
        raise unfit("CF-1407", "it holds another archive", where)
    check_agreed(kind, form, where)
    return chain([first], chunks)


def _check_filled(order: Order, file: LandedFile, where: str) -> None:
    """Hold an empty file unless the contract lets this office deliver nothing.

    Raises:
        CreditFileError: CF-1403 without a header, CF-1404 without a record, CF-1405 if many records are usual.
    """
    if file.rows or order.source.may_be_empty:
        return
    if not file.header:
        raise unfit("CF-1403", "", where)
    known = receipts(order.lake, order.source.name)
    usual = [earlier.rows for receipt in known for earlier in receipt.files if earlier.object == file.object]
    if usual and (rows := median(usual)) >= MANY_ROWS:
        raise unfit("CF-1405", f"{rows:,.0f} are usual", where)
    raise unfit("CF-1404", "", where)


def _small(path: Path, where: str) -> bytes:
    try:
        with opened_file(path, where) as manifest:
            body = manifest.read(MANIFEST_BYTES + 1)
    except FileNotFoundError:
        raise incomplete("its manifest is not there", where) from None
    if len(body) > MANIFEST_BYTES:
        raise incomplete("manifest larger than 16 MiB", where)
    return body


def _chunks(raw: BinaryIO) -> Iterator[bytes]:
    while chunk := raw.read(CHUNK_BYTES):
        yield chunk
