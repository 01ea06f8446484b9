"""The offices of the built city: REST interfaces and SFTP servers on loopback, databases, folders of dropped files.

`open(lake / "city")` starts them on free ports and writes `endpoints.yaml`, which the pipeline's settings read.
"""

import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import uvicorn
import yaml

from jobs.city.offices import certificate, rest, sftp
from jobs.city.offices.switches import KNOWN, switches
from jobs.city.outbox.database import FILE
from jobs.city.sources import desks

__all__ = ["KNOWN", "Offices", "open"]


@dataclass(frozen=True)
class Offices:
    """The open offices: where each is, and the REST offices themselves for tests that watch them."""

    endpoints: dict[str, dict[str, str]]
    path: Path
    interfaces: dict[str, rest.Office] = field(default_factory=dict)


@contextmanager
def open(city_dir: Path, faults: Iterable[str] = (), token_seconds: float = 300.0) -> Iterator[Offices]:  # noqa: A001
    """Open all offices of a built city until the block ends; `faults` are numbers of the fault matrix."""
    wanted = switches(faults)
    home = Path(city_dir).absolute()
    prepared = home / "offices"
    if not prepared.is_dir():
        raise FileNotFoundError(f"no city stands in {home.name}: build it first")
    path = home / "endpoints.yaml"
    endpoints: dict[str, dict[str, str]] = {}
    found: dict[str, rest.Office] = {}
    with ExitStack() as stack:
        uploads = sftp.spoiled(prepared / "sftp", home / ".spoiled", wanted)
        stack.callback(shutil.rmtree, home / ".spoiled", ignore_errors=True)
        dropped = _dropped(prepared / "drop", home / "drop")
        for source in (desk.source for desk in desks()):
            name = source.name
            match source.server.transport:
                case "rest":
                    client = (f"creditfile-{name.replace('_', '-')}", secrets.token_urlsafe(24))
                    found[name] = rest.Office(
                        source, prepared / name, client, token_seconds=token_seconds, faults=wanted
                    )
                    pem = certificate.expired(home / "keys" / "expired.pem") if "F29" in wanted else None
                    port = stack.enter_context(_served(found[name], pem))
                    endpoints[name] = {
                        "url": f"{'https' if pem else 'http'}://127.0.0.1:{port}",
                        "client_id": client[0],
                        "client_secret": client[1],
                    }
                case "sftp":
                    endpoints[name] = stack.enter_context(_uploading(home, name, uploads, wanted))
                case "jdbc":
                    endpoints[name] = {"url": f"jdbc:sqlite:{prepared / name / FILE}"}
                case _:
                    endpoints[name] = {"url": f"file://{dropped}"}
        _write(path, endpoints)
        stack.callback(path.unlink, missing_ok=True)  # a stale address would look like an office that is down
        yield Offices(endpoints, path, found)


@contextmanager
def _served(office: rest.Office, pem: Path | None) -> Iterator[int]:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.bind(("127.0.0.1", 0))
    config = uvicorn.Config(office.app, log_config=None, access_log=False, lifespan="off", ssl_certfile=pem)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name=f"city-{office.source}", daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.005)
    try:
        if not server.started:
            raise RuntimeError(f"the office of {office.source} did not start")
        yield int(bound.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(30)
        bound.close()


@contextmanager
def _uploading(home: Path, source: str, uploads: Path, faults: frozenset[str]) -> Iterator[dict[str, str]]:
    """Open the SFTP server of one office."""
    secret = home / "keys" / f"{source}_client_key"
    host_key, client_key = sftp.key(home / "keys" / f"{source}_host_key"), sftp.key(secret)
    shown = asyncssh.generate_private_key("ssh-ed25519") if "F35" in faults else host_key
    inbox = home / "inbox" / source
    office = sftp.SftpOffice(source, uploads, inbox, shown, client_key, cuts=2 if "F36" in faults else 0)
    port = office.start()
    try:
        yield {
            "url": f"sftp://{sftp.USER}@127.0.0.1:{port}/",
            "username": sftp.USER,
            "private_key_file": str(secret),
            "host_key": " ".join(host_key.export_public_key().decode().split()[:2]),
        }
    finally:
        office.stop()


def _dropped(prepared: Path, folder: Path) -> Path:
    """Drop every prepared delivery where the pipeline takes them from; what was taken is dropped anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if prepared.is_dir():
        shutil.copytree(prepared, folder, dirs_exist_ok=True)
    return folder


def _write(path: Path, endpoints: dict[str, Any]) -> None:
    work = path.with_suffix(".tmp")
    work.unlink(missing_ok=True)
    with os.fdopen(os.open(work, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        yaml.safe_dump({"endpoints": endpoints}, file, sort_keys=True)
    os.replace(work, path)
