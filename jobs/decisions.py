"""What a person decided about a batch that its gate holds: it may pass, by whom, why, and for which input.

A decision stands for the very deliveries and rules it was made about: with another delivery, contract or list the gate
judges anew.
"""

import json
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from jobs import runs
from jobs.errors import CreditFileError

ACCEPTABLE = ("CF-2201", "CF-2301")
"""Holds a person may overrule: unusual, and perhaps true. What the contract cannot read needs a contract."""


class Decision(BaseModel):
    """That a held batch may pass."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    batch: str
    fingerprint: str
    held_by: str
    author: str
    why: str
    decided_at: datetime


def _place(lake: Path, source: str, batch: str) -> Path:
    return lake / "decisions" / source / f"{batch}.json"


def held(lake: Path, source: str, batch: str) -> dict[str, str]:
    """Return the problem by which a batch is held, if a person may overrule it.

    Raises:
        CreditFileError: CF-2202 if the batch is not held, or by something that a decision does not mend.
    """
    run = runs.find(lake, "silver", source, batch)
    problem = run.problem if run is not None and run.status == "held" else None
    if problem is None or problem["code"] not in ACCEPTABLE:
        what = f"held by {problem['code']}" if problem else "the batch is not held"
        raise CreditFileError("CF-2202", what=what, where=f"{source}/{batch}", undone="Nothing was decided.")
    return problem


def write(lake: Path, decision: Decision) -> None:
    """Keep a decision; one about the same batch before it is replaced."""
    runs.write_json(_place(lake, decision.source, decision.batch), decision.model_dump(mode="json"))


def find(lake: Path, source: str, batch: str, mark: str) -> Decision | None:
    """Return the decision about this batch, if it was made about this input."""
    place = _place(lake, source, batch)
    if not place.is_file():
        return None
    decision = Decision.model_validate(json.loads(place.read_text("utf-8")))
    return decision if decision.fingerprint == mark else None
