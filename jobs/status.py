"""What ran, what is late or held, and why: read from run records and receipts, so no JVM is started."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs import flow, show
from jobs.errors import CODES, CreditFileError

if TYPE_CHECKING:
    from jobs.ingest.receipt import Receipt, Refusal
    from jobs.runs import Run
    from jobs.settings import Settings

ENDS = ("received", "silver", "quarantine", "duplicate", "suppressed")
CARD = (
    "source_code",
    "batch_count",
    "completeness_ratio",
    "validity_ratio",
    "timely_ratio",
    "delay_days",
    "return_days",
    "mended_count",
    "open_count",
)
"""What of an office's scorecard is shown."""

ORDER = {step.name: position for position, step in enumerate(flow.STEPS)}


def status(settings: "Settings") -> dict[str, Any]:
    """Return the state of a lake: one item per source and batch, the steps over people, and the releases."""
    from jobs import runs, scorecard
    from jobs.ingest.receipt import receipts, refusals

    names = list(settings.connected)
    landed = [receipt for name in names for receipt in receipts(settings.lake, name)]
    done = runs.read(settings.lake)
    ended = [refusal for name in names for refusal in refusals(settings.lake, name)]
    found = [*items(done, landed), *receiving(settings.lake), *refused(ended, landed)]
    cards = [{name: _plain(value) for name, value in card.items()} for card in scorecard.read(settings.lake)]
    return {
        "format": "creditfile.status/1",
        "lake": str(settings.lake),
        "items": sorted([*found, *late(found, names)], key=lambda item: (item["source"], item["batch"])),
        "people": [described(run) for run in done if not is_of_a_source(run)],
        "releases": releases(settings.lake),
        "scorecard": cards,
    }


def _plain(value: Any) -> Any:
    """Return a ratio as a number: JSON knows no decimals."""
    return float(value) if isinstance(value, Decimal) else value


def is_of_a_source(run: "Run") -> bool:
    """Say whether a run worked on one source; the others work on people or releases."""
    return run.source != "all"


def place_in_flow(run: "Run") -> int:
    """Return how far down the flow a run stands; refining as a whole ends with the gate."""
    return ORDER.get(run.step, ORDER["gate"])


def items(done: Iterable["Run"], landed: Iterable["Receipt"]) -> Iterator[dict[str, Any]]:
    """Yield one item per source and batch: how far it came, its sum, and what holds it."""
    received: dict[tuple[str, str], list[Receipt]] = {}
    for receipt in landed:
        received.setdefault((receipt.source, receipt.batch), []).append(receipt)
    worked: dict[tuple[str, str], list[Run]] = {}
    for run in done:
        if is_of_a_source(run):
            worked.setdefault((run.source, run.batch), []).append(run)
    for place in sorted(received.keys() | worked.keys()):
        in_order = sorted(worked.get(place, ()), key=place_in_flow)
        deliveries = received.get(place, [])
        yield item(place, in_order, deliveries)


def item(place: tuple[str, str], in_order: list["Run"], deliveries: list["Receipt"]) -> dict[str, Any]:
    """Return one source and batch; the first step that did not pass is what a person must look at."""
    source, batch = place
    stuck = next((run for run in in_order if run.status != "done"), None)
    shown = stuck or (in_order[-1] if in_order else None)
    counts = {"received": sum(receipt.rows for receipt in deliveries)} if deliveries else {}
    reasons: dict[str, int] = {}
    notes: dict[str, None] = {}
    for run in in_order:
        counts |= {end: run.counts[end] for end in ENDS if run.counts and end in run.counts}
        reasons |= run.reasons or {}
        notes |= dict.fromkeys(run.notes)
    return {
        "source": source,
        "batch": batch,
        "step": shown.step if shown else "ingest",
        "status": shown.status if shown else "landed",
        "deliveries": len(deliveries),
        "counts": counts,
        "reasons": reasons,
        "notes": list(notes),
        "finished_at": (shown.finished_at if shown else max(each.received_at for each in deliveries)).isoformat(),
        **problem_of(shown),
    }


def problem_of(run: "Run | None") -> dict[str, Any]:
    """Return code, why and fix of a run that did not pass; all null for one that did."""
    problem: Any = run.problem if run else None
    if isinstance(problem, str) and problem in CODES:
        problem = CreditFileError(problem).problem.as_json()
    if not isinstance(problem, Mapping):
        return {"code": None, "why": None, "fix": None}
    return {"code": problem.get("code"), "why": problem.get("what"), "fix": problem.get("fix")}


