"""On what a bench ran: cores, memory, versions; no name of a host, no path."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import psutil

PACKAGES = ("creditfile", "pyspark", "delta-spark", "splink", "duckdb", "pyarrow")
GIB = 2**30


def facts() -> dict[str, Any]:
    """Return cores that may be used, GiB of memory, system, and the versions of what was measured."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / GIB, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "java": _java(),
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    command = os.path.join(home, "bin", "java") if home else "java"
    try:
        told = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return None
    return told.stdout.partition("\n")[0] or None
