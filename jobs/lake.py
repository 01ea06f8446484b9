"""The only table I/O: where tables lie, how a batch replaces exactly itself, and how engine errors lose their values.

Tables are Delta at `<lake>/<layer>/<table>`. One writer per table; one commit per table and run.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deltalake import DeltaTable

import schemas
from jobs.errors import CreditFileError
from schemas import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

DELTA_OPTIONS = {"delta.enableDeletionVectors": "false", "delta.checkpointInterval": "20"}

FEW_FILES = 64
"""Up to so many files a table is read by its list of files."""

PLAIN_READER = 1
"""Reader version without deletion vectors and column mapping: a table's files are its rows."""


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


def version(lake: Path, name: str) -> int:
    """Return the number of a table's last commit, without a JVM."""
    return DeltaTable(str(where(lake, name))).version()


def read(spark: "SparkSession", lake: Path, name: str, part: str = "") -> "DataFrame":
    """Return a table's rows; an empty frame of the contract's schema if it was never written.

    A table of few files is read by the list of them that its log gives: before its own scan Delta starts two to four
    Spark jobs to find the same list, which for a small table is most of the reading. Many files are left to Delta,
    which prunes them by their statistics; so is a table of another reader version, whose files may not be its rows.
    """
    from schemas.spark import stored

    schema = stored(schemas.table(name))
    if not exists(lake, name, part):
        return inline(spark, schema)
    place = str(where(lake, name, part))
    table = DeltaTable(place)
    files = table.file_uris()
    if len(files) > FEW_FILES or table.protocol().min_reader_version > PLAIN_READER:
        return spark.read.format("delta").load(place)
    if not files:
        return inline(spark, schema)
    rows = spark.read.schema(schema).option("basePath", place).parquet(*files)
    return rows.select(*schema.fieldNames())


def inline(spark: "SparkSession", schema: "StructType", rows: Sequence[Mapping[str, Any]] = ()) -> "DataFrame":
    """Return a frame of few rows that stands in the plan itself.

    Made through Arrow it is a local relation: reading and broadcasting it needs no job, joins with an empty one fall
    out of the plan, and neither plans nor event logs show its values (a key is such a row).
    """
    import pyarrow as pa
    from pyspark.sql.pandas.types import to_arrow_schema

    return spark.createDataFrame(pa.Table.from_pylist([*rows], to_arrow_schema(schema)), schema)


def create(spark: "SparkSession", lake: Path, table: Table, part: str = "") -> None:
    """Make a table from its contract: types, NOT NULL, comments, CHECK, partitions; nothing to do if it is there.

    By Spark and not by delta-rs, which leaves no checksum beside its commit: without one each write of Spark's works
    out the table's whole state first, and that costs more than Spark's slow builder.
    """
    if exists(lake, table.name, part):
        return
    from delta.tables import DeltaTable as Maker

    from schemas.spark import checks, commented

    maker = Maker.createIfNotExists(spark).location(str(where(lake, table.name, part)))
    maker = maker.comment(table.description).addColumns(commented(table))
    constraints = {f"delta.constraints.{name}": condition for name, condition in checks(table).items()}
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

    A batch the table does not hold yet is appended, which costs a fifth of `replaceWhere`. Columns that a contract got
    since the table was made are added to it; older rows have null there.
    """
    table = schemas.table(name)
    with scrubbed(name, batch):
        create(spark, lake, table)
        writer = shaped(rows, table).write.format("delta")
        if has_grown(lake, table):
            writer = writer.option("mergeSchema", "true")
        if batch in batches(lake, name):
            condition = f"{table.partition_by[0]} = '{batch}'"
            writer = writer.mode("overwrite").option("replaceWhere", condition)
        else:
            writer = writer.mode("append")
        writer.save(str(where(lake, name)))


def has_grown(lake: Path, table: Table) -> bool:
    """Say whether the contract states a column that the stored table does not have yet."""
    known = {field.name for field in DeltaTable(str(where(lake, table.name))).schema().fields}
    return any(column.name not in known for column in table.stored_columns)


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
