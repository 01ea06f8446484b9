"""The verbs of linking: what waits for a person, what is decided and taken back, how good it is, what it learns."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from jobs import show
from jobs.act import agreed, needs_java
from jobs.look import tree
from jobs.options import DEFAULT, Options
from jobs.show import Answer

Switch = Annotated[bool, Parameter(negative="", show_default=False)]
NEXT = "Next: creditfile run link gold --batch BATCH"


def ls(source: str | None = None, *, options: Options = DEFAULT) -> Answer:
    """List who is near somebody and not beyond doubt, the likeliest first. Starts no JVM.

    Args:
        source: Only records of this source.
        options: Where to work and how to answer.
    """
    from jobs import plan
    from jobs.link import review

    if source is not None:
        plan.check_names((source,))
    names = ("review_id", "source", "person_id", "match_weight", "reason_codes", "record_id", "known_from_at")
    items = [{name: row[name] for name in names} for row in review.waiting(options.settings().lake, source)]
    told = [item | {"known_from_at": item["known_from_at"].isoformat()} for item in items]
    lines = (
        [
            show.table(
                ("review", "source", "person", "weight", "why", "since"),
                (
                    (row["review_id"][:12], row["source"], row["person_id"][:12], f"{row['match_weight']:.1f}")
                    + (", ".join(row["reason_codes"]), f"{row['known_from_at']:%Y-%m-%d}")
                    for row in items
                ),
            )
        ]
        if items
        else ["Nobody waits for a decision."]
    )
    return Answer({"format": "creditfile.link.review/1", "items": told}, lines)


def show_review(review_id: str, /, *, options: Options = DEFAULT) -> Answer:
    """Show both sides of one that waits, masked, and what speaks for it: each comparison with its weight.

    Opens two identities in the vault, which is logged.

    Args:
        review_id: As `creditfile link review ls` names it; its beginning is enough.
        options: Where to work and how to answer.
    """
    from jobs.context import keys_of, spark_of
    from jobs.link import explained, review

    settings = options.settings()
    row = review.one(settings.lake, review_id)
    needs_java()
    sides = review.sides(spark_of(settings), settings.lake, keys_of(settings), row)
    told: dict[str, Any] = {"review_id": row["review_id"], "person_id": row["person_id"], "record_id": row["record_id"]}
    told |= {"reasons": row["reason_codes"], **sides, "weights": explained.waterfall(row["evidence"])}
    return Answer({"format": "creditfile.link.review.one/1"} | told, tree(told))


def decide(
    review_id: str,
    /,
    *,
    same: Switch = False,
    different: Switch = False,
    why: str,
    by: str | None = None,
    options: Options = DEFAULT,
) -> Answer:
    """Decide one that waits: the same person, or a different one; who and why are kept. Asks first, or needs --yes.

    Args:
        review_id: As `creditfile link review ls` names it; its beginning is enough.
        same: It is this person.
        different: It is not this person.
        why: The reason, one sentence.
        by: Who decides. Default: the user of this process.
        options: Where to work and how to answer.
    """
    from jobs.link import review

    if same == different:
        raise show.UsageError("say --same or --different")
    row = review.one(options.settings().lake, review_id)
    return _written("MUST" if same else "CANNOT", row, why, by, options)


def part(record_id: str, /, *, why: str, by: str | None = None, options: Options = DEFAULT) -> Answer:
    """Say that a record linked without a number is not its person's; who and why are kept. Asks first, or needs --yes.

    Args:
        record_id: The record, as `creditfile explain person` names it.
        why: The reason, one sentence.
        by: Who decides. Default: the user of this process.
        options: Where to work and how to answer.
    """
    from jobs.link import review

    return _written("CANNOT", review.assignment(options.settings().lake, record_id), why, by, options)


def undo(override_id: str, /, *, why: str, by: str | None = None, options: Options = DEFAULT) -> Answer:
    """Take a decision about a link back; both files are then as if it had never been. Asks first, or needs --yes.

    Args:
        override_id: The decision, as `creditfile link decisions` names it; its beginning is enough.
        why: The reason, one sentence.
        by: Who decides. Default: the user of this process.
        options: Where to work and how to answer.
    """
    from jobs.link import review

    row = review.taken_back(options.settings().lake, override_id)
    return _written("UNDO", row, why, by, options, row["override_id"])


def decisions(*, options: Options = DEFAULT) -> Answer:
    """List what people decided about links, and what of it stands. Starts no JVM.

    Args:
        options: Where to work and how to answer.
    """
    from jobs.link import review

    rows = review.decisions(options.settings().lake)
    items = [row | {"known_from_at": row["known_from_at"].isoformat()} for row in rows]
    names = ("override_id", "override_code", "source", "person_id", "author_name", "why_text", "stands")
    table = [show.table(names, ([row[name] for name in names] for row in rows))]
    lines = table if rows else ["Nobody decided anything."]
    return Answer({"format": "creditfile.link.decisions/1", "items": items}, lines)


def quality(*, html: Path | None = None, options: Options = DEFAULT) -> Answer:
    """Say how good the links are: kinds by source, sizes, weights; precision and recall where a city's truth lies.

    Without a truth it names a sample of links for a clerk to judge.

    Args:
        html: Also draw what each agreement weighs and how heavy the links are, into this file.
        options: Where to work and how to answer.
    """
    from jobs.context import spark_of
    from jobs.link import quality as judge

    settings = options.settings()
    needs_java()
    found = judge.report(spark_of(settings), settings.lake)
    if html is not None and not options.dry_run:
        from jobs.link import chart

        chart.quality(html, found)
    lines: list[Any] = [f"judged by: {', '.join(found['judged_by'])}"]
    lines += [f"{name.replace('_', ' ')}: {count}" for name, count in found["law"].items()]
    for name, verdict in _verdicts(found.get("truth", {})):
        lines.append(
            f"{name}: precision {verdict['precision']}, recall {verdict['recall']} of {verdict['pairs']:,} pairs"
        )
    kinds = [(row["source"], row["link_kind_code"], f"{row['count']:,}") for row in found["kinds"]]
    lines.append(show.table(("source", "kind", "records"), kinds))
    lines.append(show.table(("records from", "people"), ((row["from"], row["people"]) for row in found["sizes"])))
    bars = ((row["least"], row["link_kind_code"], row["count"]) for row in found["weights"])
    lines.append(show.table(("weight from", "kind", "identities"), bars))
    if "sample" in found:
        told = ((row["source"], row["identity_hash"][:12], row["person_id"][:12]) for row in found["sample"])
        lines.append(show.table(("source", "identity", "person"), told))
    return Answer({"format": "creditfile.link.quality/1"} | found, lines)


def _verdicts(truth: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    told = [(name.replace("_", " "), truth[name]) for name in truth if not name.startswith("by_")]
    for kind in ("class", "source", "category"):
        told += [(f"{kind} {name}", verdict) for name, verdict in truth.get(f"by_{kind}", {}).items()]
    return told


def train(*, why: str, by: str | None = None, options: Options = DEFAULT) -> Answer:
    """Learn from this lake's numbers what agreements weigh; the next linking goes by it. Asks first, or needs --yes.

    Each weight is shown beside that in force; one that moved too far is marked. The same lake teaches the same.

    Args:
        why: The reason, one sentence.
        by: Who decides. Default: the user of this process.
        options: Where to work and how to answer.
    """
    import getpass

    from jobs.clock import SystemClock
    from jobs.context import lease, spark_of
    from jobs.link import parameters, training

    settings = options.settings()
    before = parameters.in_force(settings.lake)["rule_version_code"]
    if not options.dry_run and not agreed(
        "Train, and judge every identity without a number anew at the next linking?", options
    ):
        return Answer({"format": "creditfile.link.train/1", "before": before}, ["nothing changed"])
    needs_java()
    with lease(settings.lake, "link"):
        spark = spark_of(settings)
        model = training.train(spark, settings.lake)
        if not options.dry_run:
            training.write(spark, settings.lake, model, by or getpass.getuser(), why, SystemClock().now())
    is_new = model.version != before
    items = [_level(row) for row in model.rows]
    drifted = sum(item["is_drifted"] for item in items)
    told = {"format": "creditfile.link.train/1", "before": before, "version": model.version, "is_new": is_new}
    told |= {"drifted": drifted, "levels": items} | {
        name: model.rows[0][name] for name in ("person_count", "identity_count", "name_count")
    }
    names = ("comparison", "level", "m", "u", "m_pairs", "u_pairs", "weight_before", "weight")
    shown = [item | {side: f"{item[side]:.3g}" for side in ("m", "u")} for item in items]
    cells = ([*(item[name] for name in names), "moved far" if item["is_drifted"] else ""] for item in shown)
    lines: list[Any] = [show.table((*(name.replace("_", " ") for name in names), "drift"), cells)]
    lines.append(f"Learnt from {told['identity_count']:,} identities of {told['person_count']:,} people.")
    if drifted:
        lines.append(f"{drifted} weights moved far; look at them before the next linking.")
    would = "would be" if options.dry_run else "is"
    lines.append(
        f"{model.version} {would} in force after {before}." if is_new else f"{before} stays: nothing else was learnt."
    )
    return Answer(told, lines if options.dry_run or not is_new else [*lines, NEXT])


def _level(row: dict[str, Any]) -> dict[str, Any]:
    from jobs.link.parameters import MILLION

    told = {"comparison": row["comparison_name"], "level": row["level_name"]}
    for side in ("m", "u"):
        told[side] = float(row[f"{side}_value"] / MILLION)
        told[f"{side}_stated"] = float(row[f"prior_{side}_value"] / MILLION)
        told[f"{side}_pairs"] = row[f"{side}_pair_count"]
        told[f"{side}_pairs_in_all"] = row[f"{side}_total_count"]
    told |= {
        "weight": round(float(row["weight_value"]), 2),
        "weight_before": round(float(row["weight_before_value"]), 2),
    }
    return told | {"is_drifted": row["is_drifted"]}


def _written(
    code: str, row: dict[str, Any], why: str, by: str | None, options: Options, undone_id: str | None = None
) -> Answer:
    import getpass

    from jobs.clock import SystemClock
    from jobs.context import lease, spark_of
    from jobs.link import review

    settings = options.settings()
    about = {name: row[name] for name in ("source", "identity_hash", "person_id")}
    told: dict[str, Any] = {"format": "creditfile.link.decision/1", "override_code": code} | about
    words = {"MUST": "is", "CANNOT": "is not", "UNDO": "may again be or not be"}[code]
    said = f"an identity of {row['source']} {words} person {row['person_id']}"
    if options.dry_run:
        return Answer(told, [f"Would decide: {said}."])
    if not agreed(f"Decide: {said}?", options):
        return Answer(told, ["nothing changed"])
    needs_java()
    with lease(settings.lake, "link"):
        author, at = by or getpass.getuser(), SystemClock().now()
        entry = review.write(spark_of(settings), settings.lake, code, about, author, why, at, undone_id)
    return Answer(told | {"override_id": entry["override_id"]}, [f"{entry['override_id']}: {said}.", NEXT])
