"""The figures of one batch, all in one aggregate: Great Expectations judges this one row, never the records.

So no rule costs a Spark job of its own, and no value of a person can reach a suite's result or a page made from it.
Of silver only counts, sums and averages are asked: one sketch among them (a percentile, an approximate distinct count)
and Spark interprets the whole aggregate instead of compiling it, which takes two and a half times as long.
The frame asked is what classifying makes: the stored silver columns, `disposition_code` (null stays in silver),
`reason_entries` (`REASON column`) and `warning_codes`; other tables are asked as they are written.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import schemas
from expectations import extra
from expectations.pattern import matches_sql
from expectations.rows import checks, unreadable
from schemas import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn

Figures = dict[str, float]

KEPT = "disposition_code IS NULL"

PACK = 1 << 32
"""One sum counts two things: of a reason, rows kept in spite of it (times PACK) and rows set aside; or two counts."""

MOST = 96
"""So many sums Spark compiles as one (its limit is 100 columns); what is left of them counts codes one by one."""

NUMBERS = ("INT", "BIGINT", "DOUBLE", "DECIMAL")

STEP_REASONS = ("PARSE_LINE", "ENCODING", "DELETE_UNKNOWN_KEY")
"""Reasons that the steps give, not a contract."""


def slug(reason: str, column: str = "") -> str:
    """Return how a reason stands in a figure's name."""
    return f"{reason}__{column}" if column else reason


def reasons(table: Table, severity: str) -> tuple[tuple[str, str], ...]:
    """Return the distinct (reason, column) pairs of a table's row checks of one severity, in contract order."""
    found = {(check.reason, check.column): None for check in checks(table) if check.severity == severity}
    if severity == "error" and table.layer == "silver":
        found |= {(reason, ""): None for reason in STEP_REASONS}
    return tuple(found)


def coded(table: Table) -> tuple[Column, ...]:
    """Return the stored columns of a closed code list."""
    return tuple(c for c in table.stored_columns if c.code_list and c.physical_type == "STRING")


def in_list(column: Column) -> str:
    """SQL of 'a code of the column's list'; a long list is asked as one pattern."""
    known = schemas.codes(column.code_list or "")
    if len(known) > schemas.MANY:
        return matches_sql(column.name, schemas.pattern(column.code_list or ""))
    quoted = ", ".join(f"'{code}'" for code in known)
    return f"{column.name} IN ({quoted})"


def own_columns(table: Table) -> tuple[Column, ...]:
    """Return the stored columns that the table's own contract states, without those of its layer."""
    system = {column.name for column in table.system}
    return tuple(column for column in table.stored_columns if column.name not in system)


def bounded(table: Table) -> Iterator[tuple[Column, str]]:
    """Yield columns with the SQL of a value out of the contract's bounds; in silver the row checks say so already."""
    if table.layer == "silver":
        return
    signs = {"minimum": "<", "exclusiveMinimum": "<=", "maximum": ">", "exclusiveMaximum": ">="}
    for column in table.stored_columns:
        broken = [f"{column.name} {sign} {column.options[o]}" for o, sign in signs.items() if o in column.options]
        if broken:
            yield column, " OR ".join(broken)


def _of_silver(table: Table) -> Iterator[tuple[str, str]]:
    yield "received", "count(1)"
    yield "silver", f"count_if({KEPT})"
    for disposition in ("QUARANTINE", "DUPLICATE", "SUPPRESSED"):
        yield disposition.lower(), f"count_if(disposition_code = '{disposition}')"
    for reason, column in reasons(table, "error"):
        entry = f"{reason} {column}".strip()
        counted = f"CASE WHEN {KEPT} THEN {PACK}L WHEN disposition_code = 'QUARANTINE' THEN 1L ELSE 0L END"
        broken = f"CASE WHEN array_contains(reason_entries, '{entry}') THEN {counted} END"
        yield f"rule__{slug(reason, column)}", f"coalesce(sum({broken}), 0L)"
    required = " OR ".join(f"{column.name} IS NULL" for column in own_columns(table) if column.required)
    yield "incomplete", f"count_if({KEPT} AND ({required or 'false'}))"


def _of_written(table: Table) -> Iterator[tuple[str, str]]:
    yield "received", "count(1)"
    yield "silver", "count(1)"
    for column, broken in bounded(table):
        yield f"beyond__{column.name}", f"count_if({broken})"
    if table.primary_key:
        yield "keys", f"approx_count_distinct(xxhash64({', '.join(table.primary_key)}), 0.01)"


def _plain(table: Table) -> dict[str, str]:
    """Aggregate SQL of each figure that is a sum of its own."""
    is_silver = table.layer == "silver"
    found = dict(_of_silver(table) if is_silver else _of_written(table))
    for instant in ("known_from_at", "known_at"):
        if any(column.name == instant for column in table.stored_columns):
            found["known_at"] = f"unix_seconds(max({instant}))"
    for column in own_columns(table):
        kept = f"CASE WHEN {KEPT} THEN {column.name} END" if is_silver else column.name
        if column.name.endswith("_cny"):
            found[f"typical__{column.name}"] = f"exp(avg(ln(CASE WHEN {kept} > 0 THEN {kept} END)))"
        elif is_silver and column.physical_type.startswith(NUMBERS):
            found[f"mean__{column.name}"] = f"avg(CAST({kept} AS DOUBLE))"
    return found | {f"extra__{figure.rule}": f"coalesce({figure.sql}, 0)" for figure in extra.figures(table)}


