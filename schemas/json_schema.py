"""The JSON Schema of a table's rows as documents, made from its contract (JSON Schema, draft 2020-12).

Days are `date`, instants `date-time` in UTC, decimals numbers. What a contract does not require may be null; nothing
it does not name may stand in a document.
"""

import json
from typing import Any

import schemas
from schemas.model import Column, Table
from schemas.spark import data_type

DRAFT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

PLAIN: dict[str, Schema] = {
    "string": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "long": {"type": "integer"},
    "decimal": {"type": "number"},
}
"""By Spark's own names of types, as its JSON form writes them."""


def _kind(kind: Any) -> Schema:
    """Schema of a type in Spark's JSON form, null not thought of."""
    if isinstance(kind, str):
        return dict(PLAIN[kind.split("(")[0]])
    if kind["type"] == "array":
        return {"type": "array", "items": _or_null(_kind(kind["elementType"]))}
    fields = {field["name"]: _or_null(_kind(field["type"])) for field in kind["fields"]}
    return {"type": "object", "properties": fields, "required": [*fields], "additionalProperties": False}


def _or_null(schema: Schema) -> Schema:
    found = schema | {"type": [schema["type"], "null"]}
    return found | {"enum": [*found["enum"], None]} if "enum" in found else found


def _column(column: Column) -> Schema:
    found = _kind(data_type(column.physical_type).jsonValue())
    if column.code_list:
        found["enum"] = sorted(schemas.codes(column.code_list))
    bounds = {name: column.options[name] for name in ("minimum", "maximum") if name in column.options}
    found |= bounds
    found = found if column.required else _or_null(found)
    return {"title": column.business_name, "description": column.description} | found


def document(table: Table, format_name: str, hidden: tuple[str, ...] = ()) -> Schema:
    """Return the schema of a table's rows as documents.

    Args:
        table: the contract.
        format_name: what a document says in `format`.
        hidden: columns that stand in no document.
    """
    columns = {c.name: _column(c) for c in table.columns if c.name not in hidden}
    return {
        "$schema": DRAFT,
        "$id": f"urn:creditfile:json:{table.name}:{table.version}",
        "title": table.description,
        "type": "object",
        "properties": {"format": {"const": format_name}} | columns,
        "required": ["format", *columns],
        "additionalProperties": False,
    }


def page(schema: Schema) -> str:
    """Return the schema as the committed file holds it."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
