"""The result of a bench for people: a chart (SVG) and beside it the same figures as a text."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

HEADINGS = ("what", "seconds", "min", "max", "start", "warm-up", "CPU of all", "peak MB", "JVM MB")


def rows(figures: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Return a row per contender, as HEADINGS."""

    def told(spread: Mapping[str, Any] | None, which: str = "median", digits: int = 2) -> str:
        return f"{spread[which]:.{digits}f}" if spread else ""

    return [
        (name, told(one["seconds"]), told(one["seconds"], "min"), told(one["seconds"], "max"))
        + tuple(told(one.get(figure)) for figure in ("start", "warm", "cpu"))
        + tuple(told(one.get(figure), "max", 0) for figure in ("peak_mb", "jvm_mb"))
        for name, one in figures.items()
    ]


def verdicts(targets: list[dict[str, Any]]) -> list[str]:
    """Return a line per target: what was measured, what it may be, and whether that passes."""
    said = {True: "pass", False: "fall short", None: "not measured"}
    return [
        f"{said[one['passes']]}: {one['figure']} {'' if one['measured'] is None else one['measured']} "
        f"(at most {one['limit']}): {one['means']}"
        for one in targets
    ]


def text(title: str, figures: Mapping[str, Mapping[str, Any]], targets: list[dict[str, Any]]) -> str:
    """Return figures and targets as plain text."""
    body = [HEADINGS, *rows(figures)]
    widths = [max(len(row[place]) for row in body) for place in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in body]
    return "\n".join([title, "", *lines, "", *verdicts(targets)]) + "\n"


def draw(
    place: Path, title: str, figures: Mapping[str, Mapping[str, Any]], targets: list[dict[str, Any]]
) -> tuple[Path, Path]:
    """Write the chart and the text: medians as bars, from fastest to slowest run as a line.

    Args:
        place: the files' name without ending.
        title: what was measured, on what.
        figures: by contender, as `jobs.bench.rounds.spread`.
        targets: `jobs.bench.targets.judged`.

    Returns:
        The SVG and the text file.
    """
    import altair as alt

    values = [{"what": name} | dict(one["seconds"]) for name, one in figures.items()]
    given: Any = alt.Data
    base = alt.Chart(given(values=values), title=title, width=560).encode(y=alt.Y("what:N", sort=None, title=None))
    bars = base.mark_bar(color="#4c78a8").encode(x=alt.X("median:Q", title="seconds (bar: median; line: min to max)"))
    spans = base.mark_rule(color="black", strokeWidth=2).encode(x="min:Q", x2="max:Q")
    labels = base.mark_text(align="left", dx=4).encode(x="max:Q", text=alt.Text("median:Q", format=".2f"))
    drawn, written = place.with_suffix(".svg"), place.with_suffix(".txt")
    (bars + spans + labels).save(str(drawn), format="svg")
    written.write_text(text(title, figures, targets), "utf-8")
    return drawn, written
