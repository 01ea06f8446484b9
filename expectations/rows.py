"""From a contract to row checks: each has a reason code and the SQL of a bad row, all evaluated in one pass.

The frame they are asked of is what a cleaner makes: the silver columns, `delivered` (the folded bronze row, by
which absent is told from unreadable) and `received_date`. A column that could not be read is null and has a reason.
"""

from collections.abc import Iterator
from typing import NamedTuple

from expectations.pattern import matches_sql
from expectations.predicates import PREDICATES
from schemas import Column, Table
from schemas.delivered import PLACEHOLDER_DATES

TEXT_CAP = 2000
"""Longest text kept where the contract names no length: a poison record must not stop a batch."""


SHAPES = ("matches", "mobile_form")
"""Predicates that bound a text by its shape."""


class Check(NamedTuple):
    """One row check: its reason code, its column ("" for a whole row), the SQL of a bad row."""

    reason: str
    column: str
    severity: str
    bad: str
    nullifies: bool = False

    @property
    def entry(self) -> str:
        """How the reason stands in a row's list: reason and column."""
        return f"{self.reason} {self.column}".strip()


def _quoted(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def absent(delivered: str, also: tuple[str, ...] = ()) -> str:
    """SQL of 'the office wrote nothing here': folding made it null; `also` are the column's own words for nothing."""
    return f"({delivered} IS NULL OR {delivered} IN ({_quoted(also)}))" if also else f"{delivered} IS NULL"


def placeholder_date(delivered: str) -> str:
    """SQL of 'a date that stands for no date'."""
    digits = f"substr(translate({delivered}, '-/.年月日', ''), 1, 8)"
    return f"coalesce({digits}, '') IN ({_quoted(PLACEHOLDER_DATES)})"


def unreadable(column: Column) -> str | None:
    """Return the reason of a value that stands in the delivery but not in the cleaned row; None for plain text."""
    if column.code_list:
        return "CODE_UNKNOWN"
    if column.name.endswith("_month"):
        return "MONTH_FORM"
    if column.physical_type in ("DATE", "TIMESTAMP"):
        return "DATE_IMPOSSIBLE"
    if column.physical_type != "STRING":
        return "VALUE_FORM"
    return None


def range_reason(column: Column) -> str:
    """Return the reason of a value out of the contract's bounds."""
    for suffix, reason in (("_cny", "AMOUNT_NEGATIVE"), ("_ratio", "RATIO_RANGE")):
        if column.name.endswith(suffix):
            return reason
    return "VALUE_RANGE"


def null_checks(column: Column) -> tuple[Check, ...]:
    """Return the checks of a null: whatever the office wrote, a null is excused or has exactly one reason."""
    name = column.name
    delivered = f"delivered.`{column.sources[0].split('.')[-1]}`"
    nothing = absent(delivered, column.absent_values)
    is_date = column.physical_type == "DATE" and not name.endswith("_month")
    found = []
    if column.required:
        reason = "KEY_NULL" if column.primary_key_position else "REQUIRED_NULL"
        found.append(Check(reason, name, "error", f"{name} IS NULL AND {nothing}"))
        if is_date:
            found.append(Check("DATE_PLACEHOLDER", name, "error", f"{name} IS NULL AND {placeholder_date(delivered)}"))
    if (unread := unreadable(column)) is not None:
        excused = f" AND NOT ({placeholder_date(delivered)})" if is_date else ""
        found.append(Check(unread, name, "error", f"{name} IS NULL AND NOT ({nothing}){excused}"))
    return tuple(found)


def is_capped(column: Column) -> bool:
    """Say whether a text needs a cap of its own: not where a code list or a pattern bounds it already."""
    has_shape = "pattern" in column.options or any(rule.implementation in SHAPES for rule in column.rules)
    return column.physical_type == "STRING" and not column.code_list and not has_shape


def _of_column(column: Column) -> Iterator[Check]:
    name = column.name
    yield from null_checks(column)
    bounds = [("minimum", "<"), ("exclusiveMinimum", "<="), ("maximum", ">"), ("exclusiveMaximum", ">=")]
    for option, sign in bounds:
        if option in column.options:
            yield Check(range_reason(column), name, "error", f"coalesce({name} {sign} {column.options[option]}, false)")
    if "pattern" in column.options:
        bad = f"{name} IS NOT NULL AND NOT ({matches_sql(name, column.options['pattern'])})"
        yield Check("VALUE_PATTERN", name, "error", bad)
    if is_capped(column):
        cap = column.options.get("maxLength", TEXT_CAP)
        yield Check("TEXT_OVERSIZE", name, "error", f"coalesce(length({name}) > {cap}, false)")
    for rule in column.rules:
        bad = PREDICATES[rule.implementation](name, rule.arguments)
        yield Check(rule.id, name, rule.severity, bad, rule.arguments.get("onFailure") == "null")


def checks(table: Table) -> tuple[Check, ...]:
    """Return every row check of a silver table, column by column, then those of the whole row."""
    found = [check for column in table.columns for check in _of_column(column)]
    found += [
        Check(rule.id, "", rule.severity, PREDICATES[rule.implementation]("", rule.arguments)) for rule in table.rules
    ]
    return tuple(found)


def reasons_sql(table: Table, severity: str) -> str:
    """SQL of a row's list of `REASON column` entries of one severity, in contract order; empty if all is well.

    By `concat_ws`, which passes over nulls, and not by `array_compact`: Spark interprets what stands under a lambda,
    and compiled all these checks cost a third.
    """
    cases = [f"CASE WHEN {check.bad} THEN '{check.entry}' END" for check in checks(table) if check.severity == severity]
    listed = f"array_remove(split(concat_ws(',', {', '.join(cases)}), ','), '')"
    return listed if cases else "CAST(array() AS ARRAY<STRING>)"


def nullified_sql(table: Table) -> dict[str, str]:
    """SQL by column of the value that stays when a warning takes it away (an unusable number that no key needs)."""
    found: dict[str, list[str]] = {}
    for check in checks(table):
        if check.nullifies:
            found.setdefault(check.column, []).append(f"({check.bad})")
    return {column: f"IF({' OR '.join(bad)}, NULL, {column})" for column, bad in found.items()}
