"""The verbs of the bench: what our work costs on this machine, beside plain tools that do the same."""

from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from jobs import show
from jobs.act import needs_java
from jobs.options import DEFAULT, Options
from jobs.show import Answer, Steps

Switch = Annotated[bool, Parameter(negative="", show_default=False)]
Count = Annotated[int, Parameter(validator=Number(gte=1))]
Rows = Annotated[int, Parameter(validator=Number(gte=1000))]


def link(*, rows: Rows = 1_000_000, runs: Count = 5, peers: Switch = False, options: Options = DEFAULT) -> Answer:
    """Measure linking records, and a day of one in a hundred new; with --peers plain Splink too, on Spark and DuckDB.

    Answers are compared with the truth before a time is believed. Results are kept under LAKE/runs/bench.

    Args:
        rows: Records, invented under a fixed seed.
        runs: How often each is measured, in turns; each process first links 2,000 records uncounted.
        peers: Measure the scripts under tests/bench/peers too, which only a clone of the repository has.
        options: Where to work and how to answer.
    """
    from jobs.bench import link as bench
    from jobs.clock import SystemClock

    if peers and not bench.SCRIPTS.is_dir():
        raise show.UsageError("the peers lie in tests/bench/peers of a clone of the repository")
    settings = options.settings()
    if options.dry_run:
        told = {"format": "creditfile.bench/1", "bench": bench.NAME, "rows": rows, "runs": runs, "peers": peers}
        return Answer(told, [f"Would link {rows:,} records {runs} times{', beside plain Splink' if peers else ''}."])
    needs_java()
    with Steps(quiet=options.quiet) as progress:
        return _told(bench.measure(settings, rows, runs, peers, SystemClock(), progress))


def start(*, runs: Count = 9, options: Options = DEFAULT) -> Answer:
    """Measure how long `creditfile --help` and `creditfile status` take. Starts no JVM.

    On the lake given, or on one made for it if nothing has run there. Results are kept under LAKE/runs/bench.

    Args:
        runs: How often each is measured, in turns, after one that does not count.
        options: Where to work and how to answer.
    """
    settings = options.settings()
    if options.dry_run:
        told = {"format": "creditfile.bench/1", "bench": "start", "runs": runs}
        return Answer(told, [f"Would start the program {runs} times each way."])
    from jobs.bench import start as bench
    from jobs.clock import SystemClock

    with Steps(quiet=options.quiet) as progress:
        return _told(bench.measure(settings, runs, SystemClock(), progress))


def _told(found: dict[str, Any]) -> Answer:
    from jobs.bench import drawing

    lines: list[Any] = [show.table(drawing.HEADINGS, drawing.rows(found["figures"]))]
    for name, said in found.get("agreements", {}).items():
        lines.append(f"{name}: " + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in said.items()))
    return Answer(
        {"format": "creditfile.bench/1"} | found, [*lines, *drawing.verdicts(found["targets"]), found["chart"]]
    )
