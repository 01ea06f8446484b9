"""Connector for offices that upload files: take what their manifests call finished, and hold it against them.

A file's age or size at rest says nothing about whether its upload has ended, so neither is looked at: only the
manifest and its `.done` marker are. Every manifest is one delivery under the office's own number.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import asyncssh

from jobs.errors import CreditFileError
from jobs.ingest.landing import Delivery, folder
from jobs.ingest.manifest import DONE, MANIFEST_BYTES, NAME, Manifest, Stated, incomplete, read_manifest
from jobs.ingest.order import Order
from jobs.ingest.patience import Interrupted, attempts
from jobs.ingest.returns import tell_sender
from jobs.ingest.sftp_session import session
from jobs.ingest.uploads import Taken, compare, object_of, unchanged

CHUNK_BYTES = 1024 * 1024


def fetch(order: Order) -> Taken:
    """Land every finished delivery of the batch that has not been landed yet.

    Raises:
        CreditFileError: CF-1001 or CF-1201 if there is nothing to land and nothing landed before, CF-1202 if the
            latest delivery is held, CF-12xx if the server cannot be used.
    """
    return asyncio.run(_fetch(order)).settled(order)


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
    unfinished = [number for number in numbers if f"manifest-{number}.json{DONE}" not in present]
    if present and not numbers:
        unfinished = [1]
    taken.unfinished = [f"manifest-{number}.json" for number in unfinished]
    papers = {f"manifest-{number}.json{ending}" for number in numbers for ending in ("", DONE)}
    found: dict[int, tuple[bytes, Manifest]] = {}
    for number in numbers:
        if number not in unfinished:
            with _held_apart(taken, number):
                name = f"manifest-{number}.json"
                body = await _small(sftp, f"{path}/{name}", f"{order.place}/{name}")
                found[number] = body, read_manifest(body, number, order)
    named = {stated.name for _, manifest in found.values() for stated in manifest.files}
    all_known = not unfinished and not taken.held  # else a file may belong to a manifest that cannot be read yet
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
        taken.hold(number, refused)


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
        unchanged(landed, name, body, f"{order.place}/{name}")
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
        file = delivery.lines(stated.name, server.format, server.encoding)
        async with sftp.open(f"{path}/{stated.name}", "rb") as remote:
            while chunk := await remote.read(CHUNK_BYTES):
                file.write(cast(bytes, chunk))
                if file.bytes > stated.bytes:
                    break
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        raise incomplete("manifest names a file that is not there", where) from None
    if file.bytes != stated.bytes:
        raise incomplete(f"manifest {stated.bytes:,} bytes, file {file.bytes:,}", where)
    landed = delivery.add_csv(stated.name, object_of(order, stated.name), file, server.encoding, server.delimiter)
    compare(stated, bytes_=file.bytes, rows=landed.rows, digest=landed.sha256, where=where)


async def _small(sftp: asyncssh.SFTPClient, path: str, where: str) -> bytes:
    size = (await sftp.stat(path)).size or 0
    if size > MANIFEST_BYTES:
        raise incomplete("manifest larger than 16 MiB", where)
    async with sftp.open(path, "rb") as remote:
        return cast(bytes, await remote.read(size))
