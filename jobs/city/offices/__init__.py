"""The offices of the built city as real servers on loopback: three REST interfaces, one SFTP server, one database.

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
        for source in rest.PATHS:
            client = (f"creditfile-{source.replace('_', '-')}", secrets.token_urlsafe(24))
            office = rest.Office(source, prepared / source, client, token_seconds=token_seconds, faults=wanted)
            found[source] = office
            pem = certificate.expired(home / "keys" / "expired.pem") if "F29" in wanted else None
            port = stack.enter_context(_served(office, pem))
            endpoints[source] = {
                "url": f"{'https' if pem else 'http'}://127.0.0.1:{port}",
                "client_id": client[0],
                "client_secret": client[1],
            }
        endpoints["hrss_social_insurance"] = stack.enter_context(_bureau(home, wanted))
        endpoints["amr_business"] = {"url": f"jdbc:sqlite:{prepared / 'amr_business' / 'register.db'}"}
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
def _bureau(home: Path, faults: frozenset[str]) -> Iterator[dict[str, str]]:
    host_key = sftp.key(home / "keys" / "hrss_host_key")
    client_key = sftp.key(home / "keys" / "hrss_client_key")
    spoiled = home / ".spoiled"
    shown = asyncssh.generate_private_key("ssh-ed25519") if "F35" in faults else host_key
    root = sftp.spoiled(home / "offices" / "sftp", spoiled, faults)
    office = sftp.SftpOffice(root, home / "inbox", shown, client_key, cuts=2 if "F36" in faults else 0)
    port = office.start()
    try:
        yield {
            "url": f"sftp://{sftp.USER}@127.0.0.1:{port}/",
            "username": sftp.USER,
            "private_key_file": str(home / "keys" / "hrss_client_key"),
            "host_key": " ".join(host_key.export_public_key().decode().split()[:2]),
        }
    finally:
        office.stop()
        shutil.rmtree(spoiled, ignore_errors=True)


def _write(path: Path, endpoints: dict[str, Any]) -> None:
    work = path.with_suffix(".tmp")
    work.unlink(missing_ok=True)
    with os.fdopen(os.open(work, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        yaml.safe_dump({"endpoints": endpoints}, file, sort_keys=True)
    os.replace(work, path)
