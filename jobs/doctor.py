"""Whether this machine can run the pipeline: every finding comes with the command that mends it. Never writes.

A warning lets the work go on (an office is closed, the first run must download); a failure would stop it.
"""

import importlib.metadata
import os
import shutil
import socket
import stat
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from email.utils import parsedate_to_datetime
from itertools import chain
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import schemas
from jobs import accounts, keys, session
from jobs.clock import Clock
from jobs.errors import CODES, CreditFileError
from jobs.finding import Finding
from jobs.settings import FILE_VARIABLE, Endpoint, Settings

FIT_JAVA = (17, 21)
ROOM_NEEDED, ROOM_WANTED = 500 * 2**20, 5 * 2**30
"""Bytes free on the lake's disk: what the demo writes, and what a city's months want."""

AIRFLOW_PORT = 8080
SECONDS_TO_ANSWER = 2.0
SKEW_SECONDS = 60
FETCH_JARS = """python -c "from jobs import session; session.start('local[1]', '1g')\""""


def examine(settings: Settings, sources: tuple[str, ...], clock: Clock) -> Iterator[Finding]:
    """Yield the findings one after the other; those that ask the network come last."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        java,
        jars,
        packages,
        lambda: disk(settings.lake),
        lambda: memory(settings.driver_memory),
        ports,
        lambda: modes(settings),
        lambda: origin(settings),
        lambda: leftovers(settings.lake),
        lambda: endpoints(settings, sources),
        lambda: accounts.findings(settings, sources),
        lambda: skew(settings, sources, clock),
    )
    yield from chain.from_iterable(check() for check in checks)


def broken(problem: CreditFileError, check: str) -> Finding:
    """Return a failure to even read the settings or contracts as a finding among the others."""
    return Finding(check, "fail", problem.problem.what, problem.code, problem.problem.fix)


def report(findings: list[Finding]) -> dict[str, Any]:
    """Return the findings for a program."""
    items = [asdict(finding) for finding in findings]
    return {"format": "creditfile.doctor/1", "items": items, "verdict": worst(findings)}


def worst(findings: list[Finding]) -> str:
    """Return the gravest verdict."""
    return max((finding.verdict for finding in findings), key=("ok", "warn", "fail").index, default="ok")


def exit_status(findings: list[Finding]) -> int:
    """Return 0 unless something failed: 8 if only storage did, 3 as soon as configuration or environment does."""
    failed = {finding.check for finding in findings if finding.verdict == "fail"}
    return 0 if not failed else 8 if failed <= {"disk", "memory"} else 3


def java() -> Iterator[Finding]:
    """Check version and module: a trimmed Java of the right version cannot start Spark 4.1 either."""
    fix = CODES["CF-9201"].fix
    try:
        session.check_java()
    except CreditFileError as unfit:
        yield Finding("java", "fail", unfit.problem.what, "CF-9201", fix)
        return
    home = os.environ.get("JAVA_HOME")
    command = str(Path(home) / "bin" / "java") if home else "java"
    listed = subprocess.run([command, "--list-modules"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = next((line.partition("@")[2] for line in listed.splitlines() if line.startswith("java.base@")), "")
    if version.split(".")[0] in map(str, FIT_JAVA):
        yield Finding("java", "ok", f"{version} with jdk.incubator.vector")
    else:
        yield Finding("java", "fail", f"Java {version or 'of an unknown version'}", "CF-9201", fix)


def jars() -> Iterator[Finding]:
    """Check that Delta's JARs are there and whole; without them the first run has to download."""
    found = session.jars()
    if not found:
        yield Finding("jars", "warn", "not in the Ivy cache yet; the first run downloads them", None, FETCH_JARS)
    damaged = [path for path in found if not zipfile.is_zipfile(path)]
    for path in damaged:
        yield Finding("jars", "fail", f"{path.name} is damaged", "CF-9201", f"rm '{path}' && {FETCH_JARS}")
    if found and not damaged:
        yield Finding("jars", "ok", f"{len(found)} in {found[0].parent}")


