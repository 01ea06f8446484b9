"""Quarantine that comes back: after a mended rule, list, contract or cleaner, what was set aside is judged again.

A batch is judged as a whole and from what was landed, so that the result is what a rebuild under today's rules would
give: a record that enters silver may make a later one its duplicate. For the same reason the batches after one whose
records moved are judged too. A batch already judged by today's rules is left alone, so a second replay moves nothing.
What became of each record stands in `history.<source>`.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import schemas
from jobs import lake as tables
from jobs import pipeline, quarantine, refine, runs
from jobs.clock import Clock, FixedClock
from jobs.context import Progress, city_of, keys_of, source_of, spark_of
from jobs.errors import CreditFileError
from jobs.rows import dataset
from jobs.settings import Settings
from schemas import Source

Move = tuple[str, str, str]
"""First reason it was set aside for; what became of it; first reason of that."""


def replay(
    settings: Settings,
    names: list[str],
    batch: str | None,
    reason: str | None,
    clock: Clock,
    progress: Progress,
    *,
    is_dry: bool,
) -> dict[str, Any]:
    """Judge again the batches that hold records set aside, and say what moved and what stayed, by reason.

    Args:
        settings: the settings.
        names: sources; none means every source.
        batch: only this batch, and those after it that its records change.
        reason: only batches with a record set aside for this reason first.
        clock: now.
        progress: told what happens.
        is_dry: only say what would move; writes nothing. Later batches are then not looked at.

    Raises:
        CreditFileError: CF-2302 if there is nothing to judge again.
    """
    chosen = pipeline.ordered(names or [source.name for source in schemas.sources()])
    work = {name: stale for name in chosen if (stale := _stale(settings, source_of(name), batch, reason))}
    if not work:
        where = "/".join(filter(None, (" ".join(names) or "all sources", batch, reason)))
        raise CreditFileError("CF-2302", where=where, undone="Nothing was changed.")
    items: list[dict[str, Any]] = []
    errors: list[CreditFileError] = []
    for name, concerned in work.items():
        try:
            for item in (_dry if is_dry else _moved)(settings, source_of(name), concerned, clock, progress):
                items.append(item)  # one by one: what moved before an error is told
        except CreditFileError as stopped:
            errors.append(stopped)
    return {"items": items, "errors": errors}


def _stale(settings: Settings, source: Source, batch: str | None, reason: str | None) -> list[str]:
    """Return the batches, in order, with records set aside that were judged by other rules than today's."""
    found = quarantine.waiting(settings.lake, source.name, batch, reason)
    return [one for one in sorted(found) if not _is_judged(settings, source, one)]


def _is_judged(settings: Settings, source: Source, batch: str) -> bool:
    mark = refine.inputs(source, refine.landed(settings.lake, source, batch))
    return runs.stands(runs.find(settings.lake, "silver", source.name, batch), mark)


def _moved(
    settings: Settings, source: Source, concerned: list[str], clock: Clock, progress: Progress
) -> Iterator[dict[str, Any]]:
    """Refine the concerned batches, and every later one once a record has reached silver."""
    known = sorted({run.batch for run in runs.read(settings.lake, "silver") if run.source == source.name})
    at = FixedClock(clock.now())  # one moment for the whole replay: by it its moves are found again
    is_changed = False
    for batch in known:
        if not (batch in concerned or is_changed) or _is_judged(settings, source, batch):
            continue
        pipeline.refine(settings, source.name, batch, progress=progress, clock=at)
        moves = Counter(_written(settings, source, batch, at))
        is_changed = is_changed or any(to == "SILVER" for _, to, _ in moves)
        yield _item(settings, source, batch, moves)


def _written(settings: Settings, source: Source, batch: str, at: Clock) -> Iterator[Move]:
    import pyarrow.compute as pc

    for item in source.objects:
        name = f"history.{item.silver.thing}"
        if tables.exists(settings.lake, name):
            rows = dataset(settings.lake, name, batch).to_table(
                columns=["from_code", "from_reason_codes", "to_code", "to_reason_codes", "judged_at"],
                filter=pc.field("judged_at") == at.now(),
            )
            yield from map(_move, rows.to_pylist())


def _dry(
    settings: Settings, source: Source, concerned: list[str], clock: Clock, progress: Progress
) -> Iterator[dict[str, Any]]:
    for batch in concerned:
        progress(f"{source.name} {batch}: judging again, writing nothing")
        found = refine.would_move(
            spark_of(settings), settings.lake, city_of(settings), keys_of(settings), source, batch
        )
        yield _item(settings, source, batch, found)


def _item(settings: Settings, source: Source, batch: str, moves: Counter[Move]) -> dict[str, Any]:
    told = [
        {"reason": reason, "to": to, "to_reason": other, "records": count}
        for (reason, to, other), count in sorted(moves.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return {"source": source.name, "batch": batch, "moved": sum(moves.values()), "moves": told}


def _move(row: dict[str, Any]) -> Move:
    return refine.first(row["from_reason_codes"]), row["to_code"], refine.first(row["to_reason_codes"])
