"""The gate: judge a batch's figures by its suite, keep the evidence, say pass or hold; then build Data Docs once.

Great Expectations sees one row of figures per batch, with the pandas engine: no Spark job, no value of a person. It
takes seconds to import, so it is imported at the first verdict; `warm` starts that beside Spark's own start.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal

from expectations import evidence, limits, metrics, trend
from expectations.extra import suite_name
from schemas import Table

RESULT_FORMAT = "SUMMARY"
"""On one row the cheapest format and this one cost the same, and this one keeps the observed figure for the page."""

_at_work = Lock()
"""Sources are judged side by side in one session; the library's context is not made for that."""

_judged: dict[Path, dict[str, tuple[Table, limits.Limits, list[tuple[str, ...]]]]] = {}
"""Suites and results of this process whose pages `build_docs` has still to make, by docs folder."""


@dataclass(frozen=True)
class Failure:
    """One rule a batch breaks: what was observed, the bounds, and the rule in plain words."""

    table: str
    rule: str
    column: str
    observed: float | None
    limit: str
    severity: str
    text: str
    columns: str = ""

    def __str__(self) -> str:
        """The rule as one line for a message: no value of a record, only figures of the batch."""
        behind = f" ({self.columns})" if self.columns else ""
        return f"{self.text}: {shown(self.observed)}, limit {self.limit}{behind}"


@dataclass(frozen=True)
class Verdict:
    """What the gate says of one batch: held if any rule of severity error is broken."""

    name: str
    batch: str
    status: Literal["pass", "hold"]
    failures: tuple[Failure, ...]
    notes: tuple[Failure, ...]
    page: Path


def shown(figure: float | None) -> str:
    """Return a figure as people read it."""
    if figure is None:
        return "missing"
    return f"{figure:,.0f}" if float(figure).is_integer() else f"{figure:,.4g}"


def _bounds(rule: limits.GateRule) -> str:
    """A rule's bounds in words."""
    if rule.minimum == rule.maximum:
        return shown(rule.minimum)
    stated = [f"{word} {shown(edge)}" for word, edge in (("≥", rule.minimum), ("≤", rule.maximum)) if edge is not None]
    return " and ".join(stated)


@cache
def _context(docs: Path) -> Any:
    """One Great Expectations context per process and docs folder: stores under its `evidence`."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import DataContextConfig, ProgressBarsConfig

    kept, site = evidence.folder(docs).absolute(), docs.absolute()

    def store(kind: str, part: str, **template: Any) -> dict[str, Any]:
        backend = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(kept / part), **template}
        return {"class_name": kind, "store_backend": {**backend, "suppress_store_backend_id": True}}

    in_memory = {"class_name": "InMemoryStoreBackend"}
    page = {"module_name": "expectations.docs", "evidence": str(kept)}

    def pages(source: str, renderer: str) -> dict[str, Any]:
        return {
            "class_name": "DefaultSiteSectionBuilder",
            "source_store_name": source,
            "renderer": {**page, "class_name": renderer},
            "view": {"module_name": "expectations.docs", "class_name": "PlainView"},
        }

    config = DataContextConfig(
        expectations_store_name="expectations",
        validation_results_store_name="validations",
        checkpoint_store_name="checkpoints",
        stores={
            "expectations": store("ExpectationsStore", "expectations"),
            "validations": store("ValidationResultsStore", "validations"),
            "checkpoints": {"class_name": "CheckpointStore", "store_backend": in_memory},
            "validation_definition_store": {"class_name": "ValidationDefinitionStore", "store_backend": in_memory},
        },
        data_docs_sites={
            "quality": {
                "module_name": "expectations.docs",
                "class_name": "QualitySite",
                "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)},
                "site_index_builder": {**page, "class_name": "SiteIndex"},
                "site_section_builders": {
                    "expectations": pages("expectations", "SourcePage"),
                    "validations": pages("validations", "BatchPage"),
                    "profiling": "None",
                },
            }
        },
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    return gx.get_context(mode="ephemeral", project_config=config)


@cache
def warm() -> Thread:
    """Start importing the library once, beside whatever the process waits for, e.g. the start of Spark's JVM."""

    def load() -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        import great_expectations.expectations  # noqa: F401

    thread = Thread(target=load, name="gate-warm", daemon=True)
    thread.start()
    return thread


