"""The verbs that only look. None of them writes, so `--dry-run` changes nothing about them."""

import difflib
import os
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jobs import show
from jobs.errors import CODES, CreditFileError
from jobs.options import DEFAULT, Options
from jobs.show import Answer

if TYPE_CHECKING:
    from jobs.finding import Finding

State = Literal["DRAFT", "VALIDATED", "APPROVED", "PUBLISHED", "SUPERSEDED", "RECALLED"]


def status(*, options: Options = DEFAULT) -> Answer:
    """Show what ran, what is late or held and why, and the last releases. Starts no JVM.

    Args:
        options: Where to work and how to answer.
    """
    from jobs import status as state

    found = state.status(options.settings())
    return Answer(found, state.lines(found))


def doctor(*, options: Options = DEFAULT) -> Answer:
    """Check Java, jars, disk, memory, ports, keys, offices, accounts and clock; a finding comes with what mends it.

    Args:
        options: Where to work and how to answer.
    """
    from jobs import doctor as checks

    findings = []
    for finding in _findings(options):
        findings.append(finding)
        if not options.json:
            print(finding.line(), flush=True)
    count = {verdict: sum(found.verdict == verdict for found in findings) for verdict in ("ok", "warn", "fail")}
    summary = ", ".join(f"{number} {verdict}" for verdict, number in count.items())
    return Answer(checks.report(findings), [summary], checks.exit_status(findings))


def _findings(options: Options) -> Iterator["Finding"]:
    import schemas
    from jobs import doctor as checks
    from jobs.clock import SystemClock
    from jobs.settings import Settings

    try:
        settings = options.settings()
    except CreditFileError as wrong:
        yield checks.broken(wrong, "settings")
        lake = options.lake or Path(os.environ.get("CREDITFILE_LAKE", "lake"))
        settings = Settings.model_construct(lake=lake.absolute())  # so that the other findings are still told
    try:
        schemas.sources()
        sources = settings.connected
    except schemas.ContractError as wrong:
        yield checks.broken(CreditFileError("CF-2001", what="; ".join(wrong.problems)), "contracts")
        sources = ()
    yield from checks.examine(settings, sources, SystemClock())


def explain(
    what: str,
    which: str | None = None,
    /,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    html: Path | None = None,
    options: Options = DEFAULT,
) -> Answer:
    """Explain a CF code, a `person ID`, that person's `file ID`, a record's way (`record ID`), whose it is (`link ID`).

    Args:
        what: A code like CF-1202, or the word person, file, record or link.
        which: The person_id or record_id.
        as_of: With file: the day it speaks about. Default: that of the newest version.
        known_at: With file: what had been received by then. Default: that of the newest version.
        html: Also draw the weights behind a link, into this file.
        options: Where to work and how to answer.
    """
    if what.upper().startswith("CF-") and which is None:
        return explained_code(what.upper())
    if what not in ("person", "file", "record", "link") or which is None:
        raise show.UsageError("explain a code (CF-1202), `person ID`, `file ID`, `record ID` or `link ID`")
    if what != "file" and (as_of or known_at):
        raise show.UsageError("only a file is of a day: explain file ID --as-of 2026-09-30")
    from jobs import explain as reasons

    if what == "file":
        found = reasons.file(options.settings(), which, as_of, known_at)
        return Answer(found, tree(found))
    ask = {"person": reasons.person, "record": reasons.record, "link": reasons.link}[what]
    found = ask(options.settings(), which)
    if html is not None:
        if not found.get("weights"):
            raise show.UsageError("only a link that was weighed can be drawn: explain link RECORD --html FILE")
        from jobs.link import chart

        if not options.dry_run:
            chart.write(html, which, found["weights"])
    return Answer({"format": f"creditfile.explain.{what}/1"} | found, tree(found))


def explained_code(code: str) -> Answer:
    """Say what a code means, why it comes, what to do, and how the program ends with it."""
    if code not in CODES:
        near = difflib.get_close_matches(code, CODES, n=1)
        raise show.UsageError(f"there is no code {code[:12]}{f'; did you mean {near[0]}?' if near else ''}")
    entry = CODES[code]
    told = {"format": "creditfile.explain.code/1", "code": code} | entry._asdict()
    again = "The same command may pass later." if entry.retryable else "Trying again alone does not help."
    return Answer(told, [f"{code} {entry.title}", entry.why, f"Fix: {entry.fix}", again, f"Exit: {entry.exit}"])


def plan(
    *names: str,
    batch: str | None = None,
    rules: tuple[Path, ...] = (),
    options: Options = DEFAULT,
) -> Answer:
    """Say what a run would do; or, with --rules, who would change category, tier or score if these rules stood.

    Never writes. Ends with 4 if a group's scores would shift so far that a release would hold.

    Args:
        names: Sources and steps, as for `run`.
        batch: Reporting period; with --rules the newest one that has files, if none is named.
        rules: A rule file, named as the one under schemas/rules it would replace; may be given more than once.
        options: Where to work and how to answer.
    """
    from jobs import plan as plans

    settings = options.settings()
    if not rules:
        plans.check_names(names)
        return plans.of_run(settings, names, plans.batches(settings, batch, None, None))
    if names:
        raise show.UsageError("rules are asked about for everybody: leave out sources and steps")
    from jobs import what_if
    from jobs.act import needs_java

    needs_java()
    found = what_if.changed(settings, rules, batch)
    return Answer(found, what_if.lines(found), 4 if found["held"] else 0)


def release_list(*, batch: str | None = None, state: State | None = None, options: Options = DEFAULT) -> Answer:
    """List releases, the newest last.

    Args:
        batch: Only releases of this period.
        state: Only releases in this state.
        options: Where to work and how to answer.
    """
    from jobs import status as state_of

    items = state_of.releases(options.settings().lake)
    items = [item for item in items if batch in (None, item.get("batch")) and state in (None, item["status"])]
    lines = [state_of.release_table(items)] if items else ["There is no such release."]
    return Answer({"format": "creditfile.release.list/1", "items": items}, lines)


def release_show(release_id: str, /, *, options: Options = DEFAULT) -> Answer:
    """Show one release: state, inputs, rows per bank, hashes, and who approved it.

    Args:
        release_id: The release, as `creditfile release list` names it.
        options: Where to work and how to answer.
    """
    from jobs.release import registry

    entry = registry.find(options.settings().lake, release_id)
    return Answer({"format": "creditfile.release/1"} | entry, tree(entry))


def tree(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield a nested value as indented lines."""
    pairs = value.items() if isinstance(value, Mapping) else (("-", each) for each in value)
    for name, inner in pairs:
        key = name if name == "-" else f"{name}:"
        if isinstance(inner, Mapping | list | tuple) and inner:
            yield f"{'  ' * depth}{key}"
            yield from tree(inner, depth + 1)
        else:
            yield f"{'  ' * depth}{key} {show.cell(inner if inner not in ({}, [], ()) else None)}".rstrip()