def described(run: "Run") -> dict[str, Any]:
    """Return a run over people or releases."""
    names = ("step", "batch", "status", "counts", "seconds")
    told = {name: getattr(run, name) for name in names}
    return told | {"finished_at": run.finished_at.isoformat()} | problem_of(run)


def receiving(lake: Path) -> Iterator[dict[str, Any]]:
    """Yield deliveries that are being received, or were left by a killed run."""
    for part in sorted(lake.glob("landing/*/*/*.part")):
        source, batch = part.parts[-3:-1]
        fix = f"if no run is at work: {flow.PROGRAM} run ingest {source} --batch {batch}"
        yield waiting(source, batch, "receiving", "a delivery is half received", fix)


def refused(ended: Iterable["Refusal"], landed: Iterable["Receipt"]) -> Iterator[dict[str, Any]]:
    """Yield deliveries that ended at the door, until the office has delivered their batch again."""
    newest: dict[tuple[str, str], Any] = {}
    for receipt in landed:
        place = (receipt.source, receipt.batch)
        newest[place] = max(receipt.received_at, newest.get(place, receipt.received_at))
    for refusal in ended:
        place = (refusal.source, refusal.batch)
        if place in newest and newest[place] > refusal.refused_at:
            continue
        told = "; ".join(f"{found.column}: {found.rule}, {found.values:,} found" for found in refusal.found)
        code = CODES[refusal.code]
        item = waiting(*place, "refused", f"{code.title}: {told}", code.fix)
        yield item | {"code": refusal.code, "finished_at": refusal.refused_at.isoformat()}


def late(found: Iterable[Mapping[str, Any]], names: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield sources without a batch that another source already has: what the people's steps wait for.

    The promise of each contract is not asked here, because the clock says nothing about a lake that is rebuilt.
    """
    known = {(item["source"], item["batch"]) for item in found}
    forms: dict[str, set[int]] = {}
    for source, batch in known:
        forms.setdefault(source, set()).add(len(batch))  # months and days are different rhythms
    for batch in sorted({batch for _, batch in known}):
        for name in names:
            if (name, batch) not in known and len(batch) in forms.get(name, {len(batch)}):
                fix = f"{flow.PROGRAM} run ingest {name} --batch {batch}"
                yield waiting(name, batch, "missing", "other sources have this batch", fix)


def waiting(source: str, batch: str, state: str, why: str, fix: str) -> dict[str, Any]:
    """Return an item of which no run tells."""
    empty = {"deliveries": 0, "counts": {}, "reasons": {}, "notes": [], "finished_at": None, "code": None}
    return {"source": source, "batch": batch, "step": "ingest", "status": state} | empty | {"why": why, "fix": fix}


def releases(lake: Path) -> list[dict[str, Any]]:
    """Return the registry's releases, by number; CF-8201 if an entry cannot be read."""
    from jobs.release import registry

    try:
        return registry.all_releases(lake)
    except ValueError:
        raise CreditFileError("CF-8201", where=str(registry.folder(lake))) from None


def lines(found: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the state as a person reads it: what is held first in words, then all in tables."""
    if not found["items"] and not found["releases"]:
        yield f"Nothing has run in {found['lake']} yet. Begin with: {flow.PROGRAM} demo"
        return
    headings = ("source", "batch", "step", "status", *ENDS)
    rows = (
        [item[name] for name in headings[:4]] + [item["counts"].get(end) for end in ENDS] for item in found["items"]
    )
    yield show.table(headings, rows)
    for item in found["items"]:
        if item["why"]:
            yield f"{item['source']} {item['batch']} {item['status']}: {item['why']}. Fix: {item['fix']}"
        yield from item["notes"]
    for run in found["people"]:
        why = f": {run['why']}. Fix: {run['fix']}" if run["why"] else ""
        yield f"{run['step']} {run['batch']} {run['status']}{why}"
    if found["scorecard"]:
        yield show.table(CARD, ([card[name] for name in CARD] for card in found["scorecard"]))
    if found["releases"]:
        yield release_table(found["releases"])


def release_table(entries: Iterable[Mapping[str, Any]]) -> Any:
    """Return releases as a table, with the rows each bank gets."""
    rows = (
        [entry["release_id"], entry["status"], entry.get("batch"), entry.get("person_count"), banks(entry)]
        for entry in entries
    )
    return show.table(("release", "status", "batch", "people", "banks"), rows)


def banks(entry: Mapping[str, Any]) -> str:
    """Return `<bank> <rows>` of each recipient."""
    return ", ".join(f"{bank} {rows:,}" for bank, rows in sorted((entry.get("banks") or {}).items()))