def judge(name: str, batch: str, table: Table, row: Mapping[str, Any], limit: limits.Limits, docs: Path) -> Verdict:
    """Judge one batch of a table by its suite, and keep the evidence.

    Args:
        name: What is judged, as messages call it: the source, or the table where there is none.
        batch: The reporting period.
        table: The table the batch is meant for.
        row: What `metrics.columns` gave.
        limit: See `limits.Limits`.
        docs: The folder of the Data Docs site.

    Returns:
        The verdict: rules of severity error that fail hold the batch, warnings are notes.
    """
    suite = suite_name(table)
    with _at_work:
        past = [run for run in evidence.runs(evidence.folder(docs), suite, before=batch) if run.status == "pass"]
        now = metrics.figures(table, row)
        if limit.get("may_be_empty"):
            past = [run for run in past if run.figures["received"]]  # a quiet day is no measure for the next
        now |= trend.figures(table, now, past if now["received"] or not limit.get("may_be_empty") else ())
        limit = _on_few(limit, now)
        result, broken = _validated(table, now, limit, docs)
        failures = tuple(failure for failure in broken if failure.severity == "error")
        status: Literal["pass", "hold"] = "hold" if failures else "pass"
        key = (suite, batch, evidence.moment(batch, now), suite)
        result.meta = {evidence.META: evidence.note(batch, status, now)}
        _context(docs).validation_results_store.set(_identifier(key), result)
        _judged.setdefault(docs, {}).setdefault(suite, (table, limit, []))[2].append(key)
    notes = tuple(failure for failure in broken if failure.severity != "error")
    return Verdict(name, batch, status, failures, notes, docs.joinpath("validations", *key).with_suffix(".html"))


def _on_few(limit: limits.Limits, now: metrics.Figures) -> limits.Limits:
    """Let the agreed small number of records in quarantine pass, whatever its share of a small batch."""
    judged = now["silver"] + now.get("quarantine", 0)
    few = limit.get("quarantine_few", 0) / judged if judged else 0.0
    return {**limit, "quarantine_ratio": max(limit.get("quarantine_ratio", 0.0), few)}


def _validated(table: Table, now: metrics.Figures, limit: limits.Limits, docs: Path) -> tuple[Any, list[Failure]]:
    """Run a table's suite over its one row; a failure's figure is our own, not the library's."""
    import pandas

    from expectations.suite import metrics_suite

    stated = limits.rules(table, limit)
    batch = _asset(docs, suite_name(table)).get_batch({"dataframe": pandas.DataFrame([now])})
    result = batch.validate(metrics_suite(table, limit), result_format=RESULT_FORMAT)
    told = [(outcome.expectation_config, bool(outcome.success)) for outcome in result.results]
    held = {(asked.kwargs["column"], asked.meta["severity"]): is_held for asked, is_held in told}
    broken = [_failure(table, rule, now) for rule in stated if not held.get((rule.figure, rule.severity), False)]
    worse = {failure.rule for failure in broken if failure.severity == "error"}
    return result, [f for f in broken if f.severity == "error" or f.rule not in worse]


def _failure(table: Table, rule: limits.GateRule, now: metrics.Figures) -> Failure:
    text = f"{rule.zh} · {rule.en}"
    observed = now.get(rule.figure)
    shown_figure = None if observed is None else round(observed, 6)
    columns = trend.told(table, rule.figure, rule.maximum, now)
    return Failure(table.name, rule.rule, rule.column, shown_figure, _bounds(rule), rule.severity, text, columns)


@cache
def _asset(docs: Path, suite: str) -> Any:
    source = _context(docs).data_sources.add_or_update_pandas(suite)
    return source.add_dataframe_asset(suite).add_batch_definition_whole_dataframe("figures")


def _identifier(key: tuple[str, ...]) -> Any:
    from great_expectations.data_context.types.resource_identifiers import ValidationResultIdentifier

    read: Any = ValidationResultIdentifier.from_tuple
    return read(key)


def build_docs(docs: Path, cards: Sequence[Mapping[str, Any]] = ()) -> Path | None:
    """Make the pages of everything judged since the last call, and the index; called once, at a command's end.

    Args:
        docs: The folder of the site.
        cards: The offices' scorecard, for the index.

    Returns:
        The site's index, or None where nothing was judged.
    """
    from expectations.suite import metrics_suite

    with _at_work:
        judged = _judged.pop(docs, {})
        if not judged:
            return None
        if cards:
            evidence.keep_cards(evidence.folder(docs), cards)
        from great_expectations.data_context.types.resource_identifiers import ExpectationSuiteIdentifier

        context = _context(docs)
        pages: list[Any] = []
        for suite, (table, limit, keys) in judged.items():
            context.suites.add_or_update(metrics_suite(table, limit))
            pages += [ExpectationSuiteIdentifier(suite), *(_identifier(key) for key in keys)]
        context.build_data_docs(site_names=["quality"], resource_identifiers=pages)
    return docs / "index.html"
