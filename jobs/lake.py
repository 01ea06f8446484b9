"""The only table I/O: where tables lie, how a batch replaces exactly itself, and how engine errors lose their values.

Tables are Delta at `<lake>/<layer>/<table>`. One writer per table; one commit per table and run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from deltalake import DeltaTable

import schemas
from jobs.errors import CreditFileError
from schemas import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

DELTA_OPTIONS = {"delta.enableDeletionVectors": "false", "delta.checkpointInterval": "20"}


def where(lake: Path, name: str, part: str = "") -> Path:
    """Return the folder of a table; `share.credit_file` needs its bank as `part`."""
    layer, thing = name.split(".", 1)
    return lake / layer / part / thing if part else lake / layer / thing


def exists(lake: Path, name: str, part: str = "") -> bool:
    """Say whether a table was ever written, without a JVM."""
    return (where(lake, name, part) / "_delta_log").is_dir()


def batches(lake: Path, name: str) -> set[str]:
    """Return the batches a table holds rows of, from its log alone."""
    if not exists(lake, name):
        return set()
    table = DeltaTable(str(where(lake, name)))
    column = schemas.table(name).partition_by[0]
    return {str(partition[column]) for partition in table.partitions()}


def read(spark: "SparkSession", lake: Path, name: str, part: str = "") -> "DataFrame":
    """Return a table's rows; an empty frame of the contract's schema if it was never written."""
    if not exists(lake, name, part):
        from schemas.spark import stored

        return spark.createDataFrame([], stored(schemas.table(name)))
    return spark.read.format("delta").load(str(where(lake, name, part)))


def create(spark: "SparkSession", lake: Path, table: Table, part: str = "") -> None:
    """Make a table from its contract: types, NOT NULL, comments, CHECK, partitions; nothing to do if it is there."""
    if exists(lake, table.name, part):
        return
    from delta.tables import DeltaTable as Maker

    from schemas.spark import checks, stored

    place = str(where(lake, table.name, part))
    constraints = {f"delta.constraints.{name}": condition for name, condition in checks(table).items()}
    maker = Maker.createIfNotExists(spark).location(place).comment(table.description)
    comments = {c.name: f"{c.business_name} · {c.description}" for c in table.stored_columns}
    for field in stored(table).fields:
        maker = maker.addColumn(field.name, field.dataType, nullable=field.nullable, comment=comments[field.name])
    for key, value in (DELTA_OPTIONS | constraints).items():
        maker = maker.property(key, value)
    if table.partition_by:
        maker = maker.partitionedBy(*table.partition_by)
    maker.execute()


def shaped(frame: "DataFrame", table: Table) -> "DataFrame":
    """Bring a frame to a table's stored columns, in order and type."""
    from pyspark.sql import functions as F

    from schemas.spark import stored

    fields = {f.name: f.dataType for f in stored(table).fields}
    return frame.select(*(F.col(c.name).cast(fields[c.name]).alias(c.name) for c in table.stored_columns))


def replace_batch(spark: "SparkSession", lake: Path, name: str, batch: str, rows: "DataFrame") -> None:
    """Write one batch so that the table holds exactly these rows of it, however often it runs.

    A batch the table does not hold yet is appended, which costs a fifth of `replaceWhere`.
    """
    table = schemas.table(name)
    with scrubbed(name, batch):
        create(spark, lake, table)
        writer = shaped(rows, table).write.format("delta")
        if batch in batches(lake, name):
            condition = f"{table.partition_by[0]} = '{batch}'"
            writer = writer.mode("overwrite").option("replaceWhere", condition)
        else:
            writer = writer.mode("append")
        writer.save(str(where(lake, name)))


def append_once(
    spark: "SparkSession", lake: Path, name: str, key: str, rows: "DataFrame", part: str = "", version: int = 1
) -> None:
    """Append rows once: a second append under the same key and version makes no commit (Delta `txn`)."""
    table = schemas.table(name)
    with scrubbed(name, key):
        create(spark, lake, table, part)
        writer = shaped(rows, table).write.format("delta").mode("append")
        writer = writer.option("txnAppId", f"{name}:{part}:{key}").option("txnVersion", version)
        writer.save(str(where(lake, name, part)))


def overwrite(spark: "SparkSession", lake: Path, name: str, rows: "DataFrame", part: str = "") -> None:
    """Replace a whole table in one commit."""
    table = schemas.table(name)
    with scrubbed(name, part):
        create(spark, lake, table, part)
        shaped(rows, table).write.format("delta").mode("overwrite").save(str(where(lake, name, part)))


@contextmanager
def scrubbed(name: str, batch: str) -> Iterator[None]:
    """Turn an engine's error into CF-8202 without its text: ANSI casts and constraints print the row's values."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        kind = type(error).__name__
        condition = error.getCondition() if isinstance(error, PySparkException) else None
        raise CreditFileError("CF-8202", what=f"{kind} {condition or ''}".strip(), where=f"{name} {batch}") from None


def append_rows(spark: "SparkSession", lake: Path, name: str, rows: "DataFrame") -> None:
    """Append rows that are new by themselves (an anti-join on their key stands before)."""
    table = schemas.table(name)
    with scrubbed(name, ""):
        create(spark, lake, table)
        shaped(rows, table).write.format("delta").mode("append").save(str(where(lake, name)))
