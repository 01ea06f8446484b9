"""A model card as one page that opens without a network, in Altair: points of the bins, people now, parity."""

from html import escape
from pathlib import Path
from typing import Any

ABOUT = ("version", "kind", "rules", "data", "known_at", "trained_at", "author", "why", "outcome", "sign", "scale")


def write(place: Path, report: dict[str, Any]) -> None:
    """Write the page; it holds counts of loans and people, and no value of anybody.

    Args:
        place: the file.
        report: `jobs.score.report.report`.
    """
    import altair as alt

    given: Any = alt.Data
    sides = alt.Scale(domain=[True, False], range=["#1b7837", "#b2182b"])
    bins = [row for row in report["card"] if row["is_used"]]
    model = (
        alt.Chart(given(values=bins), title="Points of the bins")
        .mark_bar()
        .encode(
            x=alt.X("points:Q", title="points"),
            y=alt.Y("values:N", sort=None, title=None),
            color=alt.Color("is_for:N", scale=sides, legend=None),
            row=alt.Row("variable:N", sort=None, title=None, header=alt.Header(labelAngle=0, labelAlign="left")),
            tooltip=["variable:N", "values:N", "good:Q", "bad:Q", "woe:Q", "points:Q"],
        )
        .transform_calculate(is_for="datum.points > 0")
        .resolve_scale(y="independent")
    )
    groups = [row | {"axis": axis["axis"]} for axis in report["parity"] for row in axis["groups"]]
    audit = (
        alt.Chart(given(values=groups), title="Share at or above the band, by group (audit only)")
        .mark_bar()
        .encode(
            x=alt.X("ratio:Q", title="share", scale=alt.Scale(domain=[0, 1])),
            y=alt.Y("group:N", sort=None, title=None),
            row=alt.Row("axis:N", sort=None, title=None, header=alt.Header(labelAngle=0, labelAlign="left")),
            tooltip=["axis:N", "group:N", "people:Q", "ratio:Q"],
        )
        .resolve_scale(y="independent")
    )
    page = alt.vconcat(model, audit).to_html(inline=True)
    place.write_text(page.replace("<body>", f"<body>\n{_text(report)}", 1), "utf-8")


def _text(report: dict[str, Any]) -> str:
    """Head of the page: what the card is, its limits, outcomes, power and drift."""
    told = {name: report[name] for name in ABOUT} | report["loans"]
    facts = "".join(f"<tr><th>{escape(name)}</th><td>{escape(_cell(value))}</td></tr>" for name, value in told.items())
    limits = "".join(f"<li>{escape(limit)}</li>" for limit in report["limits"])
    parts = [f"<h1>Model card</h1><table>{facts}</table><h2>Limits</h2><ul>{limits}</ul>"]
    parts.append(
        _table("Power", report["power"], ("sample", "category", "good", "bad", "ks", "auc", "expert_ks", "expert_auc"))
    )
    parts.append(_table("Drift", report["drift"], ("category", "loans", "people", "psi", "verdict")))
    parts.append(_table("Parity", report["parity"], ("axis", "band", "ratio", "is_level", "small_groups")))
    return "".join(parts)


def _table(title: str, rows: list[dict[str, Any]], names: tuple[str, ...]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{escape(_cell(row[name]))}</td>' for name in names)}</tr>" for row in rows)
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>"


def _cell(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
