"""The weights behind a link as a page that opens without a network: bars from the prior to the sum, in Altair."""

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
