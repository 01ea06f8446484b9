"""An office's SFTP server: key login, one folder a batch, an inbox for return files.

Nothing else than a return file can be written.
"""

import asyncio
import json
import os
import re
import shutil
import threading
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, NoReturn, cast

import asyncssh

USER = "creditfile"
FEW = 100
RETURN_FILE = re.compile(rb"\A/inbox/([a-z_]+)/(return-[0-9-]{1,30}\.json(?:\.part)?)\Z")


def key(path: Path) -> asyncssh.SSHKey:
    """Return the key of a file, made on first use and readable by its owner only."""
    if path.is_file():
        return asyncssh.read_private_key(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = asyncssh.generate_private_key("ssh-ed25519", comment=path.name)
    made.write_private_key(path)
    path.chmod(0o600)
    return made


class ReadOnly(asyncssh.SFTPServer):
    """Serves the folder of one source and refuses every change but to a return file in its inbox.

    The first `cuts` downloads of a data file break off in the middle.
    """

    source = b""
    root = ""
    inbox = Path()
    cuts = 0

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes]) -> None:
        super().__init__(channel, chroot=self.root.encode())
        self._cutting: object = None

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open for reading only, unless it is a return file."""
        if pflags & ~asyncssh.FXF_READ and not self._returned(path):
            raise asyncssh.SFTPPermissionDenied("this office only hands out")
        opened = super().open(path, pflags, attrs)
        if type(self).cuts and path.endswith(b".csv"):
            type(self).cuts -= 1
            self._cutting = opened
        return opened

    def map_path(self, path: bytes) -> bytes:
        """Keep the inbox beside the city, not among the uploads, and each office to its own folder of them."""
        if returned := self._returned(path):
            return os.fsencode(self.inbox / os.fsdecode(returned))
        if not re.match(rb"\A/(%b(/.*)?)?\Z" % re.escape(self.source), path, re.DOTALL):
            raise asyncssh.SFTPNoSuchFile("not of this office")
        return super().map_path(path)

    def _returned(self, path: bytes) -> bytes | None:
        """Return the name of a return file that the path means, if it means one of this office's."""
        found = RETURN_FILE.match(path)
        return found[2] if found and found[1] == self.source else None

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> Awaitable[None] | None:
        """Let a return file be given its name."""
        if self._returned(oldpath) and self._returned(newpath):
            return super().posix_rename(oldpath, newpath)
        return _refuse()

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Read, or give a few bytes and hang up when asked for the rest."""
        content = bytes(cast(bytes, super().read(file_obj, offset, size)))
        if file_obj is not self._cutting:
            return content
        if offset:
            self.channel.get_connection().abort()
        return content[:FEW]

    async def open56(self, path: bytes, desired_access: int, flags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open for reading only, as version 5 of the protocol asks for it."""
        raise asyncssh.SFTPOpUnsupported("version 3 only")


def _refuse(*_: Any) -> NoReturn:
    raise asyncssh.SFTPPermissionDenied("this office only hands out")


for _change in ("remove", "rename", "mkdir", "rmdir", "symlink", "link", "setstat", "lsetstat"):
    setattr(ReadOnly, _change, _refuse)


class SftpOffice:
    """The server in a thread of its own, with its own loop."""

    def __init__(
        self,
        source: str,
        root: Path,
        inbox: Path,
        host_key: asyncssh.SSHKey,
        client_key: asyncssh.SSHKey,
        *,
        cuts: int = 0,
    ) -> None:
        inbox.mkdir(parents=True, exist_ok=True)
        habits = {"source": source.encode(), "root": str(root), "inbox": inbox, "cuts": cuts}
        self._server_class = type("Served", (ReadOnly,), habits)
        self._host_key, self._client_key = host_key, client_key
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="city-sftp", daemon=True)
        self._acceptor: asyncssh.SSHAcceptor | None = None

    def start(self) -> int:
        """Start serving; returns the port."""
        self._thread.start()
        self._acceptor = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(30)
        return int(self._acceptor.get_port())

    async def _listen(self) -> asyncssh.SSHAcceptor:
        public = self._client_key.export_public_key().decode()
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[self._host_key],
            authorized_client_keys=asyncssh.import_authorized_keys(public),
            sftp_factory=self._server_class,
            sftp_version=3,
            password_auth=False,
            kbdint_auth=False,
        )

    def stop(self) -> None:
        """Close the connections and end the thread."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    async def _close(self) -> None:
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()


def spoiled(root: Path, work: Path, faults: frozenset[str]) -> Path:
    """Return the folder to serve: the office's own, or a copy with its uploads spoiled as the switches say."""
    if not faults & {"F18", "F33", "F34"}:
        return root
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(root, work, copy_function=_linked)
    for path in sorted(work.rglob("manifest-*.json")):
        stated = json.loads(path.read_text("utf-8"))
        if "F18" in faults and stated["delivery_no"] == _last(path.parent):
            _resend(path, stated)
        if "F34" in faults:
            stated["files"][0]["rows"] += 1
            _replace(path, stated)
        if "F33" in faults:
            _not_done(path, stated)
    return work


def _linked(source: str, target: str) -> str:
    if source.endswith(".csv"):
        try:
            os.link(source, target)
            return target
        except OSError:
            pass  # another file system: copy
    return str(shutil.copy2(source, target))


def _not_done(path: Path, stated: dict[str, Any]) -> None:
    path.with_name(path.name + ".done").unlink(missing_ok=True)
    for entry in stated["files"]:
        data = path.parent / entry["name"]
        half = data.read_bytes()[: entry["bytes"] // 2]
        data.unlink()  # it may be a link to the office's own file
        data.write_bytes(half)


def _last(folder: Path) -> int:
    return len(list(folder.glob("manifest-*.json")))


def _resend(path: Path, stated: dict[str, Any]) -> None:
    number = stated["delivery_no"] + 1
    files = []
    for entry in stated["files"]:
        name = f"resent_{number}_{entry['name']}"
        _linked(str(path.parent / entry["name"]), str(path.parent / name))
        files.append({**entry, "name": name})
    target = path.with_name(f"manifest-{number}.json")
    _replace(target, {**stated, "delivery_no": number, "files": files})
    target.with_name(target.name + ".done").touch()


def _replace(path: Path, stated: dict[str, Any]) -> None:
    path.unlink(missing_ok=True)
    path.write_text(json.dumps(stated, ensure_ascii=False, indent=1) + "\n", "utf-8")
