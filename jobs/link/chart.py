"""What linking weighs as pages that open without a network, in Altair: one link's weights, and those of the model."""

from pathlib import Path
from typing import Any

HEADING = "Weights behind the link of record {record_id}"
FOR, AGAINST, PRIOR = "for", "against", "prior"


def bars(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one bar per comparison that says something, from where the sum stood to where it stands then."""
    told = []
    for place, step in enumerate(steps):
        if step["weight"] == 0:
            continue
        side = PRIOR if place == 0 else FOR if step["weight"] > 0 else AGAINST
        name = step["comparison"] if place == 0 else f"{step['comparison']}: {step['agreement']}"
        told.append({"compared": name, "from": step["sum"] - step["weight"], "to": step["sum"], "side": side} | step)
    return told


def write(place: Path, record_id: str, steps: list[dict[str, Any]]) -> None:
    """Write the chart as one HTML file; it holds no value of a person, only what was compared and how it agrees.

    Args:
        place: the file.
        record_id: whose link it is.
        steps: `jobs.link.explained.waterfall`.
    """
    import altair as alt

    given: Any = alt.Data
    colours = alt.Scale(domain=[FOR, AGAINST, PRIOR], range=["#1b7837", "#b2182b", "#7f7f7f"])
    chart = (
        alt.Chart(given(values=bars(steps)), title=HEADING.format(record_id=record_id), width=560)
        .mark_bar()
        .encode(
            x=alt.X("compared:N", sort=None, title=None, axis=alt.Axis(labelAngle=-25)),
            y=alt.Y("from:Q", title="log2 match weight"),
            y2="to:Q",
            color=alt.Color("side:N", scale=colours, title=None),
            tooltip=["comparison:N", "agreement:N", "weight:Q", "sum:Q"],
        )
    )
    place.write_text(chart.to_html(inline=True), "utf-8")


def quality(place: Path, report: dict[str, Any]) -> None:
    """Write two charts as one HTML file: what each level of agreement weighs, and how many identities weigh how much.

    Args:
        place: the file.
        report: `jobs.link.quality.report`.
    """
    import altair as alt

    given: Any = alt.Data
    sides = alt.Scale(domain=[True, False], range=["#1b7837", "#b2182b"])
    model = (
        alt.Chart(given(values=report["model"]), title=f"What agreements weigh ({', '.join(report['judged_by'])})")
        .mark_bar()
        .encode(
            x=alt.X("weight:Q", title="log2 of m over u"),
            y=alt.Y("level:N", sort=None, title=None),
            color=alt.Color("is_for:N", scale=sides, legend=None),
            row=alt.Row("comparison:N", sort=None, title=None),
            tooltip=["comparison:N", "level:N", "weight:Q"],
        )
        .transform_calculate(is_for="datum.weight > 0")
        .resolve_scale(y="independent")
    )
    links = (
        alt.Chart(given(values=report["weights"]), title="Identities without a number by match weight", width=560)
        .mark_bar()
        .encode(
            x=alt.X("least:O", title="log2 match weight, from"),
            y=alt.Y("sum(count):Q", title="identities"),
            color=alt.Color("link_kind_code:N", title="link"),
            tooltip=["least:O", "link_kind_code:N", "count:Q"],
        )
    )
    place.write_text(alt.vconcat(model, links).to_html(inline=True), "utf-8")
