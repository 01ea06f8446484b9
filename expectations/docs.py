"""Data Docs in our own words: a page per source with its batches, a page per batch with every rule, and an index.

Great Expectations builds the site from its results; these are the renderers, view and index it is configured with.
Its own pages group by figure, load styles and scripts from six foreign hosts, and know no Chinese; ours are plain
HTML that loads nothing, and hold figures and words of contracts only.
"""

from pathlib import Path
from typing import Any

import jinja2
from great_expectations.render.renderer.site_builder import SiteBuilder

import schemas
from expectations.evidence import META, Run, cards, runs, suites
from expectations.extra import suite_name
from expectations.metrics import slug
from schemas import Source, Table

Cell = str | dict[str, Any]
Document = dict[str, Any]

COUNTS = {
    "received": "收到 received",
    "silver": "入库 silver",
    "quarantine": "隔离 quarantine",
    "duplicate": "重复 duplicate",
    "suppressed": "不予入库 suppressed",
}
STATUS = {"pass": "✓ 通过 pass", "hold": "✗ 暂停 hold"}
GRADE = {"error": "必须 must hold", "warning": "提示 note"}


def table_of(suite: str) -> Table | None:
    """Return the table a suite judges; None if its contract is gone."""
    layers = ("silver", "link", "gold", "release")
    return next((t for t in schemas.tables() if t.layer in layers and suite_name(t) == suite), None)


def source_of(table: Table) -> Source | None:
    """Return the source that delivers a silver table."""
    return next((s for s in schemas.sources() for item in s.objects if item.silver.name == table.name), None)


def title(suite: str) -> str:
    """Return a suite's title: Chinese name of the source, and its name in code."""
    table = table_of(suite)
    source = source_of(table) if table else None
    return f"{source.title} {suite}" if source else suite


def _number(figure: float | None) -> str:
    if figure is None:
        return "–"
    return f"{figure:,.0f}" if float(figure).is_integer() else f"{figure:,.4f}"


def _share(run: Run) -> Cell:
    """Share in quarantine, as text and as a bar."""
    ratio = run.figures.get("quarantine_ratio", 0)
    return {"text": f"{ratio:.2%}", "meter": min(ratio, 1.0)}


def _aside(run: Run) -> dict[str, float]:
    """Records set aside, by reason and column, the most frequent first."""
    counts = {name.removeprefix("aside__"): n for name, n in run.figures.items() if name.startswith("aside__") and n}
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _reason(slugged: str) -> tuple[str, str, str]:
    """Column, Chinese and English words of a reason."""
    reason, _, column = slugged.partition("__")
    known = schemas.codes("reason").get(reason)
    return column, known.zh_name if known else "", known.en_name if known else reason


class SourcePage:
    """The page of one source: its batches, what was set aside and why, and the rules in plain words."""

    def __init__(self, evidence: str) -> None:
        self.evidence = Path(evidence)

    def render(self, suite: Any) -> Document:
        """Return the page of a suite as titled tables."""
        judged = runs(self.evidence, suite.name)[::-1]
        table = table_of(suite.name)
        source = source_of(table) if table else None
        batches = {
            "id": "batches",
            "title": "批次 Batches",
            "head": ["批次 batch", "结论 verdict", *COUNTS.values(), "隔离占比 share"],
            "rows": [self._batch(run) for run in judged],
        }
        rules = {
            "id": "rules",
            "title": "规则 Rules",
            "head": ["规则 rule", "说明", "In plain words", "字段 column", "下限 min", "上限 max", "等级 severity"],
            "rows": [self._rule(configured) for configured in suite.expectations],
        }
        aside = [self._quarantine(run, source) for run in judged if _aside(run)]
        lead = source.description if source else (table.description if table else "")
        return {"title": title(suite.name), "lead": lead, "up": "../index.html", "sections": [batches, *aside, rules]}

    def _batch(self, run: Run) -> list[Cell]:
        counts: list[Cell] = [_number(run.figures.get(count)) for count in COUNTS]
        if _aside(run):
            at = list(COUNTS).index("quarantine")
            counts[at] = {"text": counts[at], "href": f"#quarantine-{run.batch}"}
        return [{"text": run.batch, "href": f"../{run.page}"}, STATUS[run.status], *counts, _share(run)]

    def _quarantine(self, run: Run, source: Source | None) -> Document:
        ask = f"creditfile quarantine ls {source.name} --batch {run.batch}" if source else ""
        return {
            "id": f"quarantine-{run.batch}",
            "title": f"隔离原因 Quarantine {run.batch}",
            "note": ask,
            "head": ["字段 column", "原因", "Reason", "记录数 records"],
            "rows": [[column or "–", zh, en, _number(n)] for (column, zh, en), n in self._counted(run)],
        }

    def _rule(self, configured: Any) -> list[Cell]:
        stated, asked = configured.meta, configured.configuration.kwargs
        return [
            stated["rule"],
            stated["zh"],
            stated["en"],
            stated["column"] or "–",
            _number(asked.get("min_value")),
            _number(asked.get("max_value")),
            GRADE[stated["severity"]],
        ]

    def _counted(self, run: Run) -> list[tuple[tuple[str, str, str], float]]:
        return [(_reason(slugged), n) for slugged, n in _aside(run).items()]


