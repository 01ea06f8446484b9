"""The verbs of quarantine: count what was set aside, look at one record, judge all again after a mended rule."""

from jobs import show
from jobs.act import needs_java
from jobs.look import tree
from jobs.options import DEFAULT, Options
from jobs.show import Answer, Steps


def ls(
    source: str | None = None, *, batch: str | None = None, reason: str | None = None, options: Options = DEFAULT
) -> Answer:
    """Count records set aside by source, batch, reason, owner and age, most first, and name the offices' return files.

    Starts no JVM. A return file tells the office place, column and reason of each fault, and no value.

    Args:
        source: Only this source.
        batch: Only this period, e.g. 2026-09.
        reason: Only records set aside for this reason first, e.g. CODE_UNKNOWN.
        options: Where to work and how to answer.
    """
    from jobs import plan, quarantine, return_file
    from jobs.clock import SystemClock

    if source is not None:
        plan.check_names((source,))
    settings = options.settings()
    items = quarantine.counts(settings, SystemClock().now(), source, batch, reason)
    returns = [str(path) for path in return_file.written(settings.lake, source)]
    headings = list(items[0]) if items else []
    lines = [show.table(headings, ([*item.values()] for item in items))] if items else ["Nothing is in quarantine."]
    lines += [f"return file: {path}" for path in returns]
    return Answer({"format": "creditfile.quarantine/1", "items": items, "return_files": returns}, lines)


def show_record(record_id: str, /, *, options: Options = DEFAULT) -> Answer:
    """Show one quarantined record: its reasons, its place in the delivery, and its fields, masked.

    Args:
        record_id: The record, as `creditfile explain record` and the quarantine tables name it.
        options: Where to work and how to answer.
    """
    from jobs import quarantine

    found = quarantine.show(options.settings(), record_id)
    return Answer({"format": "creditfile.quarantine.record/1"} | found, tree(found))


def replay(
    source: str | None = None, /, *, batch: str | None = None, reason: str | None = None, options: Options = DEFAULT
) -> Answer:
    """Judge records set aside again by today's contract, code lists and rules; what passes moves once, history stays.

    A batch is judged as a whole, and so are the later ones that its records change. Then run link and gold.

    Args:
        source: Only this source.
        batch: Only this period, e.g. 2026-09, and what its records change after it.
        reason: Only batches with records set aside for this reason first, e.g. CODE_UNKNOWN.
        options: Where to work and how to answer.
    """
    import schemas
    from jobs import answers, plan
    from jobs.clock import SystemClock

    settings = options.settings()
    if source is not None:
        plan.check_names((source,))
    if reason is not None and reason not in schemas.codes("reason"):
        raise show.UsageError(f"there is no reason {reason[:40]}; see: creditfile quarantine ls")
    only = plan.batches(settings, batch, None, None)[0] if batch else None
    needs_java()
    from jobs import replay as again

    names = [source] if source else []
    with Steps(quiet=options.quiet) as progress:
        found = again.replay(settings, names, only, reason, SystemClock(), progress, is_dry=options.dry_run)
    return answers.replay(found, is_dry=options.dry_run)