def _conditions(table: Table) -> Iterator[tuple[str, str]]:
    """Yield the name of each count with the SQL of a row that is counted, without those of single codes."""
    is_silver = table.layer == "silver"
    kept = f"{KEPT} AND " if is_silver else ""
    for reason in dict.fromkeys(reason for reason, _ in reasons(table, "warning")) if is_silver else ():
        yield f"warn__{reason}", f"{kept}array_contains(warning_codes, '{reason}')"
    for column in own_columns(table):
        if not (is_silver and column.required):  # `incomplete` counts these, and the row checks each by itself
            yield f"filled__{column.name}", f"{kept}{column.name} IS NOT NULL"
    for column in coded(table):
        yield f"outside__{column.name}", f"{kept}NOT ({in_list(column)})"


def counted_codes(table: Table) -> tuple[tuple[Column, tuple[str, ...]], ...]:
    """Return the columns whose codes are counted one by one, with their codes: the shortest lists, as many as fit."""
    if table.layer != "silver":
        return ()
    listed = [(column, tuple(schemas.codes(column.code_list or ""))) for column in coded(table)]
    room = 2 * (MOST - len(_plain(table))) - len(dict(_conditions(table)))
    found = []
    for column, codes in sorted(listed, key=lambda pair: len(pair[1])):
        room -= len(codes)
        if room >= 0:
            found.append((column, codes))
    return tuple(found)


def counts(table: Table) -> dict[str, str]:
    """Return the SQL of a counted row by the name of its figure; two of them share a sum."""
    of_codes = {
        f"code__{column.name}__{code}": f"{KEPT} AND {column.name} = '{code}'"
        for column, codes in counted_codes(table)
        for code in codes
    }
    return dict(_conditions(table)) | of_codes


def _pairs(table: Table) -> dict[str, tuple[str, ...]]:
    """Name of each shared sum, and the one or two counts in it."""
    names = tuple(counts(table))
    return {f"counts__{at // 2}": names[at : at + 2] for at in range(0, len(names), 2)}


def expressions(table: Table) -> dict[str, str]:
    """Return the aggregate SQL of each figure by its name, in a fixed order."""
    asked = counts(table)
    shared = {
        pair: " + ".join(f"CASE WHEN {asked[name]} THEN {PACK**at}L ELSE 0L END" for at, name in enumerate(names))
        for pair, names in _pairs(table).items()
    }
    return _plain(table) | {pair: f"coalesce(sum({sql}), 0L)" for pair, sql in shared.items()}


def columns(table: Table) -> list["SparkColumn"]:
    """Return the aggregate Columns of a batch's figures: `frame.agg(*columns(table))` is one row, one pass."""
    from pyspark.sql import functions as F

    return [F.expr(sql).alias(name) for name, sql in expressions(table).items()]


def nothing(table: Table) -> Figures:
    """Return the aggregated row of a batch in which nothing came, for which no frame was ever made."""
    return dict.fromkeys(expressions(table), 0)


def figures(table: Table, row: Mapping[str, Any]) -> Figures:
    """Read an aggregated row: split the packed sums and add what follows from the counts.

    Counts may be raised before (records of a file that came twice are duplicates though they never reached a frame);
    what follows is worked out here, so conservation is judged on the raised counts.
    """
    found: Figures = {}
    shared = _pairs(table)
    for name, value in row.items():
        if name.startswith("rule__"):
            kept, aside = divmod(int(value or 0), PACK)
            found[f"bad__{name.removeprefix('rule__')}"] = kept
            found[f"aside__{name.removeprefix('rule__')}"] = aside
        elif name.startswith("counts__"):
            both = divmod(int(value or 0), PACK)[::-1]
            found = dict(zip(shared[name], map(float, both), strict=False)) | found
        elif value is not None:
            found[name] = float(value) if isinstance(value, Decimal) else value
    kept_count = found["silver"]
    known = [found.get(part, 0) for part in ("silver", "quarantine", "duplicate", "suppressed")]
    judged = kept_count + found.get("quarantine", 0)
    found["unaccounted"] = found["received"] - sum(known)
    found["quarantine_ratio"] = found.get("quarantine", 0) / judged if judged else 0.0
    for column in table.columns:
        reason = unreadable(column)
        counted = [found.get(f"{fate}__{slug(reason or '', column.name)}", 0) for fate in ("bad", "aside")]
        if judged and any(counted):
            found[f"unread__{column.name}"] = sum(counted) / judged
    if "keys" in found:
        found["key_repeat_ratio"] = max(0.0, 1 - found["keys"] / kept_count) if kept_count else 0.0
    for column in own_columns(table):
        if column.required and f"filled__{column.name}" in found:
            found[f"missing__{column.name}"] = kept_count - found[f"filled__{column.name}"]
    for name in [name for name in found if name.startswith("warn__")]:
        found[f"warn_ratio__{name.removeprefix('warn__')}"] = found[name] / kept_count if kept_count else 0.0
    return found
