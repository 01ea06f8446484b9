"""Patterns of a contract as Spark SQL: ECMA expressions for the whole value."""

from typing import Any


def literal(value: Any) -> str:
    """Return a value as a SQL text."""
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def whole(pattern: str) -> str:
    """Return an ECMA pattern as a Java one for the whole value: `$` would match before a last newline."""
    return rf"\A(?:{pattern.removeprefix('^').removesuffix('$')})\z"


def matches_sql(column: str, pattern: str) -> str:
    """SQL of 'the whole value matches'."""
    return f"{column} rlike {literal(whole(pattern))}"
