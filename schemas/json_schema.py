"""The JSON Schema of a table's rows as documents, made from its contract (JSON Schema, draft 2020-12).

Days are `date`, instants `date-time` in UTC, decimals numbers. What a contract does not require may be null; nothing
it does not name may stand in a document.
"""

import json
from typing import Any

from pyspark.sql import types as T

import schemas
from schemas.model import Column, Table
from schemas.spark import data_type

DRAFT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

PLAIN: dict[type[T.DataType], Schema] = {
    T.StringType: {"type": "string"},
    T.DateType: {"type": "string", "format": "date"},
    T.TimestampType: {"type": "string", "format": "date-time"},
    T.BooleanType: {"type": "boolean"},
    T.IntegerType: {"type": "integer"},
    T.LongType: {"type": "integer"},
    T.DecimalType: {"type": "number"},
}


def _kind(kind: T.DataType) -> Schema:
    """Schema of a type, null not thought of."""
    if isinstance(kind, T.ArrayType):
        return {"type": "array", "items": _or_null(_kind(kind.elementType))}
    if isinstance(kind, T.StructType):
        fields = {field.name: _or_null(_kind(field.dataType)) for field in kind.fields}
        return {"type": "object", "properties": fields, "required": [*fields], "additionalProperties": False}
    return dict(PLAIN[type(kind)])


def _or_null(schema: Schema) -> Schema:
    found = schema | {"type": [schema["type"], "null"]}
    return found | {"enum": [*found["enum"], None]} if "enum" in found else found


def _column(column: Column) -> Schema:
    found = _kind(data_type(column.physical_type))
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
