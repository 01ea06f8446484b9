"""Tables drawn with pipes, typed by the contract: a test shows rows as a person would write them down.

    record_id | certificate_no     | period_month
    r1        | 31011519900307451x | 202609
    r2        |                    | 202613

An empty cell is null, `''` an empty text, quotes keep outer spaces. Arrays are drawn as `A, B` or `[]`, structs and
arrays of them as JSON; an instant without a zone is in UTC.
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

from pyspark.sql import types as T

import schemas
from schemas.spark import data_type

READ = {
    T.StringType: str,
    T.IntegerType: int,
    T.LongType: int,
    T.DoubleType: float,
    T.DecimalType: Decimal,
    T.DateType: date.fromisoformat,
    T.BooleanType: lambda text: {"true": True, "false": False}[text.lower()],
    T.BinaryType: bytes.fromhex,
}


def rows(spark, name, text, **more):
    """Return a frame of the columns drawn.

    Args:
        spark: The session.
        name: The table. Of `bronze` every delivered column is text; of `silver` the columns have the contract's
            types, identifiers in plain; of other layers they are typed as stored.
        text: The drawn table.
        more: Types of columns that no contract has, e.g. `received_date="DATE"`.
    """
    head, *body = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    types = kinds(name) | {column: data_type(kind) for column, kind in more.items()}
    strange = [column for column in head if column not in types]
    assert not strange, f"{name} has no {strange}"
    assert all(len(cells) == len(head) for cells in body), "a line has too many or too few cells"
    values = [tuple(value(cell, types[column]) for cell, column in zip(cells, head, strict=True)) for cells in body]
    return spark.createDataFrame(values, T.StructType([T.StructField(column, types[column]) for column in head]))


def kinds(name):
    """Types of the columns that may be drawn of a table."""
    table = schemas.table(name)
    typed = {c.name: data_type(c.physical_type) for c in (*table.columns, *table.stored_columns)}
    if table.layer == "bronze":
        typed |= {column.name: T.StringType() for column in table.columns}
    return {"record_id": T.StringType()} | typed


def value(cell, kind):
    """Read one cell as a value of a Spark type."""
    if cell == "":
        return None
    if len(cell) > 1 and cell[0] == cell[-1] == "'":
        cell = cell[1:-1]
    if isinstance(kind, T.ArrayType) and isinstance(kind.elementType, T.StringType):
        return [part.strip() for part in cell.strip("[]").split(",") if part.strip()]
    if isinstance(kind, T.ArrayType | T.StructType):
        return nested(json.loads(cell), kind)
    if isinstance(kind, T.TimestampType):
        instant = datetime.fromisoformat(cell)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return READ[type(kind)](cell)


def nested(given, kind):
    """Bring a JSON value to a nested Spark type; fields left out are null."""
    if given is None:
        return None
    if isinstance(kind, T.ArrayType):
        return [nested(part, kind.elementType) for part in given]
    if isinstance(kind, T.StructType):
        return tuple(nested(given.get(field.name), field.dataType) for field in kind.fields)
    return given if isinstance(given, bool) else value(str(given), kind)


def delivered(spark, name, text):
    """Return a bronze frame as a cleaner meets it: the drawn columns, every other delivered column null."""
    from pyspark.sql import functions as F

    drawn = rows(spark, name, text)
    others = [column.name for column in schemas.table(name).columns if column.name not in drawn.columns]
    return drawn.select("*", *(F.lit(None).cast("string").alias(column) for column in others))
