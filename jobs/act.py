"""The verbs that change a lake. Each asks what it must, calls its step, and answers in one shape."""

import signal
import sys
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from jobs import show
from jobs.errors import CreditFileError
from jobs.options import DEFAULT, Options
from jobs.show import Answer, Steps

People = Annotated[int, Parameter(validator=Number(gte=1))]
Seed = Annotated[int, Parameter(validator=Number(gte=0))]
Difficulty = Annotated[float, Parameter(validator=Number(gte=0, lte=3))]


def demo(
    *,
    people: People = 2000,
    seed: Seed = 1,
    difficulty: Difficulty = 1.0,
    sources: str = "",
    city: str | None = None,
    options: Options = DEFAULT,
) -> Answer:
    """Build a synthetic city, take three deliveries of each of its offices, and release files to two banks.

    Args:
        people: Newcomers and others who live in the city.
        seed: The same seed gives the same city, byte for byte.
        difficulty: How faulty the deliveries are: 0 clean, 1 as in life, 3 the worst.
        sources: Only these, divided by commas; the ledger of consent comes with those that need it. Default: all.
        city: Profile under schemas/cities. Default: CREDITFILE_CITY, else shanghai.
        options: Where to work and how to answer.
    """
    from jobs import answers, plan

    settings = options.settings(city)
    chosen = tuple(filter(None, sources.split(",")))
    plan.check_names(chosen)
    needs_java()
    if options.dry_run:
        return plan.of_demo(settings, people)
    from jobs import demo as city_to_release

    with Steps(quiet=options.quiet) as progress:
        found = city_to_release.demo(settings, people, seed, difficulty, progress, chosen)
    return Answer(found, answers.demo_lines(settings, found))


def city(
    *,
    people: People = 2000,
    seed: Seed = 1,
    first: Annotated[str | None, Parameter(name="--from")] = None,
    last: Annotated[str | None, Parameter(name="--to")] = None,
    difficulty: Difficulty = 1.0,
    city: str | None = None,
    options: Options = DEFAULT,
) -> Answer:
    """Build a synthetic city under LAKE/city: its people, its offices' records, and the truth set aside.

    Args:
        people: People who live in the city.
        seed: The same seed gives the same city, byte for byte.
        first: First month of deliveries, e.g. 2026-07. Default: the demo's three months.
        last: Last month of deliveries.
        difficulty: How faulty the deliveries are: 0 clean, 1 as in life, 3 the worst.
        city: Profile under schemas/cities. Default: CREDITFILE_CITY, else shanghai.
        options: Where to work and how to answer.
    """
    from jobs import plan
    from jobs.city import DEFAULT_MONTHS, build

    settings = options.settings(city)
    months = plan.batches(settings, None, first, last) if first or last else list(DEFAULT_MONTHS)
    if any(len(month) > len("2026-07") for month in months):
        raise show.UsageError("a city delivers by months: --from 2026-07 --to 2026-09")
    told = {"format": "creditfile.city/1", "city": settings.city, "people": people, "seed": seed, "months": months}
    if options.dry_run:
        return Answer(told, [f"Would build {settings.city}: {people:,} people, {', '.join(months)}, seed {seed}."])
    with Steps(quiet=options.quiet) as progress:
        progress(f"building {settings.city}: {people:,} people, {len(months)} months")
        records = build(settings.lake, people, seed, months, difficulty, settings.city).records
    lines = [f"{settings.lake / 'city'}: {people:,} people.", "Open its offices: creditfile city up"]
    return Answer(told | {"records": records}, lines)


def city_up(
    *, fault: Annotated[tuple[str, ...], Parameter(negative="", show_default=False)] = (), options: Options = DEFAULT
) -> Answer:
    """Open the city's offices on loopback until stopped; writes where they are to LAKE/city/endpoints.yaml.

    Args:
        fault: A fault of the catalogue to switch on, e.g. F24; may be given several times.
        options: Where to work and how to answer.
    """
    settings = options.settings()
    folder = settings.lake / "city"
    if not folder.is_dir():
        raise show.UsageError(f"there is no city in {settings.lake}; build one first: creditfile city")
    from jobs.city import offices

    if unknown := sorted(set(fault) - offices.KNOWN.keys()):
        raise show.UsageError(f"no office can show {', '.join(unknown)}; there are {', '.join(sorted(offices.KNOWN))}")
    if options.dry_run:
        told = {"format": "creditfile.city/1", "city": str(folder), "faults": list(fault)}
        return Answer(told, [f"Would open the offices of {folder}."])
    with offices.open(folder, fault):
        opened = options.settings().endpoints  # the offices have just written where they are
        items = [{"source": source, "url": endpoint.url} for source, endpoint in sorted(opened.items())]
        ready = Answer(
            {"format": "creditfile.city/1", "items": items, "faults": list(fault)},
            [f"{item['source']:<24}{item['url']}" for item in items] + ["Open until stopped by Ctrl-C."],
        )
        show.answer(ready, as_json=options.json)
        sys.stdout.flush()
        while True:  # any signal that does not end us only wakes us
            signal.pause()


