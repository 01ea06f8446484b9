"""The verbs of the trained score: learn a card from what became of loans, and show what it is worth."""

from pathlib import Path
from typing import Any

from jobs import show
from jobs.act import agreed, needs_java
from jobs.options import DEFAULT, Options
from jobs.show import Answer

BINS = ("variable", "values", "good", "bad", "woe", "iv", "beta", "points")
DRIFT = ("category", "loans", "people", "psi", "verdict")
POWER = ("sample", "category", "good", "bad", "ks", "auc", "expert_ks", "expert_auc")
PARITY = ("axis", "band", "ratio", "is_level", "small_groups")


def train(*, why: str, by: str | None = None, options: Options = DEFAULT) -> Answer:
    """Learn a scorecard from what became of this lake's loans. Asks first, or needs --yes.

    No file changes: files keep the expert score. With too few outcomes there is no card. The same lake gives the same.

    Args:
        why: The reason, one sentence.
        by: Who decides. Default: the user of this process.
        options: Where to work and how to answer.
    """
    import getpass

    from jobs.clock import SystemClock
    from jobs.context import city_of, lease, spark_of
    from jobs.score import learn, report

    settings = options.settings()
    if not options.dry_run and not agreed("Train a scorecard and keep it? No file changes by it.", options):
        return Answer({"format": "creditfile.score.train/1"}, ["nothing changed"])
    needs_java()
    is_new = False
    with lease(settings.lake, "gold"):
        spark = spark_of(settings)
        model = learn.train(spark, settings.lake, city_of(settings))
        if not options.dry_run:
            is_new = learn.write(spark, settings.lake, model, by or getpass.getuser(), why, SystemClock().now())
    bins, power = [report.shown(row) for row in model.rows], report.power(model.measures)
    variables = report.summed(model.rows)
    told: dict[str, Any] = {"format": "creditfile.score.train/1", "version": model.version, "is_new": is_new}
    told |= {"variables": variables, "card": bins, "power": power}
    lines: list[Any] = [_table(BINS, [row for row in bins if row["is_used"]]), _table(POWER, power)]
    left = ", ".join(row["variable"] for row in variables if not row["is_used"])
    lines += [f"Left out, since they tell too little or nothing of their own: {left}."] if left else []
    kept = "would be kept" if options.dry_run else "is kept" if is_new else "was there: nothing else was learnt"
    return Answer(told, [*lines, f"{model.version} {kept}.", *([] if options.dry_run else [NEXT])])


NEXT = "Next: creditfile score card"


def card(*, html: Path | None = None, options: Options = DEFAULT) -> Answer:
    """Show the model card of the score trained last: data, outcomes, bins, KS and AUC, PSI and CSI, parity, limits.

    Args:
        html: Also write it as one page with charts, into this file.
        options: Where to work and how to answer.
    """
    from jobs.context import city_of, spark_of
    from jobs.score import card as rows
    from jobs.score import report
    from jobs.score.rule import rule

    settings = options.settings()
    rows.newest(settings.lake)  # what is not there needs no JVM
    needs_java()
    found = report.report(spark_of(settings), settings.lake, city_of(settings), rule())
    if html is not None and not options.dry_run:
        from jobs.score import chart

        chart.write(html, found)
    lines: list[Any] = [f"{name}: {_said(found[name])}" for name in ABOUT]
    lines += [f"{name}: {count:,}" for name, count in found["loans"].items()]
    lines.append(_table(BINS, [row for row in found["card"] if row["is_used"]]))
    lines += [_table(POWER, found["power"]), _table(DRIFT, found["drift"]), _table(PARITY, found["parity"])]
    moved = [f"{row['category']} {name} {value}" for row in found["drift"] for name, value in _moved(row)]
    lines += [f"CSI at or above watch: {', '.join(moved)}"] if moved else []
    lines += [f"Limit: {limit}" for limit in found["limits"]]
    return Answer({"format": "creditfile.score.card/1"} | found, lines)


ABOUT = ("version", "kind", "is_in_force", "known_at", "trained_at", "author", "why", "outcome", "sign", "scale")


def _moved(row: dict[str, Any]) -> list[tuple[str, float]]:
    from jobs.score.rule import rule

    watch = rule().stability.watch
    return [(name, value) for name, value in row["csi"].items() if value is not None and value >= watch]


def _said(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _table(names: tuple[str, ...], rows: list[dict[str, Any]]) -> Any:
    return show.table(names, ([("" if row[name] is None else row[name]) for name in names] for row in rows))
