"""The demo: a synthetic city, its offices as real servers, three deliveries of each, files, and one release.

Nothing in it is a short cut: the same steps run against the same connectors as in production. Only the clock is the
city's: a batch is fetched at the instant its office delivers, so that two demos of one seed are equal.
"""

import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from jobs import city, keys, pipeline, runs
from jobs.city import offices
from jobs.clock import FixedClock
from jobs.settings import Settings

Progress = Callable[[str], None]
APPROVER = "demo-approver"

FEW_PEOPLE = 5_000
"""Up to so many people, the batches of all but one office are smaller than what compiling their plans costs."""


def demo(
    settings: Settings,
    people: int,
    seed: int,
    difficulty: float,
    progress: Progress,
    sources: Sequence[str] = (),
) -> dict[str, Any]:
    """Run everything on an invented city: history as one first delivery of each source, then two increments.

    Args:
        settings: lake, city and Spark.
        people: how many people the city has.
        seed: equal seeds give equal cities, files and releases.
        difficulty: scales the faults, 0 to 3.
        progress: told what happens.
        sources: only these; none means all.

    Returns:
        The object of design.md, section 6.
    """
    seconds: dict[str, float] = {}
    held: list[dict[str, str]] = []

    def timed(step: str, call: Callable[..., Any], *told: Any, **more: Any) -> Any:
        started = time.perf_counter()
        result = call(*told, **more)
        seconds[step] = seconds.get(step, 0.0) + time.perf_counter() - started
        return result

    lake = settings.lake
    manifest = timed("city", city.build, lake, people, seed, city.DEFAULT_MONTHS, difficulty, city=settings.city)
    progress(f"city: {people:,} people, {len(manifest.months)} months of deliveries")
    profile = pipeline.city_of(settings)
    keys.make(lake, seed if profile.operator.role == "sandbox" else None)
    names = pipeline.ordered(_with_ledger(sources or [name for name in city.sources() if name in settings.connected]))
    last = max(city.received_at(name, manifest.months[-1]) for name in names)
    with offices.open(lake / "city"):
        compiles = settings.spark_compiles and people > FEW_PEOPLE
        settings = Settings(lake=lake, city=settings.city, spark_master=settings.spark_master, spark_compiles=compiles)
        for batch in manifest.months:
            for name in names:
                clock = FixedClock(city.received_at(name, batch))
                timed("ingest", pipeline.ingest, settings, name, batch, clock, progress=progress)
            progress(f"refine {batch}: {len(names)} sources side by side")
            _, stopped = timed("refine", pipeline.refine_many, settings, names, batch, progress, FixedClock(last))
            held += [{"batch": batch, "code": error.code, "where": error.problem.where} for error in stopped]
            for error in stopped:
                progress(f"{error.problem.where}: stopped by {error.code}, the others go on")
            timed("link", pipeline.link, settings, batch, progress, FixedClock(last))
            progress(f"gold {batch}: facts and files")
            timed("gold", pipeline.gold, settings, batch, progress, FixedClock(last))
    release = timed("release", _release, settings, manifest.months[-1], last, progress)
    timed("docs", pipeline.quality_docs, settings)
    return summary(settings, people, [release], seconds) | ({"held": held} if held else {})


def _with_ledger(sources: Sequence[str]) -> list[str]:
    """Add the ledger of consent where a source is loaded by it: without it nothing would be loaded."""
    is_needed = any(pipeline.source_of(name).loads_by_ledger for name in sources)
    return sorted({*sources, *(["consent_grant"] if is_needed else [])})


def _release(settings: Settings, batch: str, last: datetime, progress: Progress) -> dict[str, Any]:
    """Build, approve and publish, each at its own hour of the day after the last delivery."""
    built = FixedClock(last + timedelta(days=1))
    release = pipeline.build_release(settings, batch, progress, built)
    if release["status"] == "VALIDATED":
        approved = FixedClock(last + timedelta(days=1, hours=1))
        why = "sandbox: invented people only"
        pipeline.approve_release(settings, release["release_id"], APPROVER, why, progress, approved)
    published = FixedClock(last + timedelta(days=1, hours=2))
    return pipeline.publish(settings, release["release_id"], progress, published)


def summary(
    settings: Settings, people: int, releases: list[dict[str, Any]], seconds: dict[str, float]
) -> dict[str, Any]:
    """Return what the demo says at its end: sums per source over all batches, files, releases, cost."""
    from jobs.gold.census import census

    sums: dict[str, Counter[str]] = {}
    for run in runs.read(settings.lake, "silver"):
        sums.setdefault(run.source, Counter()).update(run.counts)
    fields = ("received", "silver", "quarantine", "duplicate", "suppressed")
    found = census(settings.lake)
    return {
        "sources": {name: {field: counts[field] for field in fields} for name, counts in sorted(sums.items())},
        "people": people,
        **found,
        "releases": [{"release_id": r["release_id"], "status": r["status"], "banks": r["banks"]} for r in releases],
        "seconds": {step: round(value, 1) for step, value in seconds.items()},
        "peak_rss_mb": _peak_mb(),
    }


def _peak_mb() -> int:
    """Peak memory of this process and of its JVM, in MiB."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scale = 1 if sys.platform == "linux" else 1024
    return (own // scale + _jvm_peak_bytes() // 1024) // 1024


def _jvm_peak_bytes() -> int:
    """High-water mark of the running JVM's memory; 0 if none was started or the system cannot tell."""
    from pyspark import SparkContext

    from jobs.bench.measured import high_water

    gateway = SparkContext._gateway  # noqa: SLF001
    process = getattr(gateway, "proc", None)
    return high_water(process.pid) if process else 0
