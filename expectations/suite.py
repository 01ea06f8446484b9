"""From a contract to Great Expectations suites: one over a batch's figures (the gate), one over real rows (stock GX).

The gate's costs a tenth of a second and sees no value. The other asks the same of the rows themselves, one Spark job
or more per expectation: it is there for whoever wants plain Great Expectations, for the bench, and for the test that
holds the row predicates equal to it, rule by rule. Great Expectations takes seconds to import: only when called.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import schemas
from expectations import rows
from expectations.extra import suite_name
from expectations.limits import Limits, rules
from expectations.pattern import whole
from expectations.predicates import PREDICATES
from schemas import Column, Rule, Table

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

SEVERITY = {"error": "critical", "warning": "warning"}


def _library() -> Any:
    """Great Expectations' own expectations; its package does not export them in a way a type checker sees."""
    return import_module("great_expectations.expectations")


def metrics_suite(table: Table, limits: Limits) -> "ExpectationSuite":
    """Return the gate's suite: one expectation per rule, over the one row of `metrics.figures`.

    A figure that is missing fails. `meta` carries rule, column,
    plain words in Chinese and English, and severity, for pages and messages.
    """
    from great_expectations import ExpectationSuite

    figure: Any = import_module("expectations.figure").ExpectFigureToBeBetween
    expectations = [
        figure(
            column=rule.figure,
            min_value=rule.minimum,
            max_value=rule.maximum,
            severity=SEVERITY[rule.severity],
            description=f"{rule.zh} · {rule.en}",
            meta={
                "rule": rule.rule,
                "column": rule.column,
                "zh": rule.zh,
                "en": rule.en,
                "severity": rule.severity,
            },
        )
        for rule in rules(table, limits)
    ]
    return ExpectationSuite(name=suite_name(table), expectations=expectations)


def native(table: Table, has_delivered: bool = True) -> "ExpectationSuite":
    """Return a suite over a silver table's rows as a cleaner makes them, with `received_date`.

    Each expectation's `meta.entries` names the row checks (`rows.Check.entry`) whose rows it counts: a required
    column that is null has exactly one of several reasons.

    Args:
        table: A silver table.
        has_delivered: Whether the rows still carry `delivered`, by which absent is told from unreadable.
    """
    from great_expectations import ExpectationSuite

    expectations = [e for column in table.columns for e in _of_column(column, has_delivered)]
    expectations += [_of_rule(rule, "", "") for rule in table.rules]
    return ExpectationSuite(name=f"{suite_name(table)}_rows", expectations=expectations)


def _meta(*entries: str, severity: str = "error") -> dict[str, Any]:
    return {"meta": {"entries": list(entries)}, "severity": SEVERITY[severity]}


def _of_column(column: Column, has_delivered: bool) -> Iterator[Any]:
    gxe = _library()
    name = column.name
    nulls = rows.null_checks(column)
    if column.required:
        yield gxe.ExpectColumnValuesToNotBeNull(column=name, **_meta(*(check.entry for check in nulls)))
    elif nulls and has_delivered:
        yield _query(f"({nulls[0].bad})", **_meta(nulls[0].entry))
    if column.code_list and column.physical_type == "STRING":
        known = list(schemas.codes(column.code_list))
        if len(known) > schemas.MANY:
            yield _matching(name, schemas.pattern(column.code_list), **_meta())
        else:
            yield gxe.ExpectColumnValuesToBeInSet(column=name, value_set=known, **_meta())
    bounds = {
        "min_value": column.options.get("minimum", column.options.get("exclusiveMinimum")),
        "max_value": column.options.get("maximum", column.options.get("exclusiveMaximum")),
    }
    if any(value is not None for value in bounds.values()):
        strict = {
            "strict_min": "exclusiveMinimum" in column.options,
            "strict_max": "exclusiveMaximum" in column.options,
        }
        yield gxe.ExpectColumnValuesToBeBetween(
            column=name, **bounds, **strict, **_meta(f"{rows.range_reason(column)} {name}")
        )
    if "pattern" in column.options:
        yield _matching(name, column.options["pattern"], **_meta(f"VALUE_PATTERN {name}"))
    if rows.is_capped(column):
        cap = column.options.get("maxLength", rows.TEXT_CAP)
        yield gxe.ExpectColumnValueLengthsToBeBetween(column=name, max_value=cap, **_meta(f"TEXT_OVERSIZE {name}"))
    for rule in column.rules:
        yield _of_rule(rule, name, column.physical_type)


def _of_rule(rule: Rule, name: str, kind: str) -> Any:
    """A rule of the contract by Great Expectations' own means where it has them, else by the predicate's SQL."""
    gxe = _library()
    stated = _meta(f"{rule.id} {name}".strip(), severity=rule.severity)
    pair = {"or_equal": True, "ignore_row_if": "either_value_is_missing", **stated}
    if rule.implementation == "matches":
        return _matching(name, rule.arguments["pattern"], **stated)
    if rule.implementation == "uscc_length":
        return gxe.ExpectColumnValueLengthsToEqual(column=name, value=18, **stated)
    if rule.implementation == "in_order":
        first, second = rule.arguments["columns"]
        return gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A=second, column_B=first, **pair)
    if rule.implementation == "not_after_delivery" and kind == "DATE":
        return gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="received_date", column_B=name, **pair)
    return _query(PREDICATES[rule.implementation](name, rule.arguments), **stated)


def _matching(name: str, pattern: str, **stated: Any) -> Any:
    gxe = _library()
    return gxe.ExpectColumnValuesToMatchRegex(column=name, regex=whole(pattern), **stated)


def _query(bad: str, **stated: Any) -> Any:
    """Count bad rows by SQL. It selects a constant, because Great Expectations collects what such a query returns."""
    gxe = _library()
    escaped = bad.replace("{", "{{").replace("}", "}}")
    query = "SELECT 1 FROM {batch} WHERE " + escaped  # noqa: S608  (of contracts, never of input)
    return gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, **stated)
