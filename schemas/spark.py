"""From a contract to Spark and Delta: types, comments, NOT NULL and CHECK; `jobs.lake` makes tables of them.

The type map is our own, because `StructType.fromDDL` needs a live JVM and schema tests should not.
"""

import re

from pyspark.sql import types as T

from schemas.model import Column, Table

PLAIN: dict[str, T.DataType] = {
    "STRING": T.StringType(),
    "DATE": T.DateType(),
    "TIMESTAMP": T.TimestampType(),
    "BOOLEAN": T.BooleanType(),
    "INT": T.IntegerType(),
    "BIGINT": T.LongType(),
    "DOUBLE": T.DoubleType(),
    "BINARY": T.BinaryType(),
}


def _fields(inner: str) -> list[str]:
    """Split a struct's fields at commas that are not inside a nested type."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(inner):
        depth += (character in "<(") - (character in ">)")
        if character == "," and depth == 0:
            parts.append(inner[start:position])
            start = position + 1
    return [part.strip() for part in (*parts, inner[start:])]


def data_type(physical: str) -> T.DataType:
    """Return the Spark type of a contract's physical type, e.g. `ARRAY<STRUCT<a: STRING, b: DATE>>`."""
    physical = physical.strip()
    if physical in PLAIN:
        return PLAIN[physical]
    if found := re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", physical):
        return T.DecimalType(int(found[1]), int(found[2]))
    if found := re.fullmatch(r"ARRAY<(.*)>", physical):
        return T.ArrayType(data_type(found[1]))
    if found := re.fullmatch(r"STRUCT<(.*)>", physical):
        pairs = [part.split(":", 1) for part in _fields(found[1])]
        return T.StructType([T.StructField(name.strip(), data_type(kind)) for name, kind in pairs])
    raise ValueError(f"no Spark type for {physical}")


def _struct(columns: tuple[Column, ...]) -> T.StructType:
    return T.StructType([T.StructField(c.name, data_type(c.physical_type), not c.required) for c in columns])


def stored(table: Table) -> T.StructType:
    """Schema of what is written: identifiers as keyed hashes, system columns first."""
    return _struct(table.stored_columns)


def commented(table: Table) -> T.StructType:
    """Schema of what is written, each column with its Chinese name and description as a comment for any reader."""
    fields = {c.name: {"comment": f"{c.business_name} · {c.description}"} for c in table.stored_columns}
    return T.StructType([T.StructField(f.name, f.dataType, f.nullable, fields[f.name]) for f in stored(table)])


def logical(table: Table) -> T.StructType:
    """Schema of a table's own columns in memory, identifiers in plain: what a cleaner makes, all nullable."""
    return T.StructType([T.StructField(c.name, data_type(c.physical_type)) for c in table.columns])


def checks(table: Table) -> dict[str, str]:
    """CHECK constraints by name: bounds of numbers, never on identifiers (a violation prints the row).

    Delta takes an unknown truth for a violation, which SQL does not: a null must be allowed in so many words.
    """
    found = {}
    for column in table.stored_columns:
        if column.classification not in ("internal", "public") or not column.physical_type.startswith(("DEC", "INT")):
            continue
        for option, sign in (("minimum", ">="), ("exclusiveMinimum", ">"), ("maximum", "<=")):
            if option in column.options:
                absent = "" if column.required else f"{column.name} IS NULL OR "
                found[f"{column.name}_{option}"] = f"{absent}{column.name} {sign} {column.options[option]}"
    return found
