"""What every step is run with: profile, contract, keys, the one session, and the lease on what it writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

import schemas
from jobs import keys as operator_keys
from jobs import session
from jobs.errors import CreditFileError
from jobs.settings import Settings
from schemas import City

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Progress = Callable[[str], None]


def quiet(_: str) -> None:
    """Say nothing."""


def city_of(settings: Settings) -> City:
    """Return the settings' city profile; CF-9301 with every wrong line."""
    try:
        return schemas.city(settings.city)
    except schemas.ContractError as wrong:
        raise CreditFileError("CF-9301", what="; ".join(wrong.problems)) from None


def source_of(name: str) -> schemas.Source:
    """Return a source's contract; CF-2002 if there is none, CF-2001 if it is wrong."""
    try:
        return schemas.source(name)
    except schemas.ContractError as wrong:
        code = "CF-2002" if wrong.problems[0].startswith("no source") else "CF-2001"
        raise CreditFileError(code, what="; ".join(wrong.problems)) from None


def keys_of(settings: Settings) -> operator_keys.Keys:
    """Return the operator's keys."""
    return operator_keys.load(settings.lake, city_of(settings).operator.role)


def spark_of(settings: Settings) -> "SparkSession":
    """Return the command's one Spark session."""
    return session.start(settings.spark_master, settings.driver_memory, settings.spark_compiles)


@contextmanager
def lease(lake: Path, name: str) -> Iterator[None]:
    """Let one process at a time write what this name stands for; CF-8002 tells the other one to wait."""
    place = lake / "runs" / "leases"
    place.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place / f"{name}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise CreditFileError("CF-8002", where=name, undone="Nothing was started.") from None
    try:
        yield
    finally:
        lock.release()
