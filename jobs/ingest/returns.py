"""Return files: an office that uploads is told in its inbox why a delivery was held, for it cannot see our logs.

A return file is complete once it has its name: it is written beside it and renamed. Its text depends on the reason
alone, so that a second try, or the next run, finds it there and leaves it as it is.
"""

import logging
from collections.abc import Mapping
from typing import cast

import asyncssh

from jobs.errors import CreditFileError
from jobs.ingest.order import Order
from jobs.ingest.uploads import answer

log = logging.getLogger(__name__)

UNSENT = (
    asyncssh.SFTPNoSuchFile,
    asyncssh.SFTPNoSuchPath,
    asyncssh.SFTPPermissionDenied,
    asyncssh.SFTPOpUnsupported,
    asyncssh.SFTPFailure,
)
"""What an inbox may answer that takes nothing; a broken connection is not among them and is tried again."""


async def tell_sender(order: Order, sftp: asyncssh.SFTPClient, held: Mapping[int, CreditFileError]) -> None:
    """Put a return file for each held delivery into the office's inbox, where the contract names one.

    An inbox that takes nothing is a warning only: the reason of the hold must reach our own people all the same.
    """
    inbox = order.source.server.properties.get("return_path")
    if inbox is None:
        return
    folder = str(inbox).format(source=order.source.name)
    for number, error in sorted(held.items()):
        name = f"return-{order.period.batch}-{number}.json"
        try:
            await _put(sftp, f"{folder}/{name}", answer(order, number, error))
        except UNSENT as refused:
            log.warning("%s: the office's inbox does not take %s: %s", order.place, name, type(refused).__name__)


async def _put(sftp: asyncssh.SFTPClient, path: str, body: bytes) -> None:
    if await _is_there(sftp, path, body):
        return
    async with sftp.open(f"{path}.part", "wb") as out:
        await out.write(body)
    await sftp.posix_rename(f"{path}.part", path)


async def _is_there(sftp: asyncssh.SFTPClient, path: str, body: bytes) -> bool:
    """Say whether the inbox has this text already, as after a rename whose reply was lost."""
    try:
        async with sftp.open(path, "rb") as there:
            return cast(bytes, await there.read(len(body) + 1)) == body
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        return False
