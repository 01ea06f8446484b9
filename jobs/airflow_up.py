"""Airflow on one machine with everything set: home in the lake, DAGs, connection, pools, one user; for development.

Airflow's standalone mode ends its parts only on Ctrl-C, and a running task starts sessions of its own. So this module
keeps the whole tree of processes and ends it, whatever ended the command.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import psutil
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, SecretStr

from jobs import session
from jobs.errors import CreditFileError
from jobs.settings import Settings

DAGS = Path(__file__).resolve().parent.parent / "dags"
USER = "admin"
PORT = "8080"

POOLS = {
    "spark": (1, "Spark applications: one JVM at a time on one machine"),
    "office": (2, "Deliveries fetched from offices at the same time"),
}

START_SECONDS = 240
STOP_SECONDS = 25
"""What Airflow's parts get to end by themselves before they are killed."""


class Door(BaseModel):
    """Where a person or a program enters the running Airflow."""

    model_config = ConfigDict(frozen=True)

    url: str
    user: str
    password: SecretStr


def home(settings: Settings) -> Path:
    """Return Airflow's own folder in the lake."""
    return settings.lake / "airflow"


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables `airflow` runs under; an `AIRFLOW__...` the caller has set wins over ours."""
    inherited = {name: value for name, value in os.environ.items() if name != "SPARK_HOME"}  # another Spark than ours
    port = inherited.get("AIRFLOW__API__PORT", PORT)
    url = f"http://127.0.0.1:{port}"
    ours = {
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home(settings) / "passwords.json"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": port,
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        # fixed ports by default: a second lake's Airflow would not serve its logs
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(int(port) + 1),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(int(port) + 2),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW_CONN_SPARK_DEFAULT": json.dumps(spark_connection(settings)),
    }
    always = {
        "AIRFLOW_HOME": str(home(settings)),
        "CREDITFILE_LAKE": str(settings.lake),
        "CREDITFILE_CITY": settings.city,
        "CREDITFILE_SOURCES": ",".join(settings.sources),
        "SPARK_DRIVER_MEMORY": settings.driver_memory,
        "PYSPARK_PYTHON": sys.executable,
        # not resolved: the interpreter's link stands beside airflow, spark-submit and creditfile
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), inherited.get("PATH", os.defpath))),
    }
    return ours | inherited | always


def spark_connection(settings: Settings) -> dict[str, Any]:
    """Return the connection `spark_default`; jars already at hand save each application seconds of resolving."""
    jars = ",".join(str(path) for path in session.jars())
    return {"conn_type": "spark", "host": settings.spark_master, "extra": {"jars": jars} if jars else {}}


def door(variables: Mapping[str, str]) -> Door:
    """Return URL and user; makes the password at the first start, readable for its owner only."""
    path = Path(variables["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({USER: secrets.token_urlsafe(12)}, file)
    password = json.loads(path.read_text())[USER]
    return Door(url=variables["AIRFLOW__API__BASE_URL"], user=USER, password=SecretStr(password))


def up(settings: Settings, progress: Callable[[str], None], ready: Callable[[Door], None]) -> int:
    """Run Airflow until it is stopped; calls `ready` once it takes orders. Returns 130 or 143, as it was stopped.

    Airflow's own lines go to stderr. Raises CF-8002 if this lake's Airflow already runs, CF-8602 if it does not start.
    """
    variables = environment(settings)
    entrance = door(variables)
    with alone(home(settings)), stop_signals() as stopped:
        check_port(variables["AIRFLOW__API__PORT"])
        progress(f"starting Airflow in {home(settings)}; takes about half a minute")
        airflow = subprocess.Popen(
            ["airflow", "standalone"],  # noqa: S607  (from the PATH of its environment: ours)
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            start_new_session=True,
        )
        try:
            wait_until_healthy(airflow, entrance, stopped)
            if not stopped:
                set_pools(entrance)
                ready(entrance)
            while not stopped:
                if airflow.poll() is not None:
                    raise CreditFileError("CF-8602", what=f"it ended with exit {airflow.returncode}")
                time.sleep(0.2)
        finally:
            progress("stopping Airflow")
            end(airflow)
    return 128 + stopped[0]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: two schedulers on one SQLite file would run tasks twice."""
    try:
        with FileLock(folder / "up.lock", timeout=0):
            yield
    except Timeout:
        raise CreditFileError("CF-8002", what="Airflow of this lake is up already", where=str(folder)) from None


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Collect SIGINT and SIGTERM instead of dying of them; does nothing outside the main thread."""
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield received
        return

    def receive(number: int, frame: FrameType | None) -> None:
        received.append(number)

    before = {number: signal.signal(number, receive) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def check_port(port: str) -> None:
    """Raise CF-8602 if somebody else listens there; Airflow itself would only say so deep in its log."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except OSError:
            fix = "name a free one, e.g. `AIRFLOW__API__PORT=8081 creditfile airflow`"
            raise CreditFileError("CF-8602", what=f"port {port} is taken", fix=fix) from None


def wait_until_healthy(airflow: subprocess.Popen[bytes], entrance: Door, stopped: list[int]) -> None:
    """Return when database, scheduler and DAG processor report healthy, or when somebody wants to stop."""
    deadline = time.monotonic() + START_SECONDS
    while not stopped:
        if airflow.poll() is not None:
            raise CreditFileError("CF-8602", what=f"it ended with exit {airflow.returncode}")
        if time.monotonic() > deadline:
            raise CreditFileError("CF-8602", what=f"not healthy after {START_SECONDS} s")
        if is_healthy(entrance.url):
            return
        time.sleep(0.5)


def is_healthy(url: str) -> bool:
    """Ask Airflow's own health page."""
    try:
        parts = httpx.get(f"{url}/api/v2/monitor/health", timeout=5).json()
    except (httpx.HTTPError, ValueError):
        return False
    return all(parts[name]["status"] == "healthy" for name in ("metadatabase", "scheduler", "dag_processor"))


def token(entrance: Door) -> str:
    """Return a token for Airflow's REST API."""
    credentials = {"username": entrance.user, "password": entrance.password.get_secret_value()}
    answer = httpx.post(f"{entrance.url}/auth/token", json=credentials, timeout=30).raise_for_status()
    return str(answer.json()["access_token"])


def set_pools(entrance: Door) -> None:
    """Make the pools the DAGs name; one that an operator has resized stays as it is."""
    headers = {"Authorization": f"Bearer {token(entrance)}"}
    for name, (slots, description) in POOLS.items():
        body = {"name": name, "slots": slots, "description": description}
        answer = httpx.post(f"{entrance.url}/api/v2/pools", json=body, headers=headers, timeout=30)
        if answer.status_code != httpx.codes.CONFLICT:
            answer.raise_for_status()


def end(airflow: subprocess.Popen[bytes]) -> None:
    """End Airflow and everything it started: first asked, then killed."""
    for number, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 5)):
        alive = members(airflow.pid)
        for process in alive:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        psutil.wait_procs(alive, timeout=patience)
    airflow.wait()


def members(session: int) -> list[psutil.Process]:
    """Return the session's processes and all below them: Spark and the program run in sessions of their own."""
    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            if os.getsid(process.pid) == session:
                found |= {member.pid: member for member in (process, *process.children(recursive=True))}
    return list(found.values())
