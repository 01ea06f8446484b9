"""Bronze, silver and gate of one source's batch in one Spark application, with the sum checked at the end."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from expectations import gate, limits, metrics
from jobs import decisions, return_file, runs
from jobs.bronze import header
from jobs.bronze import step as bronze
from jobs.bronze.delivered import read
from jobs.clock import Clock
from jobs.errors import CreditFileError
from jobs.flow import REFINE
from jobs.ingest.receipt import Receipt, in_order, receipts
from jobs.keys import Keys
from jobs.runs import Run
from jobs.silver import late, rulebook
from jobs.silver import step as silver
from jobs.silver.classify import DISPOSITION, ENTRIES, REPEATED, refusal
from schemas import City, Source, SourceObject, Table

log = logging.getLogger(__name__)
Progress = Callable[[str], None]
ASIDE = ("quarantine", "duplicate", "suppressed")
FATES = ("silver", *ASIDE)


def landed(lake: Path, source: Source, batch: str) -> tuple[Receipt, ...]:
    """Return a batch's deliveries, each knowing whether it is a copy of one before it in the order of batches."""
    return tuple(receipt for receipt in in_order(receipts(lake, source.name)) if receipt.batch == batch)


def inputs(source: Source, found: tuple[Receipt, ...]) -> str:
    """Return the fingerprint of what refining a batch reads: its deliveries, and what judges them."""
    came = (f"{r.delivery_no}:{r.sha256}:{r.received_at.isoformat()}" for r in found)
    return runs.fingerprint(*came, rulebook.mark(source))


def refine(
    spark: Callable[[], SparkSession],
    lake: Path,
    city: City,
    keys: Keys,
    source: Source,
    batch: str,
    clock: Clock,
    progress: Progress,
    steps: Iterable[str] = REFINE,
    wait: Callable[[], object] = tuple,
) -> Run:
    """Bring one landed batch to silver.

    Bronze and cleaning need nobody; before the consent ledger is read `wait` is called, for whoever brings it up to
    date beside us.

    Nothing is read again that was read before: a batch whose deliveries and rules are those of its last finished
    run is left alone, without a JVM.

    Raises:
        CreditFileError: CF-1001 if nothing is landed; CF-2101 on header drift; CF-22xx or CF-2301 if the gate holds
            the batch (bronze is written, silver is as before); CF-2303 if the records do not add up.
    """
    found = landed(lake, source, batch)
    if not found:
        raise CreditFileError("CF-1001", where=f"{source.name}/{batch}", undone="Nothing was loaded.")
    mark = inputs(source, found)
    before = runs.find(lake, "silver", source.name, batch)
    if before is not None and runs.stands(before, mark):
        return before
    try:
        notes = header.check(source, found)
        for note in notes:
            log.warning("%s", note)
        if "gate" in (asked := tuple(steps)):
            gate.warm()
        accepted = decisions.find(lake, source.name, batch, mark)
        run = _refine(spark(), lake, city, keys, source, batch, found, clock, progress, asked, wait, accepted)
    except CreditFileError as stopped:
        status = "held" if stopped.exit == 4 else "failed"
        problem = stopped.problem.as_json()
        runs.write(
            lake,
            Run(
                step="silver",
                source=source.name,
                batch=batch,
                status=status,
                fingerprint=before.fingerprint if before else "",
                finished_at=clock.now(),
                problem=problem,
            ),
        )
        raise
    run = run.model_copy(update={"fingerprint": runs.revised(before, mark), "notes": (*notes, *run.notes)})
    runs.write(lake, run)
    return run


def _refine(
    spark: SparkSession,
    lake: Path,
    city: City,
    keys: Keys,
    source: Source,
    batch: str,
    found: tuple[Receipt, ...],
    clock: Clock,
    progress: Progress,
    steps: tuple[str, ...],
    wait: Callable[[], object],
    accepted: decisions.Decision | None,
) -> Run:
    seconds: dict[str, float] = {}
    started = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal started
        seconds[name] = round(seconds.get(name, 0.0) + time.perf_counter() - started, 3)
        started = time.perf_counter()

    counts: Counter[str] = Counter(received=sum(receipt.rows for receipt in found))
    reasons: Counter[str] = Counter()
    gathered: dict[str, Any] = {}
    judged: list[tuple[Table, dict[str, Any]]] = []
    made: list[silver.Refined] = []
    emptied: list[SourceObject] = []
    for item in source.objects:
        delivered = read(spark, source, item, found, lake)
        if delivered is None:
            if "silver" in steps and not _delivered(found, item):
                judged.append((item.silver, metrics.nothing(item.silver)))
            emptied.append(item)
            continue
        identified = bronze.with_identity(spark, delivered, item.bronze, keys).persist()
        if "bronze" in steps:
            bronze.write(spark, lake, source, item, batch, identified, keys)
            lap("bronze")
        if "silver" not in steps:
            identified.unpersist()
            continue
        refined = silver.refine(spark, lake, city, keys, source, item, batch, identified, wait)
        identified.unpersist()
        figures = _figures(refined.rows, metrics.columns(item.silver))
        gathered |= {f"{item.silver.thing}.{name}": value for name, value in figures.items()}
        for fate in FATES:
            counts[fate] += int(figures[fate] or 0)
        reasons += _reasons(source, refined.rows, figures)
        judged.append((item.silver, figures))
        set_aside = sum(int(figures[fate] or 0) for fate in ASIDE)
        made.append(refined._replace(kept_count=int(figures["silver"] or 0), aside_count=set_aside))
        lap("silver")
    copies = _copies(found)
    counts["duplicate"] += copies
    notes: tuple[str, ...] = ()
    if judged and "gate" in steps:
        notes = tuple(_judge(lake, source, batch, judged, accepted))
        lap("gate")
    if "silver" in steps:
        late.mark(spark, lake, source, batch, {r.item.name: r.rows for r in made})
    for refined in made:
        silver.write(spark, lake, source, batch, refined, clock.now())
        lap("silver")
    if "silver" in steps:
        for item in emptied:
            silver.clear(spark, lake, item, batch)
        return_file.write(lake, source, batch)
        _conserved(source, batch, counts)
        progress(sentence(source.name, batch, counts))
    return Run(
        step="silver" if "silver" in steps else "bronze",
        source=source.name,
        batch=batch,
        status="done",
        counts=dict(counts),
        reasons=dict(sorted(reasons.items())) | ({"COPIED_FILE": copies} if copies else {}),
        notes=notes,
        metrics=gathered,
        seconds=seconds,
        finished_at=clock.now(),
    )