def packages() -> Iterator[Finding]:
    """Check that nothing stands in for PySpark: pyspark-client ships the same folder and overwrites it."""
    names = {str(found.metadata["Name"]).lower() for found in importlib.metadata.distributions()}
    if "pyspark-client" in names:
        fix = "uv sync --reinstall-package pyspark"
        yield Finding("packages", "fail", "pyspark-client lies over pyspark", "CF-9201", fix)
    else:
        yield Finding("packages", "ok", f"pyspark {importlib.metadata.version('pyspark')}")


def disk(lake: Path) -> Iterator[Finding]:
    """Check room and rights where the lake lies or will lie."""
    there = next(path for path in (lake, *lake.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield Finding("disk", "fail", f"{there} is not writable", "CF-8102", f"chmod u+rwx '{there}'")
    free = shutil.disk_usage(there).free
    seen = f"{free / 2**30:.1f} GiB free at {there}"
    if free < ROOM_NEEDED:
        yield Finding("disk", "fail", seen, "CF-8101", f"du -sh '{there}'/*  # then free space, or pass --lake")
    elif free < ROOM_WANTED:
        yield Finding("disk", "warn", f"{seen}; a city's months want {ROOM_WANTED // 2**30} GiB", None, "pass --lake")
    else:
        yield Finding("disk", "ok", seen)


def memory(driver_memory: str) -> Iterator[Finding]:
    """Check that the driver's heap fits beside what runs already."""
    wanted = int(driver_memory[:-1]) * (2**30 if driver_memory.endswith("g") else 2**20)
    available = available_memory()
    if available is None:
        yield Finding("memory", "ok", "this system does not tell")
        return
    seen = f"{available / 2**30:.1f} GiB available, the driver takes {driver_memory}"
    if available < wanted:
        yield Finding("memory", "fail", seen, None, "end other programs, or export CREDITFILE_DRIVER_MEMORY=1g")
    elif available < wanted * 1.5:
        yield Finding("memory", "warn", seen, None, "end other programs before a large run")
    else:
        yield Finding("memory", "ok", seen)


def available_memory() -> int | None:
    """Return the bytes a new process may take: the kernel's estimate, cut to the container's limit; None if unknown."""
    try:
        told = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines() if ":" in line)
        available = int(told["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())
        used = int(Path("/sys/fs/cgroup/memory.current").read_text())
    except (OSError, ValueError):  # no container, or one without a limit (`max`)
        return available
    return min(available, max(limit - used, 0))


def ports() -> Iterator[Finding]:
    """Check that loopback can be bound, which offices and Spark need, and that Airflow's port is free."""
    try:
        bound(0)
    except OSError as failed:
        yield Finding("ports", "fail", f"loopback cannot be bound ({failed.strerror})", None, "ip link set lo up")
        return
    try:
        bound(AIRFLOW_PORT)
    except OSError:
        seen = f"{AIRFLOW_PORT} is taken; `creditfile airflow` needs it"
        yield Finding("ports", "warn", seen, None, f"lsof -i :{AIRFLOW_PORT}")
    else:
        yield Finding("ports", "ok", f"loopback, and {AIRFLOW_PORT} for Airflow")


def bound(port: int) -> None:
    """Bind a port of loopback and let it go; OSError if that is not possible."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(("127.0.0.1", port))


def modes(settings: Settings) -> Iterator[Finding]:
    """Check that only their owner can read keys and endpoint secrets."""
    stated = [endpoint.private_key_file for endpoint in settings.endpoints.values()]
    found = {path for path in stated if path is not None} | set(settings.lake.glob("keys/*"))
    found |= {settings.lake / "city" / "endpoints.yaml"} | (
        {Path(p)} if (p := os.environ.get(FILE_VARIABLE)) else set()
    )
    mended = True
    for path in sorted(found):
        if not path.exists():
            if path in stated:
                mended = False
                yield Finding("modes", "fail", f"{path} is not there", "CF-9001", "correct private_key_file")
        elif stat.S_IMODE(path.stat().st_mode) & 0o077:
            mended = False
            yield Finding("modes", "fail", f"others can read {path}", None, f"chmod 600 '{path}'")
    if mended:
        there = sum(path.exists() for path in found)
        yield Finding("modes", "ok", f"{there} files with secrets, readable by their owner only")


def origin(settings: Settings) -> Iterator[Finding]:
    """Check that keys made from a demo's seed do not protect real people."""
    if not keys.path(settings.lake).exists():  # loading would make them, and a doctor never writes
        yield Finding("keys", "ok", "none yet; made at first use")
        return
    try:
        found = keys.load(settings.lake, schemas.city(settings.city).operator.role)
        yield Finding("keys", "ok", "of the sandbox" if found.is_sandbox else "of this operator")
    except CreditFileError as unfit:
        yield broken(unfit, "keys")
    except schemas.ContractError as invalid:
        yield Finding("keys", "fail", "; ".join(invalid.problems), "CF-9301", CODES["CF-9301"].fix)


def leftovers(lake: Path) -> Iterator[Finding]:
    """Look for deliveries half received: of a run at work, or of one that was killed."""
    found = sorted(lake.glob("landing/*/*/*.part"))
    for part in found:
        source, batch = part.parts[-3:-1]
        seen = f"{part.relative_to(lake)} is half received"
        yield Finding("leftovers", "warn", seen, None, f"creditfile run ingest {source} --batch {batch}")
    if not found:
        yield Finding("leftovers", "ok", "none")


def endpoints(settings: Settings, sources: tuple[str, ...]) -> Iterator[Finding]:
    """Check that each source's office is known and answers; a closed office only delays."""
    for source in sources:
        try:
            endpoint = settings.endpoint(source)
        except CreditFileError as unknown:
            verdict: Literal["warn", "fail"] = "warn" if unknown.code == "CF-9002" else "fail"
            yield Finding("endpoints", verdict, f"{source}: {unknown.problem.what}", unknown.code, unknown.problem.fix)
            continue
        if answers(endpoint):
            yield Finding("endpoints", "ok", f"{source} answers")
        elif endpoint.url.startswith("file://"):
            yield Finding("endpoints", "warn", f"{source}: inbox not writable", "CF-8102", CODES["CF-8102"].fix)
        else:
            fix = "creditfile city up  # the demo's offices; else ask the office"
            yield Finding("endpoints", "warn", f"{source} does not answer", "CF-1101", fix)


def answers(endpoint: Endpoint) -> bool:
    """Say whether somebody listens where the endpoint points; nothing is sent."""
    if endpoint.url.startswith("jdbc:sqlite:"):
        return Path(endpoint.url.removeprefix("jdbc:sqlite:")).is_file()
    if endpoint.url.startswith("file://"):
        return endpoint.folder.is_dir() and os.access(endpoint.folder, os.R_OK | os.W_OK | os.X_OK)
    parts = urlsplit(endpoint.url.removeprefix("jdbc:"))
    usual = {"http": 80, "https": 443, "sftp": 22, "postgresql": 5432}[parts.scheme]
    try:
        with socket.create_connection((parts.hostname or "", parts.port or usual), SECONDS_TO_ANSWER):
            return True
    except OSError:
        return False


def skew(settings: Settings, sources: tuple[str, ...], clock: Clock) -> Iterator[Finding]:
    """Compare this clock with an office's: receipts and grants are judged by time."""
    import httpx

    for source in sources:
        try:
            url = settings.endpoint(source).url
            told = httpx.head(url, timeout=SECONDS_TO_ANSWER).headers["date"] if url.startswith("http") else None
            apart = abs((clock.now() - parsedate_to_datetime(told)).total_seconds()) if told else None
        except (CreditFileError, httpx.HTTPError, KeyError, ValueError):
            continue
        if apart is not None and apart > SKEW_SECONDS:
            yield Finding("clock", "warn", f"{apart:,.0f} s apart from {source}", None, "timedatectl set-ntp true")
            return
        if apart is not None:
            yield Finding("clock", "ok", f"within {SKEW_SECONDS} s of {source}")
            return
    yield Finding("clock", "ok", "not compared: no office answers over HTTP")