def run(
    *names: str,
    batch: str | None = None,
    first: Annotated[str | None, Parameter(name="--from")] = None,
    last: Annotated[str | None, Parameter(name="--to")] = None,
    options: Options = DEFAULT,
) -> Answer:
    """Take batches through the steps: for the sources and steps named, or for all; picks up where it stopped.

    Args:
        names: Sources and steps. Steps: ingest, bronze, silver, gate (refine = these last three), link, gold.
        batch: Reporting period: a month like 2026-09 or a day like 2026-09-30.
        first: First period of a backfill.
        last: Last period of a backfill.
        options: Where to work and how to answer.
    """
    from jobs import answers, plan
    from jobs.clock import SystemClock

    settings = options.settings()
    plan.check_names(names)
    batches = plan.batches(settings, batch, first, last)
    if plan.needs_spark(names):
        needs_java()
    if options.dry_run:
        return plan.of_run(settings, names, batches)
    from jobs import pipeline

    with Steps(quiet=options.quiet) as progress:
        found = pipeline.run_many(settings, plan.spelled_out(names), batches, SystemClock(), progress)
    return answers.run(found)


def release_build(*, batch: str, options: Options = DEFAULT) -> Answer:
    """Seal one batch of credit files for the banks that have consent: DRAFT, and VALIDATED once the gates pass.

    Args:
        batch: Reporting period, e.g. 2026-09.
        options: Where to work and how to answer.
    """
    from jobs import answers, plan

    settings = options.settings()
    batch = plan.batches(settings, batch, None, None)[0]
    needs_java()
    if options.dry_run:
        return plan.of_release(settings, batch)
    from jobs import pipeline

    with Steps(quiet=options.quiet) as progress:
        found = pipeline.build_release(settings, batch, progress)
    return answers.release(found)


def release_approve(release_id: str, /, *, why: str, by: str | None = None, options: Options = DEFAULT) -> Answer:
    """Approve a validated release; who and why are kept with it. Asks first, or needs --yes.

    Args:
        release_id: The release, as `creditfile release list` names it.
        why: The reason, one sentence.
        by: Who decides. Default: the user of this process.
        options: Where to work and how to answer.
    """
    import getpass

    from jobs import answers, plan

    settings = options.settings()
    entry = plan.in_state(settings, release_id, "VALIDATED", past=("APPROVED", "PUBLISHED"))
    if options.dry_run:
        return answers.release(entry, "would be approved")
    if not agreed(f"Approve release {release_id} ({entry['status']})?", options):
        return answers.release(entry, "nothing changed")
    from jobs import pipeline

    return answers.release(pipeline.approve_release(settings, release_id, by or getpass.getuser(), why))


def publish(release_id: str, /, *, options: Options = DEFAULT) -> Answer:
    """Hand each bank exactly its rows of an approved release, and the changes. Asks first, or needs --yes.

    Args:
        release_id: The release, as `creditfile release list` names it.
        options: Where to work and how to answer.
    """
    from jobs import answers, plan

    settings = options.settings()
    entry = plan.in_state(settings, release_id, "APPROVED", past=("PUBLISHED",))
    if options.dry_run:
        return answers.release(entry, "would be published")
    if not agreed(f"Hand release {release_id} to {', '.join(sorted(entry.get('banks') or {}))}?", options):
        return answers.release(entry, "nothing changed")
    needs_java()
    from jobs import pipeline

    with Steps(quiet=options.quiet) as progress:
        found = pipeline.publish(settings, release_id, progress)
    return answers.release(found)


def airflow(*, options: Options = DEFAULT) -> Answer:
    """Start Airflow on this machine with DAGs, connection and pools set, until stopped; for development.

    Args:
        options: Where to work and how to answer.
    """
    import os

    from jobs import airflow_up

    settings = options.settings()
    if options.dry_run:
        variables = airflow_up.environment(settings).items()
        ours = {name: value for name, value in variables if os.environ.get(name) != value}
        told = {"format": "creditfile.airflow/1", "command": "airflow standalone", "environment": ours}
        return Answer(told, ["airflow standalone", *(f"{name}={value}" for name, value in sorted(ours.items()))])
    needs_java()

    def ready(door: airflow_up.Door) -> None:
        place = str(airflow_up.home(settings) / "passwords.json")
        told = {"format": "creditfile.airflow/1", "url": door.url, "user": door.user, "password_file": place}
        show.answer(Answer(told, [f"Airflow: {door.url}  user {door.user}  password in {place}"]), as_json=options.json)
        sys.stdout.flush()

    with Steps(quiet=options.quiet) as progress:
        return Answer({}, (), airflow_up.up(settings, progress, ready))


def docs(
    *, check: Annotated[bool, Parameter(negative="", show_default=False)] = False, options: Options = DEFAULT
) -> Answer:
    """Write the generated pages under schemas/docs: data dictionary, error codes, command line.

    Args:
        check: Only compare; exit 9 and the names of stale pages if they differ.
        options: Where to work and how to answer.
    """
    from jobs import reference

    folder, pages = reference.FOLDER, reference.all_pages()
    stale = reference.stale(folder, pages)
    if taken := reference.breaking(folder):
        raise CreditFileError("CF-2003", what="; ".join(taken), where="schemas", undone="No page was written.")
    told = {"format": "creditfile.docs/1", "pages": sorted(pages), "stale": stale}
    if check or options.dry_run:
        lines = [f"stale: {name}" for name in stale] or [f"{len(pages)} pages are fresh."]
        return Answer(told, [*lines, *(["Fix: creditfile docs"] if stale else [])], 9 if check and stale else 0)
    reference.write(folder, pages)
    return Answer(told, [f"{len(pages)} pages in {folder}, {len(stale)} of them changed."])


def needs_java() -> None:
    """Raise CF-9201 before anything else is done, so that the first line says what to install."""
    from jobs import session

    session.check_java()


def agreed(question: str, options: Options) -> bool:
    """Ask for what discloses or decides; where nobody sits at the terminal only --yes answers."""
    if options.yes:
        return True
    if not sys.stdin.isatty():
        raise show.UsageError("nobody can be asked here; add --yes if this is meant")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
