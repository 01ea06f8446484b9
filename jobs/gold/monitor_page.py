"""How files are spread, batch by batch, as one page that opens without a network: tiers, coverage, drift."""

from pathlib import Path
from typing import Any

from jobs.gold.monitor import BLOCK, NAME
from jobs.rows import dataset

TITLES = {
    "tier_code": "How much is known: share of people by tier",
    "score_band_code": "How good it is: share of people by band of the expert score",
    "primary_category_code": "Share of people by primary category",
}


def place(lake: Path) -> Path:
    """Return where the page lies, beside the Data Docs of the gates."""
    return lake / "docs" / "quality" / "files.html"


def write(lake: Path) -> None:
    """Write the page from every batch of `gold.file_monitor`; it holds counts only."""
    columns = ["batch_id", "figure_name", "value_code", "person_count", "person_ratio", "psi_value"]
    rows = dataset(lake, NAME).to_table(columns=columns).to_pylist()
    told = [row | {name: _number(row[name]) for name in ("person_ratio", "psi_value")} for row in rows]
    told.sort(key=lambda row: (row["batch_id"], row["figure_name"], row["value_code"]))
    place(lake).parent.mkdir(parents=True, exist_ok=True)
    place(lake).write_text(_page(told), "utf-8")


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _page(rows: list[dict[str, Any]]) -> str:
    import altair as alt

    given: Any = alt.Data
    charts = [_shares([row for row in rows if row["figure_name"] == name], title) for name, title in TITLES.items()]
    blocks = [row for row in rows if row["figure_name"].startswith(BLOCK)]
    charts.append(
        alt.Chart(given(values=blocks), title="What is there of each block, and why it is not")
        .mark_bar()
        .encode(
            x=alt.X("sum(person_count):Q", stack="normalize", title="share of people"),
            y=alt.Y("batch_id:N", title=None),
            color=alt.Color("value_code:N", title=None),
            row=alt.Row("figure_name:N", title=None, header=alt.Header(labelAngle=0, labelAlign="left")),
            tooltip=["batch_id:N", "figure_name:N", "value_code:N", "person_count:Q"],
        )
    )
    drift = {(row["batch_id"], row["figure_name"]): row["psi_value"] for row in rows if row["psi_value"] is not None}
    points = [{"batch": batch, "figure": figure, "psi": psi} for (batch, figure), psi in drift.items()]
    charts.append(
        alt.Chart(given(values=points), title="Drift against the batch before: population stability index", width=560)
        .mark_line(point=True)
        .encode(
            x=alt.X("batch:O", title=None),
            y=alt.Y("psi:Q", title="PSI"),
            color=alt.Color("figure:N", title=None),
            tooltip=["batch:O", "figure:N", "psi:Q"],
        )
    )
    return str(alt.vconcat(*charts).resolve_scale(color="independent").to_html(inline=True))


def _shares(rows: list[dict[str, Any]], title: str) -> Any:
    import altair as alt

    given: Any = alt.Data
    return (
        alt.Chart(given(values=rows), title=title, width=560)
        .mark_bar()
        .encode(
            x=alt.X("person_ratio:Q", stack="normalize", title="share of people"),
            y=alt.Y("batch_id:N", title=None),
            color=alt.Color("value_code:N", title=None),
            tooltip=["batch_id:N", "value_code:N", "person_count:Q"],
        )
    )
