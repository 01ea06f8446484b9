"""What ran, with what result: one small JSON file per step, source and batch, readable without a JVM.

A finished run remembers the fingerprint of what it read; the same command on the same input then does nothing.
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

ALL = "all"
STALE = "stale"


class Run(BaseModel):
    """One finished, held or failed run of a step."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str
    source: str
    batch: str
    status: str
    fingerprint: str = ""
    counts: dict[str, int] = {}
    reasons: dict[str, int] = {}
    notes: tuple[str, ...] = ()
    metrics: dict[str, float | int | None] = {}
    seconds: dict[str, float] = {}
    finished_at: datetime
    problem: dict[str, Any] | None = None


def _place(lake: Path, step: str, source: str, batch: str) -> Path:
    return lake / "runs" / step / source / f"{batch}.json"


def write(lake: Path, run: Run) -> None:
    """Keep a run, by rename, so that a reader never sees half of it."""
    write_json(_place(lake, run.step, run.source, run.batch), run.model_dump(mode="json"))


def write_json(place: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file by rename."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    part.replace(place)


def find(lake: Path, step: str, source: str, batch: str) -> Run | None:
    """Return the latest run of a step, or None."""
    place = _place(lake, step, source, batch)
    return Run.model_validate_json(place.read_bytes()) if place.is_file() else None


def same_input(run: Run, mark: str) -> bool:
    """Say whether a run read just this input."""
    return run.fingerprint.partition("-")[0] == mark


def revised(before: Run | None, mark: str) -> str:
    """Return the fingerprint of a run made again: another one even if its input is the same, for whoever reads it."""
    if before is None or not before.fingerprint:
        return mark
    return f"{mark}-{int(before.fingerprint.partition('-')[2] or 0) + 1}"


def mark_stale(lake: Path, run: Run) -> None:
    """Say that a finished run would now end otherwise: it counts as not done until it has run again."""
    write(lake, run.model_copy(update={"status": STALE}))


def stands(run: Run | None, mark: str) -> bool:
    """Say whether a run is finished and read just this input: then there is nothing to run again."""
    return run is not None and run.status == "done" and same_input(run, mark)


def done(lake: Path, step: str, source: str, batch: str, fingerprint: str) -> Run | None:
    """Return the finished run that read just this input, or None."""
    run = find(lake, step, source, batch)
    return run if run is not None and run.status == "done" and run.fingerprint == fingerprint else None


def read(lake: Path, step: str = "*") -> list[Run]:
    """Return all runs, by step, source and batch; release records are no runs."""
    places = sorted(p for p in (lake / "runs").glob(f"{step}/*/*.json") if not p.name.endswith(".part"))
    return [Run.model_validate_json(place.read_bytes()) for place in places]


def fingerprint(*parts: str) -> str:
    """Return a short hash over what a run read."""
    return sha256("|".join(parts).encode()).hexdigest()[:16]