def would_move(
    spark: SparkSession, lake: Path, city: City, keys: Keys, source: Source, batch: str
) -> Counter[tuple[str, str, str]]:
    """Count what today's rules would make of a batch's records set aside: old reason, new fate, its reason."""
    found: Counter[tuple[str, str, str]] = Counter()
    came = landed(lake, source, batch)
    for item in source.objects:
        delivered = read(spark, source, item, came, lake)
        if delivered is None:
            continue
        identified = bronze.with_identity(spark, delivered, item.bronze, keys)
        refined = silver.refine(spark, lake, city, keys, source, item, batch, identified, tuple)
        moved = silver.moves(spark, lake, source, batch, refined)
        if moved is not None:
            counted = moved.groupBy("from_reason_codes", "to_code", "to_reason_codes").count()
            for row in counted.toLocalIterator():
                found[first(row["from_reason_codes"]), row["to_code"], first(row["to_reason_codes"])] += row["count"]
    return found


def first(reasons: list[str]) -> str:
    """Return the decisive reason; none for silver."""
    return reasons[0] if reasons else ""


def _figures(rows: DataFrame, columns: list[Any]) -> dict[str, Any]:
    """All metrics of a batch in one aggregate; the first action on the cached rows."""
    found = rows.agg(*columns).first()
    assert found is not None  # noqa: S101  (an aggregate always has one row)
    return found.asDict()


def _reasons(source: Source, rows: DataFrame, figures: dict[str, Any]) -> Counter[str]:
    """How often each reason was given; the first reason of a record is the decisive one.

    Duplicates and suppressed records have one reason each, so only quarantine is looked into, where there is any.
    """
    found = Counter({REPEATED: int(figures["duplicate"] or 0), refusal(source): int(figures["suppressed"] or 0)})
    if figures["quarantine"]:
        aside = rows.where(f"{DISPOSITION} = 'QUARANTINE'")
        counted = aside.groupBy(F.split(F.element_at(ENTRIES, 1), " ")[0].alias("reason")).count()
        found.update({row["reason"]: row["count"] for row in counted.toLocalIterator()})
    return +found


def _copies(found: tuple[Receipt, ...]) -> int:
    """Records of files that are byte copies of one landed before: counted, and never loaded again."""
    return sum(
        file.rows
        for receipt in found
        for file in receipt.files
        if receipt.duplicate_of is not None or file.duplicate_of is not None
    )


def _delivered(found: tuple[Receipt, ...], item: SourceObject) -> int:
    """Records of one object that came, copies among them: an empty table has no frame, and is judged all the same."""
    return sum(file.rows for receipt in found for file in receipt.files if file.object == item.name)


def _judge(
    lake: Path,
    source: Source,
    batch: str,
    judged: list[tuple[Table, dict[str, Any]]],
    accepted: decisions.Decision | None,
) -> Iterable[str]:
    """Ask the gate about every object of the batch; hold on the first that fails, unless a person lets it pass.

    Returns:
        What was let pass, and by whom.
    """
    notes = []
    for table, figures in judged:
        stated = limits.of(source)
        verdict = gate.judge(source.name, batch, table, figures, stated, lake / "docs" / "quality")
        if verdict.status != "hold":
            continue
        worst = verdict.failures[0]
        is_drift = worst.rule in limits.DRIFTS
        code = "CF-2102" if is_drift else "CF-2301" if worst.rule == "QUARANTINE_SHARE" else "CF-2201"
        behind = f"; {worst.columns}" if worst.columns else ""
        asked = f"; contract {source.version}, {header.ASKED}" if is_drift else ""
        what = f"{worst.text} (observed {worst.observed}, limit {worst.limit}){behind}{asked}"
        if accepted is None or code not in decisions.ACCEPTABLE:
            raise CreditFileError(code, what=what, where=f"{table.thing} {batch}", undone="Silver is as before.")
        notes.append(f"{code} {what}: accepted by {accepted.author}, {accepted.why}")
        log.warning("%s %s: %s", table.thing, batch, notes[-1])
    return notes


def _conserved(source: Source, batch: str, counts: Counter[str]) -> None:
    """Hold the law of conservation: received = silver + quarantine + duplicate + suppressed (I1)."""
    if counts["received"] != sum(counts[fate] for fate in FATES):
        raise CreditFileError("CF-2303", what=sentence(source.name, batch, counts), where=f"{source.name}/{batch}")


def sentence(source: str, batch: str, counts: Counter[str] | dict[str, int]) -> str:
    """Return the sum at the end of a run, for people."""
    parts = " + ".join(f"{fate} {counts.get(fate, 0):,}" for fate in FATES)
    sign = "✓" if counts.get("received", 0) == sum(counts.get(fate, 0) for fate in FATES) else "✗"
    return f"{source} {batch}: received {counts.get('received', 0):,} = {parts} {sign}"
