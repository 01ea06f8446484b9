"""The steps that work on people: link what is new, then facts and the files that changed."""

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import schemas
from jobs import runs
from jobs.clock import Clock, SystemClock
from jobs.context import Progress, city_of, keys_of, lease, quiet, spark_of
from jobs.errors import CreditFileError
from jobs.ingest.periods import period
from jobs.ingest.receipt import receipts
from jobs.runs import Run
from jobs.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def link(settings: Settings, batch: str, progress: Progress = quiet, clock: Clock | None = None) -> dict[str, Any]:
    """Link every silver batch that is not linked yet, and follow what people have decided since."""
    from jobs.link import review, step

    with lease(settings.lake, "link"):
        waiting = step.pending(settings.lake)
        decided = runs.fingerprint(*review.state(settings.lake))
        if not waiting and decided == _decided_before(settings):
            progress(f"link {batch}: nothing new")
            return {"step": "link", "batch": batch, "records": 0, "linked": 0, "people": 0, "made": 0}
        started = time.perf_counter()
        work = [one for one, _ in waiting]
        counts = step.link(spark_of(settings), settings.lake, keys_of(settings), work)
        now = (clock or SystemClock()).now()
        for one, run in waiting:
            done = Run(step="link", source=one.source.name, batch=one.batch, status="done", finished_at=now)
            runs.write(settings.lake, done.model_copy(update={"fingerprint": run.fingerprint}))
        spent = {"link": round(time.perf_counter() - started, 3)}
        total = Run(
            step="link",
            source=runs.ALL,
            batch=batch,
            status="done",
            fingerprint=decided,
            counts=counts,
            seconds=spent,
            finished_at=now,
        )
        runs.write(settings.lake, total)
    if counts["capped"]:
        progress(
            f"link {batch}: {counts['capped']:,} identities share a phone or account with too many to mean anything"
        )
    progress(
        f"link {batch}: {counts['linked']:,} of {counts['records']:,} records linked, {counts['made']:,} people new, "
        f"{counts['to_review']:,} to be asked about"
    )
    return {"step": "link", "batch": batch, **counts, "seconds": spent}


def _decided_before(settings: Settings) -> str:
    """Return the mark of the decisions that the last linking followed."""
    from jobs.link import review

    totals = [run for run in runs.read(settings.lake, "link") if run.source == runs.ALL]
    last = max(totals, key=lambda run: (run.finished_at, run.batch), default=None)
    return last.fingerprint if last else runs.fingerprint(*review.NOTHING)


def known_at(settings: Settings, batch: str) -> datetime:
    """Return K for a batch: when the last delivery of this or an earlier batch was received."""
    zone = city_of(settings).city.timezone
    end = period(batch, zone).end
    received = [
        receipt.received_at
        for source in schemas.sources()
        for receipt in receipts(settings.lake, source.name)
        if period(receipt.batch, zone).end <= end
    ]
    if not received:
        raise CreditFileError("CF-1001", where=f"all sources/{batch}", undone="Nothing was built.")
    return max(received)


def conflicts_counted(files: "DataFrame") -> dict[str, int]:
    """Return how many of these files have each conflict, by `conflict:attribute:best:other`."""
    from pyspark.sql import functions as F

    each = files.select(F.explode("conflicts").alias("conflict")).groupBy("conflict").count()
    found = each.agg(F.map_from_entries(F.collect_list(F.struct("conflict", "count")))).first()
    return {f"conflict:{conflict}": files for conflict, files in sorted(found[0].items())} if found else {}


def gold(settings: Settings, batch: str, progress: Progress = quiet, clock: Clock | None = None) -> dict[str, Any]:
    """Build facts and the files that changed, as of the batch's last day and as known from its deliveries."""
    from expectations import gate, metrics
    from jobs import lake as tables
    from jobs import scorecard
    from jobs.gold import monitor, monitor_page, rules, step
    from jobs.gold.features import Moment
    from jobs.gold.fresh import fresh_sources

    city = city_of(settings)
    zone = city.city.timezone
    end = period(batch, zone).end
    known = known_at(settings, batch)
    moment = Moment(step.as_of(end), known, fresh_sources(settings.lake, known))
    # what later batches brought was not known at K: a batch is not built again for it
    standing = [run for run in runs.read(settings.lake, "link") if period(run.batch, zone).end <= end]
    linked = [f"{run.source}:{run.batch}:{run.fingerprint}" for run in standing]
    try:
        stated = rules.versions()
    except schemas.ContractError as wrong:
        raise CreditFileError("CF-4101", what="; ".join(wrong.problems), undone="Nothing was built.") from None
    mark = runs.fingerprint(*linked, str(moment), *stated)
    with lease(settings.lake, "gold"):
        if (before := runs.done(settings.lake, "gold", runs.ALL, batch, mark)) is not None:
            progress(f"gold {batch}: nothing new")
            return before.model_dump(mode="json", exclude={"metrics"})
        started = time.perf_counter()
        gate.warm()
        spark = spark_of(settings)
        files = step.build(spark, settings.lake, city, keys_of(settings), batch, moment)
        table = schemas.table("gold.credit_file")
        first = files.agg(*metrics.columns(table)).first()
        figures = first.asDict() if first else {}
        verdict = gate.judge("credit_file", batch, table, figures, {}, settings.lake / "docs" / "quality")
        if verdict.status == "hold":
            worst = verdict.failures[0]
            raise CreditFileError(
                "CF-4201", what=f"{worst.text} (observed {worst.observed}, limit {worst.limit})", where=f"gold {batch}"
            )
        tables.replace_batch(spark, settings.lake, table.name, batch, files)
        monitor.write(spark, settings.lake, batch)
        monitor_page.write(settings.lake)
        scorecard.write(spark, settings.lake, batch)
        counts = {"versions": int(figures["received"] or 0)} | conflicts_counted(files)
        spent = {"gold": round(time.perf_counter() - started, 3)}
        now = (clock or SystemClock()).now()
        run = Run(
            step="gold", source=runs.ALL, batch=batch, status="done", counts=counts, seconds=spent, finished_at=now
        )
        runs.write(settings.lake, run.model_copy(update={"fingerprint": mark}))
    progress(f"gold {batch}: {counts['versions']:,} files new or changed")
    return run.model_dump(mode="json", exclude={"metrics"})
