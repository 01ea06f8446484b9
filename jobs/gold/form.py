"""The file as JSON, and the JSON Schema of that form: both from the contract of `gold.credit_file`."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import schemas
from schemas import Column, json_schema

SCHEMA_NAME = "credit_file.schema.json"
"""Of the published schema under schemas/docs."""

FORMAT = "creditfile.file/2"
"""Of the form; its number rises with the contract's major version."""

INSIDE = ("batch_id",)
"""Columns that are ours alone."""


def columns() -> tuple[Column, ...]:
    """Return the columns of the form, in the contract's order."""
    return tuple(c for c in schemas.table("gold.credit_file").columns if c.name not in INSIDE)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the form."""
    return json_schema.document(schemas.table("gold.credit_file"), FORMAT, INSIDE)


def as_json(row: dict[str, Any]) -> dict[str, Any]:
    """Return a file as JSON values: days and instants as ISO 8601 (instants in UTC), ratios as numbers.

    Args:
        row: a row of `gold.credit_file` or of `jobs.gold.as_of.files_at`, as a dict of dicts and lists.
    """
    return {"format": FORMAT} | {c.name: _value(row[c.name]) for c in columns() if c.name in row}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        at = value if value.tzinfo else value.replace(tzinfo=UTC)
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _value(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_value(inner) for inner in value]
    return value
