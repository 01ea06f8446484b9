"""A connection to an office's SFTP server: its pinned host key, our key, and a closed list of ways to fail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote, urlsplit

import asyncssh

from jobs.errors import CreditFileError
from jobs.ingest.order import Order
from jobs.ingest.patience import Interrupted

PORT = 22


@asynccontextmanager
async def session(order: Order) -> AsyncIterator[asyncssh.SFTPClient]:
    """Open a session; a failure inside that another try may cure leaves it as `Interrupted`.

    Raises:
        CreditFileError: CF-1203 if the server is not the pinned one, CF-1205 if it does not let us in.
    """
    endpoint, patience = order.endpoint, order.patience
    place = urlsplit(endpoint.url)
    try:
        async with (
            asyncssh.connect(
                place.hostname or "",
                place.port or PORT,
                username=endpoint.username or unquote(place.username or ""),
                known_hosts=([_host_key(order)], [], []),
                server_host_key_algs="default",  # else a changed key type fails before its key can be compared
                client_keys=[_client_key(order)],
                preferred_auth="publickey",
                agent_path=None,
                config=None,
                connect_timeout=patience.connect,
                login_timeout=patience.read,
                keepalive_interval=patience.read / 3,
            ) as connection,
            connection.start_sftp_client() as sftp,
        ):
            yield sftp
    except asyncssh.HostKeyNotVerifiable:
        raise CreditFileError("CF-1203", where=order.place, undone="Nothing was landed.") from None
    except asyncssh.PermissionDenied:
        raise CreditFileError("CF-1205", where=order.place, undone="Nothing was landed.") from None
    except (asyncssh.Error, ConnectionError, TimeoutError) as failed:
        raise Interrupted("CF-1204", type(failed).__name__) from None
    except OSError as failed:
        if failed.filename is not None:
            raise
        raise Interrupted("CF-1204", "no connection") from None


def _host_key(order: Order) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_public_key(order.endpoint.host_key or "")
    except asyncssh.KeyImportError:
        what = "host_key is not a public key like `ssh-ed25519 AAAA...`"
        raise CreditFileError("CF-9001", what=what, where=order.place, undone="Nothing was started.") from None


def _client_key(order: Order) -> asyncssh.SSHKey:
    path = order.endpoint.private_key_file
    if path is None:
        what = "private_key_file is missing; offices are entered by key only"
        raise CreditFileError("CF-9001", what=what, where=order.place, undone="Nothing was started.")
    password = order.endpoint.password
    try:
        return asyncssh.read_private_key(path, password.get_secret_value() if password else None)
    except (OSError, asyncssh.KeyImportError):
        what = "private_key_file cannot be read"
        raise CreditFileError("CF-9001", what=what, where=order.place, undone="Nothing was started.") from None
