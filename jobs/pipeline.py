"""The flow as the CLI, the demo and the tests call it: one function a step, settings in, a plain dict out."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any

from jobs import people, runs
from jobs.abreast import AT_ONCE
from jobs.clock import Clock, SystemClock
from jobs.context import Progress, city_of, keys_of, lease, quiet, source_of, spark_of
from jobs.errors import CreditFileError
from jobs.flow import REFINE, STEPS
from jobs.ingest.periods import period
from jobs.ingest.step import ingest as land
from jobs.releases import approve_release, build_release, publish
from jobs.settings import Settings

__all__ = [
    "approve_release",
    "build_release",
    "city_of",
    "gold",
    "ingest",
    "link",
    "ordered",
    "publish",
    "quality_docs",
    "refine",
    "refine_many",
    "run_many",
    "source_of",
    "spark_of",
]


def ingest(
    settings: Settings, source: str, batch: str, clock: Clock, again: bool = False, progress: Progress = quiet
) -> dict[str, Any]:
    """Land a batch of one source; needs no JVM."""
    contract = source_of(source)
    result = land(contract, batch, lake=settings.lake, endpoint=settings.endpoint(source), clock=clock, again=again)
    for note in result.notes:
        progress(note)
    landed = [{"delivery_no": r.delivery_no, "rows": r.rows, "bytes": r.bytes} for r in result.landed]
    progress(f"{source} {batch}: landed {sum(r.rows for r in result.landed):,} records")
    return {"source": source, "batch": batch, "landed": landed, "earlier": len(result.earlier)}


def refine(
    settings: Settings,
    source: str,
    batch: str,
    steps: Iterable[str] = REFINE,
    progress: Progress = quiet,
    clock: Clock | None = None,
    before_silver: Callable[[], object] = tuple,
) -> dict[str, Any]:
    """Bring a landed batch of one source to silver: bronze, silver and gate in one Spark application."""
    from jobs.refine import refine as run

    contract = source_of(source)
    period(batch, contract.timezone)
    with lease(settings.lake, f"refine-{source}"):
        result = run(
            lambda: spark_of(settings),
            settings.lake,
            city_of(settings),
            keys_of(settings),
            contract,
            batch,
            clock or SystemClock(),
            progress,
            steps,
            before_silver,
        )
    return result.model_dump(mode="json", exclude={"metrics"})


def catch_up(settings: Settings, progress: Progress = quiet, clock: Clock | None = None) -> None:
    """Refine again, in order, what a batch that came late has made stale (`jobs.silver.late`).

    A batch that its gate holds now stays as it was and says so in `creditfile status`.
    """
    stopped_at: set[tuple[str, str]] = set()
    while stale := [
        run
        for run in runs.read(settings.lake, "silver")
        if run.status == runs.STALE and (run.source, run.batch) not in stopped_at
    ]:
        first = min(stale, key=lambda run: (run.batch, source_of(run.source).loads_by_ledger, run.source))
        try:
            refine(settings, first.source, first.batch, progress=progress, clock=clock)
        except CreditFileError as stopped:
            stopped_at.add((first.source, first.batch))
            progress(f"{first.source} {first.batch}: stopped by {stopped.problem.code}")


def link(settings: Settings, batch: str, progress: Progress = quiet, clock: Clock | None = None) -> dict[str, Any]:
    """Link every silver batch that is not linked yet, once all of them are up to date."""
    catch_up(settings, progress, clock)
    return people.link(settings, batch, progress, clock)


def gold(settings: Settings, batch: str, progress: Progress = quiet, clock: Clock | None = None) -> dict[str, Any]:
    """Build a batch's files, and again those of later batches that rest on what has come late."""
    built = people.gold(settings, batch, progress, clock)
    for run in runs.read(settings.lake, "gold"):
        if run.batch > batch and run.status == "done":
            people.gold(settings, run.batch, progress, clock)
    return built


def ordered(names: Sequence[str]) -> list[str]:
    """Return sources so that the consent ledger comes first: others are loaded by it."""
    contracts = [source_of(name) for name in names]
    return [c.name for c in sorted(contracts, key=lambda c: (c.loads_by_ledger, c.name))]


def refine_many(
    settings: Settings, names: Sequence[str], batch: str, progress: Progress, clock: Clock | None = None
) -> tuple[list[dict[str, Any]], list[CreditFileError]]:
    """Refine several sources side by side in one session; what needs the consent ledger waits for it.

    Much of a small batch is waiting: for planning, for commits. So more sources run at once than there are cores. A
    source whose batch is held stops nobody else.

    Returns:
        What was refined, and what stopped the others.
    """
    free: list[Future[dict[str, Any]]] = []
    found: list[Future[dict[str, Any]]] = []
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        for name in ordered(names):
            needs_ledger = source_of(name).loads_by_ledger
            held = partial(wait, tuple(free)) if needs_ledger else tuple
            found.append(pool.submit(refine, settings, name, batch, REFINE, progress, clock, held))
            if not needs_ledger:
                free.append(found[-1])
    stopped = [error for one in found if isinstance(error := one.exception(), CreditFileError)]
    return [one.result() for one in found if not isinstance(one.exception(), CreditFileError)], stopped


def run_many(
    settings: Settings, names: Sequence[str], batches: Sequence[str], clock: Clock, progress: Progress = quiet
) -> dict[str, Any]:
    """Run sources and steps, each batch in order; an office that is down stops only its own source.

    Args:
        settings: the settings.
        names: sources and steps; none means every source and then link and gold.
        batches: periods, in order.
        clock: now.
        progress: told what happens.

    Returns:
        `items` with one entry per run and `errors`; the worst error's exit is the command's.
    """
    steps = {step.name for step in STEPS}
    chosen = [name for name in names if name not in steps] or settings.connected
    wanted = [name for name in names if name in steps] or ["ingest", *REFINE, "link", "gold"]
    items: list[dict[str, Any]] = []
    errors: list[CreditFileError] = []

    def attempt(step: Callable[..., dict[str, Any]], *told: Any) -> bool:
        try:
            items.append(step(settings, *told, progress=progress))
        except CreditFileError as stopped:
            errors.append(stopped)
            progress(f"{told[0]}: stopped by {stopped.problem.code}")
            return False
        return True

    for batch in batches:
        for name in ordered(chosen):
            went = "ingest" not in wanted or attempt(ingest, name, batch, clock)
            if went and (part := [step for step in REFINE if step in wanted]):
                attempt(partial(refine, clock=clock), name, batch, part)
        if "link" in wanted:
            attempt(partial(link, clock=clock), batch)
        if "gold" in wanted:
            attempt(partial(gold, clock=clock), batch)
    quality_docs(settings)
    return {"items": items, "errors": errors}


def quality_docs(settings: Settings) -> Path:
    """Build the Data Docs site from what this process has judged; nothing to do if it judged nothing."""
    from expectations import gate
    from jobs import scorecard

    place = settings.lake / "docs" / "quality"
    gate.build_docs(place, scorecard.read(settings.lake))
    return place
