"""The verb that lets a held batch pass: unusual is not always wrong, and then somebody says so."""

from jobs.act import agreed
from jobs.options import DEFAULT, Options
from jobs.show import Answer


def accept(source: str, /, *, batch: str, why: str, by: str | None = None, options: Options = DEFAULT) -> Answer:
    """Let a batch pass that its gate holds (CF-2201, CF-2301); who and why are kept. Asks first, or needs --yes.

    Stands for the deliveries and rules as they are now. Then run the batch again.

    Args:
        source: The source.
        batch: Its held period, e.g. 2026-09.
        why: The reason, one sentence.
        by: Who decides. Default: the user of this process.
        options: Where to work and how to answer.
    """
    import getpass

    from jobs import decisions, plan, refine
    from jobs.clock import SystemClock
    from jobs.context import source_of

    settings = options.settings()
    plan.check_names((source,))
    batch = plan.batches(settings, batch, None, None)[0]
    problem = decisions.held(settings.lake, source, batch)
    told = {"format": "creditfile.accept/1", "source": source, "batch": batch, "held_by": problem}
    if options.dry_run:
        return Answer(told, [f"Would let {source} {batch} pass: {problem['what']}"])
    if not agreed(f"Let {source} {batch} pass, held because {problem['what']}?", options):
        return Answer(told, ["nothing changed"])
    contract = source_of(source)
    mark = refine.inputs(contract, refine.landed(settings.lake, contract, batch))
    decision = decisions.Decision(
        source=source,
        batch=batch,
        fingerprint=mark,
        held_by=problem["code"],
        author=by or getpass.getuser(),
        why=why,
        decided_at=SystemClock().now(),
    )
    decisions.write(settings.lake, decision)
    lines = [f"{source} {batch} may pass, says {decision.author}.", f"Next: creditfile run {source} --batch {batch}"]
    return Answer(told | {"decision": decision.model_dump(mode="json")}, lines)
