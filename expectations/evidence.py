"""Where the gate's evidence lies, and how earlier batches are read back from it: for trends and for the pages.

`<docs>/evidence/validations/<suite>/<batch>/<known at>/<suite>.json` is a Great Expectations validation result; its
`meta.creditfile` holds the batch's figures and verdict. The same delivery judged again replaces its own result.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

META = "creditfile"
CARDS = "scorecard.json"


class Run(NamedTuple):
    """One judged batch of one table."""

    suite: str
    batch: str
    known_at: str
    status: str
    figures: dict[str, float]
    page: str


def folder(docs: Path) -> Path:
    """Return the folder of suites and results, beside the pages made from them."""
    return docs / "evidence"


def moment(batch: str, figures: dict[str, float]) -> str:
    """Return when a batch became known, as the library writes it; an empty batch has its period's first day."""
    first = date.fromisoformat(batch if len(batch) > len("2026-09") else f"{batch}-01")
    seconds = figures.get("known_at") or datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp()
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def note(batch: str, status: str, figures: dict[str, float]) -> dict[str, Any]:
    """Return what a result's `meta` must carry for `runs` to find it."""
    return {"batch": batch, "status": status, "figures": figures}


def keep_cards(evidence: Path, cards: Sequence[Mapping[str, Any]]) -> None:
    """Keep the offices' scorecard for the index page, which knows nothing but the evidence."""
    (evidence / CARDS).write_text(json.dumps([*cards], default=str), "utf-8")


def cards(evidence: Path) -> list[dict[str, Any]]:
    """Return the offices' scorecard as last kept."""
    place = evidence / CARDS
    return list(json.loads(place.read_text("utf-8"))) if place.is_file() else []


def suites(evidence: Path) -> list[str]:
    """Return the names of all suites that were ever judged."""
    return sorted(path.name for path in (evidence / "validations").glob("*") if path.is_dir())


def runs(evidence: Path, suite: str, before: str | None = None) -> list[Run]:
    """Return the last judgement of each batch of a suite, oldest first; only of batches `before` one, if stated."""
    found: list[Run] = []
    for batch in sorted(path for path in (evidence / "validations" / suite).glob("*") if path.is_dir()):
        judged = sorted(batch.glob("*/*.json"))
        if judged and (before is None or batch.name < before):
            last = judged[-1]
            meta = json.loads(last.read_text("utf-8"))["meta"][META]
            page = last.relative_to(evidence).with_suffix(".html").as_posix()
            found.append(Run(suite, batch.name, last.parent.name, meta["status"], meta["figures"], page))
    return found
