"""Connector for offices that upload files: take what their manifests call finished, and hold it against them.

A file's age or size at rest says nothing about whether its upload has ended, so neither is looked at: only the
manifest and its `.done` marker are. Every manifest is one delivery under the office's own number.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import cast

import asyncssh

from jobs.errors import CreditFileError
from jobs.ingest.landing import Delivery, Receipt, folder, receipts
from jobs.ingest.manifest import DONE, NAME, Manifest, Stated, incomplete, read_manifest
from jobs.ingest.order import Order
from jobs.ingest.patience import Interrupted, attempts
from jobs.ingest.returns import tell_sender
from jobs.ingest.sftp_session import session

CHUNK_BYTES = 1024 * 1024
MANIFEST_BYTES = 16 * 1024 * 1024


@dataclass
class Taken:
    """What one look into the office's folder brought: landed deliveries, and why others were not."""

    landed: list[Receipt] = field(default_factory=list)
    held: dict[int, CreditFileError] = field(default_factory=dict)
    unfinished: list[int] = field(default_factory=list)
    spare: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what did not land, for people."""
        waiting = [f"manifest-{number}.json has no {DONE} marker yet" for number in sorted(self.unfinished)]
        if self.spare:
            waiting.append(f"files that no manifest names: {self.spare:,}")
        return (*waiting, *(error.problem.text() for _, error in sorted(self.held.items())))


def fetch(order: Order) -> Taken:
    """Land every finished delivery of the batch that has not been landed yet.

    A delivery that does not fit its manifest is held whole; it is no error any more once a later one has landed,
    because that is how an office delivers again.

    Raises:
        CreditFileError: CF-1001 or CF-1201 if there is nothing to land and nothing landed before, CF-1202 if the
            latest delivery is held, CF-12xx if the server cannot be used.
    """
    taken = asyncio.run(_fetch(order))
    known = {receipt.delivery_no for receipt in receipts(order.lake, order.source.name, order.period.batch)}
    latest = max(known, default=0)
    for number, error in sorted(taken.held.items(), reverse=True):
        if number >= latest:
            raise error
    if not known:
        code = "CF-1201" if taken.unfinished else "CF-1001"
        raise CreditFileError(code, where=order.place, undone="Nothing was landed.")
    return taken


async def _fetch(order: Order) -> Taken:
    taken = Taken()
    try:
        async with asyncio.timeout(order.patience.delivery):
            async for attempt in attempts(order.patience):
                with attempt:
                    async with session(order) as sftp:
                        await _take_all(order, sftp, taken)
    except Interrupted as spent:
        raise spent.error(order.place) from None
    except TimeoutError:
        what = f"not done within {order.patience.delivery:g} s"
        raise CreditFileError("CF-1204", what=what, where=order.place, undone="Nothing was landed.") from None
    return taken


async def _take_all(order: Order, sftp: asyncssh.SFTPClient, taken: Taken) -> None:
    """Look at every manifest first, for only then is it known which files no manifest names."""
    taken.held.clear()
    path = str(order.source.server.properties["path"]).format(source=order.source.name, batch=order.period.batch)
    try:
        present = {name for name in map(str, await sftp.listdir(path)) if not name.startswith(".")}
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        present = set()
    numbers = sorted(int(form[1]) for name in present if (form := NAME.match(name)))
    taken.unfinished = [number for number in numbers if f"manifest-{number}.json{DONE}" not in present]
    if present and not numbers:
        taken.unfinished = [1]
    papers = {f"manifest-{number}.json{ending}" for number in numbers for ending in ("", DONE)}
    found: dict[int, tuple[bytes, Manifest]] = {}
    for number in numbers:
        if number not in taken.unfinished:
            with _held_apart(taken, number):
                name = f"manifest-{number}.json"
                body = await _small(sftp, f"{path}/{name}", f"{order.place}/{name}")
                found[number] = body, read_manifest(body, number, order)
    named = {stated.name for _, manifest in found.values() for stated in manifest.files}
    all_known = not taken.unfinished and not taken.held  # else a file may belong to a manifest that cannot be read yet
    taken.spare = len(present - papers - named) if all_known else 0
    for number, (body, manifest) in found.items():
        with _held_apart(taken, number):
            await _take(order, sftp, path, body, manifest, taken)
    await tell_sender(order, sftp, taken.held)


@contextmanager
def _held_apart(taken: Taken, number: int) -> Iterator[None]:
    """Put the error of one delivery aside and let the others go on."""
    try:
        yield
    except CreditFileError as refused:
        if not refused.code.startswith(("CF-12", "CF-14")):
            raise
        taken.held[number] = refused


async def _take(
    order: Order, sftp: asyncssh.SFTPClient, path: str, body: bytes, manifest: Manifest, taken: Taken
) -> None:
    """Land one delivery, unless it has been landed.

    A file that no manifest names holds it: either it belongs to it and its manifest is wrong, or the office is still
    uploading. The next look tells.
    """
    number, name = manifest.delivery_no, f"manifest-{manifest.delivery_no}.json"
    landed = folder(order.lake, order.source.name, order.period.batch, number)
    if landed.is_dir():
        if sha256((landed / name).read_bytes()).digest() != sha256(body).digest():
            raise incomplete("manifest was changed after its delivery landed", f"{order.place}/{name}")
        return
    with Delivery(order, number) as delivery:
        delivery.keep(name, body)
        for stated in manifest.files:
            await _receive(order, sftp, path, stated, delivery)
        if taken.spare:
            raise incomplete(f"files that no manifest names: {taken.spare:,}", order.place)
        taken.landed.append(delivery.seal(asked_by_time=False))


async def _receive(order: Order, sftp: asyncssh.SFTPClient, path: str, stated: Stated, delivery: Delivery) -> None:
    """Fetch one file and compare bytes, hash and records with the manifest, in this order of cost."""
    where = f"{order.place}/{stated.name}"
    server = order.source.server
    try:
        size = (await sftp.stat(f"{path}/{stated.name}")).size
        if size != stated.bytes:
            raise incomplete(f"manifest {stated.bytes:,} bytes, file {size or 0:,}", where)
        file = delivery.lines(stated.name, server.format)
        async with sftp.open(f"{path}/{stated.name}", "rb") as remote:
            while chunk := await remote.read(CHUNK_BYTES):
                file.write(cast(bytes, chunk))
                if file.bytes > stated.bytes:
                    break
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        raise incomplete("manifest names a file that is not there", where) from None
    if file.bytes != stated.bytes:
        raise incomplete(f"manifest {stated.bytes:,} bytes, file {file.bytes:,}", where)
    landed = delivery.add_csv(stated.name, _object(order, stated.name), file, server.encoding, server.delimiter)
    if landed.rows != stated.rows:
        raise incomplete(f"manifest {stated.rows:,} rows, file {landed.rows:,}", where)
    if landed.sha256 != stated.sha256.lower():
        raise incomplete("file has another SHA-256 than its manifest says", where)


async def _small(sftp: asyncssh.SFTPClient, path: str, where: str) -> bytes:
    size = (await sftp.stat(path)).size or 0
    if size > MANIFEST_BYTES:
        raise incomplete("manifest larger than 16 MiB", where)
    async with sftp.open(path, "rb") as remote:
        return cast(bytes, await remote.read(size))


def _object(order: Order, name: str) -> str:
    """Return the object a file belongs to: the one whose table's name it begins with, the longest first."""
    kinds = sorted(order.source.objects, key=lambda item: len(item.bronze.thing), reverse=True)
    return next((item.name for item in kinds if item.name and name.startswith(item.bronze.thing)), "")
