"""What a command would do, and whether it may: names, periods and states judged before anything is written."""

import difflib
import shutil
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import schemas
from jobs import flow, show, status
from jobs.errors import CreditFileError
from jobs.ingest.periods import period
from jobs.release import registry
from jobs.show import Answer

if TYPE_CHECKING:
    from jobs.settings import Settings

SECONDS_A_PERSON = 0.12
"""The demo's promise: 2,000 people in less than 4 minutes on 2 cores."""

RECORDS_A_PERSON, BYTES_A_PERSON = 90, 100_000
"""Measured on the default city's three months: records of all offices; offices, landing and tables together."""

REFINE = "refine"
STEPS_TO_RUN = tuple(step.name for step in flow.STEPS if step.per != "release")


def check_names(names: Sequence[str]) -> None:
    """Raise CF-2002 if a name is neither source nor step; all wrong ones at once, with what was probably meant."""
    known = [*(source.name for source in schemas.sources()), *STEPS_TO_RUN, REFINE]
    wrong = []
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            wrong.append(f"{name[:40]}{f'; did you mean {near[0]}?' if near else ''}")
    if wrong:
        raise CreditFileError("CF-2002", what=", ".join(wrong), undone="Nothing was started.")


def batches(settings: "Settings", batch: str | None, first: str | None, last: str | None) -> list[str]:
    """Return the one batch named, or every month or day from `first` to `last`; CF-8601 if one is no period."""
    if (batch is None) == (first is None or last is None) or (batch is not None and (first or last)):
        raise show.UsageError("name the period: --batch 2026-09, or --from 2026-07 --to 2026-09")
    zone = schemas.city(settings.city).city.timezone
    if batch is not None:
        return [period(batch, zone).batch]
    begin, end = period(str(first), zone), period(str(last), zone)
    if len(begin.batch) != len(end.batch) or begin.start > end.start:
        raise show.UsageError("--from and --to must both be months or both be days, the earlier one first")
    found = [begin]
    while found[-1].batch != end.batch:
        following = found[-1].end + timedelta(hours=12)  # well inside the next period, whatever a clock change does
        found.append(period(following.strftime("%Y-%m-%d")[: len(begin.batch)], zone))
    return [each.batch for each in found]


def spelled_out(names: Sequence[str]) -> list[str]:
    """Return the names with `refine` as the steps it stands for."""
    spelled = [step for name in names for step in (flow.REFINE if name == REFINE else (name,))]
    return list(dict.fromkeys(spelled))


def steps_of(names: Sequence[str]) -> list[flow.Step]:
    """Return the steps that names stand for, in the flow's order; without a step's name, all but the release."""
    steps = set(spelled_out(names)) & set(STEPS_TO_RUN) or set(STEPS_TO_RUN)
    return [step for step in flow.STEPS if step.name in steps]


def needs_spark(names: Sequence[str]) -> bool:
    """Say whether one of the steps needs a JVM."""
    return any(step.needs_spark for step in steps_of(names))


def of_run(settings: "Settings", names: Sequence[str], periods: Sequence[str]) -> Answer:
    """Say which steps would run on what, and what their last run said."""
    from jobs import runs

    known = {(run.step, run.source, run.batch): run.status for run in runs.read(settings.lake)}
    named = [source.name for source in schemas.sources() if source.name in names]
    sources = named or settings.connected
    items = [
        {"step": step.name, "source": source, "batch": batch, "last": known.get((step.name, source, batch))}
        for batch in periods
        for step in steps_of(names)
        for source in (sources if step.per == "source" else ["all"])
    ]
    drawn = show.table(("step", "source", "batch", "last run"), ([*item.values()] for item in items))
    return Answer({"format": "creditfile.run.plan/1", "items": items}, [drawn])


def of_release(settings: "Settings", batch: str) -> Answer:
    """Say what a release of this batch would pin, and which releases of it there are."""
    from jobs import runs

    pinned = [run for run in runs.read(settings.lake) if run.batch <= batch and run.status == "done"]
    items = [{"step": run.step, "source": run.source, "batch": run.batch, "counts": run.counts} for run in pinned]
    recipients = [bank.code for bank in schemas.city(settings.city).operator.banks]
    there = [entry for entry in status.releases(settings.lake) if entry.get("batch") == batch]
    told = {"format": "creditfile.release.plan/1", "batch": batch, "banks": recipients}
    lines = [
        f"Would seal {batch} for {', '.join(recipients)} from {len(items)} runs; {len(there)} releases of it exist."
    ]
    return Answer(told | {"items": items, "releases": there}, lines)


def of_demo(settings: "Settings", people: int) -> Answer:
    """Say what the demo would do, how long it may take, and the room it has."""
    from jobs.city import DEFAULT_MONTHS

    months = list(DEFAULT_MONTHS)
    there = next(path for path in (settings.lake, *settings.lake.parents) if path.exists())
    minutes = max(1, round(people * SECONDS_A_PERSON / 60))
    records, wanted, free = people * RECORDS_A_PERSON, people * BYTES_A_PERSON, shutil.disk_usage(there).free
    if wanted > free:
        what = f"about {wanted / 2**30:,.1f} GiB wanted, {free / 2**30:,.1f} free"
        raise CreditFileError("CF-8101", what=what, where=str(there), undone="Nothing was started.")
    told: dict[str, Any] = {"format": "creditfile.demo.plan/1", "lake": str(settings.lake), "people": people}
    told |= {"months": months, "records": records, "disk_bytes": wanted, "minutes": minutes}
    first = f"Would build {people:,} people and {len(months)} months in {settings.lake}:"
    return Answer(told, [f"{first} about {records:,} records, {wanted / 2**20:,.0f} MiB, {minutes} min."])


def in_state(settings: "Settings", release_id: str, needed: str, past: Sequence[str]) -> dict[str, Any]:
    """Return a release that is in the needed state, or past it already so that nothing is left to do; else CF-5001."""
    entry = registry.find(settings.lake, release_id)
    if entry["status"] not in (needed, *past):
        what = f"{release_id} is {entry['status']}, not {needed}"
        raise CreditFileError("CF-5001", what=what, undone="Nothing was changed.")
    return entry