class BatchPage:
    """The page of one batch: the verdict, the counts, and every rule with what was observed, broken ones first."""

    HEAD = (
        "结果 result",
        "说明",
        "In plain words",
        "观测值 observed",
        "下限 min",
        "上限 max",
        "隔离 set aside",
        "等级 severity",
    )

    def __init__(self, evidence: str) -> None:
        self.evidence = Path(evidence)

    def render(self, result: Any) -> Document:
        """Return the page of a validation result as titled tables."""
        meta = result.meta[META]
        figures = meta["figures"]
        counts = {
            "id": "counts",
            "title": "数量 Counts",
            "head": list(COUNTS.values()),
            "rows": [[_number(figures.get(count)) for count in COUNTS]],
        }
        outcomes = sorted(result.results, key=lambda outcome: bool(outcome.success))
        rules = {
            "id": "rules",
            "title": "规则 Rules",
            "head": list(self.HEAD),
            "rows": [self._rule(outcome, figures) for outcome in outcomes],
        }
        return {
            "title": f"{title(result.suite_name)} · {meta['batch']}",
            "lead": STATUS[meta["status"]],
            "up": f"../../../../expectations/{result.suite_name}.html",
            "sections": [counts, rules],
        }

    def _rule(self, outcome: Any, figures: dict[str, float]) -> list[Cell]:
        stated, asked = outcome.expectation_config.meta, outcome.expectation_config.kwargs
        failed = "✗ 不符 broken" if stated["severity"] == "error" else "! 注意 note"
        aside = figures.get(f"aside__{slug(stated['rule'], stated['column'])}")
        return [
            "✓ 符合 holds" if outcome.success else failed,
            stated["zh"],
            stated["en"],
            _number(figures.get(asked["column"])),
            _number(asked.get("min_value")),
            _number(asked.get("max_value")),
            _number(aside),
            GRADE[stated["severity"]],
        ]


class PlainView:
    """Turns a page into HTML: one template, everything escaped, nothing loaded from anywhere."""

    def __init__(self) -> None:
        folder = jinja2.FileSystemLoader(Path(__file__).parent)
        self.template = jinja2.Environment(loader=folder, autoescape=True).get_template("docs.html.j2")

    def render(self, document: Document, **_: Any) -> str:
        """Return the page's HTML; what else the site builder hands over (buttons, ids) is not used."""
        return self.template.render(document)


class SiteIndex:
    """The index: each source with its last batch."""

    def __init__(self, evidence: str, target_store: Any, name: str = "") -> None:
        self.name = name
        self.evidence = Path(evidence)
        self.target_store = target_store

    def build(self, build_index: bool = True) -> tuple[Any, None]:
        """Write the index page."""
        last = [judged[-1] for suite in suites(self.evidence) if (judged := runs(self.evidence, suite))]
        section = {
            "id": "sources",
            "title": "数据来源 Sources",
            "head": ["来源 source", "最近批次 last batch", "结论 verdict", *COUNTS.values(), "隔离占比 share"],
            "rows": [
                [
                    {"text": title(run.suite), "href": f"expectations/{run.suite}.html"},
                    {"text": run.batch, "href": run.page},
                    STATUS[run.status],
                    *(_number(run.figures.get(count)) for count in COUNTS),
                    _share(run),
                ]
                for run in last
            ],
        }
        sections = [section, *self._cards()]
        document = {"title": "数据质量 Data quality", "lead": "", "up": "", "sections": sections}
        return self.target_store.write_index_page(PlainView().render(document)), None

    def _cards(self) -> list[Document]:
        """The offices' scorecard, once there is one; its columns are named by its contract."""
        found = cards(self.evidence)
        if not found:
            return []
        columns = [c for c in schemas.table("gold.source_scorecard").columns if c.name != "source_code"]
        return [
            {
                "id": "scorecard",
                "title": "来源记分卡 Scorecard of the offices",
                "head": ["来源 source", *(f"{column.business_name} {column.name}" for column in columns)],
                "rows": [
                    [title(card["source_code"]), *(_cell(column.name, card[column.name]) for column in columns)]
                    for card in found
                ],
            }
        ]


def _cell(name: str, value: Any) -> Cell:
    """A ratio as text and bar, a count as a number, the rest as it is."""
    if value is None:
        return "–"
    if name.endswith("_ratio"):
        return {"text": f"{float(value):.2%}", "meter": float(value)}
    return value if isinstance(value, str) else _number(value)


class QualitySite(SiteBuilder):
    """The library's site without its fonts and pictures, which our pages do not use."""

    def build(self, resource_identifiers: Any = None, build_index: bool = True) -> tuple[Any, None]:
        """Build the pages of the given results and suites, or of all, and the index."""
        for section in self.site_section_builders.values():
            section.build(resource_identifiers=resource_identifiers)
        self.site_index_builder.build(build_index=build_index)
        return self.get_resource_url(only_if_exists=False), None
