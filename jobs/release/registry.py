"""The registry of releases and their states: DRAFT, VALIDATED, APPROVED, PUBLISHED, then SUPERSEDED or RECALLED.

Each state is a row of `release.batch` and the newest one also a small JSON file, readable without a JVM.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from jobs.errors import CreditFileError
from jobs.runs import write_json

NEXT = {
    None: {"DRAFT"},
    "DRAFT": {"VALIDATED"},
    "VALIDATED": {"APPROVED"},
    "APPROVED": {"PUBLISHED"},
    "PUBLISHED": {"SUPERSEDED", "RECALLED"},
    "SUPERSEDED": {"RECALLED"},
}
"""Transitions that exist; any other is refused."""


def folder(lake: Path) -> Path:
    """Return where the newest state of each release lies."""
    return lake / "runs" / "release"


def all_releases(lake: Path) -> list[dict[str, Any]]:
    """Return every release's newest state, by number."""
    import json

    return [json.loads(path.read_text("utf-8")) for path in sorted(folder(lake).glob("*.json"))]


def find(lake: Path, release_id: str) -> dict[str, Any]:
    """Return one release's newest state; CF-5002 if there is none."""
    for release in all_releases(lake):
        if release["release_id"] == release_id:
            return release
    raise CreditFileError("CF-5002", what=release_id)


def number(lake: Path, batch: str, category: str = "ALL", area: str = "ALL") -> str:
    """Return the next free release number of a batch: NC-yyyymm-category-area-seq; numbers are never used twice."""
    stem = f"NC-{batch.replace('-', '')}-{category}-{area}-"
    used = [int(r["release_id"].removeprefix(stem)) for r in all_releases(lake) if r["release_id"].startswith(stem)]
    return f"{stem}{max(used, default=0) + 1:03d}"


def move(lake: Path, release: dict[str, Any], status: str, at: datetime, who: str, why: str = "") -> dict[str, Any]:
    """Bring a release to its next state; CF-5001 for a transition that does not exist."""
    before = release.get("status")
    if status not in NEXT.get(before, set()):
        raise CreditFileError("CF-5001", what=f"{before} to {status}", where=release["release_id"])
    moved = release | {"status": status, f"{status.lower()}_at": at.isoformat(), f"{status.lower()}_by": who}
    if why:
        moved |= {f"{status.lower()}_why": why}
    write_json(folder(lake) / f"{release['release_id']}.json", moved)
    return moved
