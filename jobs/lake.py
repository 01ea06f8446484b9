"""The only table I/O: where tables lie, how a batch replaces exactly itself, and how engine errors lose their values.

Here is also the vault's door, the one way from a sealed text to a plain one.

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
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.types import StructType

    from jobs.clock import Clock
    from jobs.keys import Keys
    from jobs.vault_log import Access

DELTA_OPTIONS = {"delta.enableDeletionVectors": "false", "delta.checkpointInterval": "20"}

FEW_FILES = 64
"""Up to so many files a table is read by its list of files."""

SEALED, PLAIN = "sealed_", "plain_"
"""How a sealed column's name begins, and that of its text once it is opened."""

WITH_STATISTICS = ("STRING", "DATE", "TIMESTAMP", "INT", "BIGINT", "DOUBLE")
"""Types of which Delta keeps bounds."""

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
    for key, value in (DELTA_OPTIONS | _bounds(table) | constraints).items():
        maker = maker.property(key, value)
    if table.partition_by:
        maker = maker.partitionedBy(*table.partition_by)
    maker.execute()


def sealed_columns(table: Table) -> tuple[str, ...]:
    """Return the names of a table's sealed columns."""
    return tuple(column.name for column in table.stored_columns if column.name.startswith(SEALED))


def plain_name(sealed: str) -> str:
    """Return what a sealed column's text is called while it is open."""
    return sealed.replace(SEALED, PLAIN, 1)


def _bounds(table: Table) -> dict[str, str]:
    """Keep bounds of what is not sealed: the log outlives its files, and the bound of a seal is a piece of it."""
    if not sealed_columns(table):
        return {}
    own = table.system or table.columns
    kept = [c.name for c in own if c.physical_type in WITH_STATISTICS and not c.name.startswith(SEALED)]
    return {"delta.dataSkippingStatsColumns": ",".join(name for name in kept if name not in table.partition_by)}


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


def replace_batches(spark: "SparkSession", lake: Path, name: str, batches: Sequence[str], rows: "DataFrame") -> None:
    """Write several batches in one commit, so that the table holds exactly these rows of them."""
    listed = ", ".join(f"'{batch}'" for batch in batches)
    replace(spark, lake, name, f"{schemas.table(name).partition_by[0]} IN ({listed})", rows)


def replace(spark: "SparkSession", lake: Path, name: str, condition: str, rows: "DataFrame") -> None:
    """Write rows in the place of those that a condition is true of, in one commit; the rows must fulfil it too.

    A condition on partitions alone leaves every other file as it is.
    """
    table = schemas.table(name)
    with scrubbed(name, ""):
        create(spark, lake, table)
        writer = shaped(rows, table).write.format("delta").mode("overwrite").option("replaceWhere", condition)
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


def update(spark: "SparkSession", lake: Path, name: str, which: "Column", changes: Mapping[str, "Column"]) -> None:
    """Change rows in place in one commit: only the files that hold one of them are written anew."""
    from delta.tables import DeltaTable as Changed

    with scrubbed(name, "update"):
        Changed.forPath(spark, str(where(lake, name))).update(which, dict(changes))


@contextmanager
def scrubbed(name: str, batch: str) -> Iterator[None]:
    """Turn an engine's error into CF-8202 without its text: ANSI casts and constraints print the row's values.

    A seal whose key is not there (`jobs.hashing.opened`) is told as CF-9102.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        kind = type(error).__name__
        condition = error.getCondition() if isinstance(error, PySparkException) else None
        if condition == "USER_RAISED_EXCEPTION" and "CF-9102" in str(error):
            raise CreditFileError("CF-9102", where=f"{name} {batch}".strip()) from None
        raise CreditFileError("CF-8202", what=f"{kind} {condition or ''}".strip(), where=f"{name} {batch}") from None


def append_rows(spark: "SparkSession", lake: Path, name: str, rows: "DataFrame") -> None:
    """Append rows that are new by themselves (an anti-join on their key stands before)."""
    table = schemas.table(name)
    with scrubbed(name, ""):
        create(spark, lake, table)
        shaped(rows, table).write.format("delta").mode("append").save(str(where(lake, name)))


def unsealed(
    spark: "SparkSession",
    lake: Path,
    keys: "Keys",
    rows: "DataFrame",
    access: "Access",
    columns: Sequence[str] = ("sealed_text",),
    clock: "Clock | None" = None,
) -> "DataFrame":
    """Open seals: the vault's door, and the only way through it. Who, when and why is logged before anything is opened.

    Args:
        spark: the session.
        lake: the lake.
        keys: the operator's.
        rows: rows of the tables that `access` names, cut to those that are needed, because each seal costs 4 µs. Of
            `vault.person` they need `person_id`: its seals open by the person's own key.
        access: what for.
        columns: which sealed columns.
        clock: when; the host's if not given.

    Returns:
        The rows with `plain_...` in the place of each `sealed_...`, never to be written anywhere. Null where nothing
        was sealed, and where the person's own key was destroyed. A seal whose key the key file does not hold fails the
        action (CF-9102).
    """
    from pyspark.sql import functions as F

    from jobs import vault_log
    from jobs.hashing import opened, with_seals, without_keys

    vault_log.note(lake, access, clock)
    own = None
    if "vault.person" in access.tables:
        held = read(spark, lake, "vault.person_key").select("person_id", F.col("sealed_key_text").alias("own_key"))
        rows, own = rows.join(held, "person_id", "left"), F.unbase64(opened(F.col("own_key")))
    plain = {plain_name(name): opened(F.col(name), own) for name in columns}
    return without_keys(with_seals(spark, rows, keys).withColumns(plain)).drop(*columns, "own_key")
