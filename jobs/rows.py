"""Rows of a table without a JVM, for what answers a person's question or counts a little."""

from pathlib import Path
from typing import Any

from deltalake import DeltaTable

import schemas
from jobs import lake as tables


def dataset(lake: Path, name: str, batch: str | None = None) -> Any:
    """Return a table as a dataset to be read without a JVM, or one batch of it by its files alone.

    Read by Arrow's own file system: through that of delta-rs, which is Python, Arrow's threads may still want the
    interpreter when it ends, and the process aborts after its work is done.
    """
    from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

    place = str(tables.where(lake, name))
    column = schemas.table(name).partition_by
    only = [(column[0], "=", batch)] if batch is not None else None
    local = SubTreeFileSystem(place, LocalFileSystem())
    return DeltaTable(place).to_pyarrow_dataset(partitions=only, filesystem=local)


def few(lake: Path, name: str, *where_: tuple[str, str, str]) -> list[dict[str, Any]]:
    """Return the few rows of a table that answer a person's question, without a JVM; none if it was never written.

    Args:
        lake: the lake.
        name: the table.
        where_: column, sign and value of each condition.
    """
    if not tables.exists(lake, name):
        return []
    from pyarrow.compute import Expression
    from pyarrow.parquet import filters_to_expression

    asked: Expression | None = filters_to_expression([*where_]) if where_ else None
    return [dict(row) for row in dataset(lake, name).to_table(filter=asked).to_pylist()]


def of_batch(lake: Path, name: str, batch: str) -> list[dict[str, Any]]:
    """Return the rows of one batch of a small table, file by file: to import datasets takes a second."""
    from pyarrow.parquet import ParquetFile

    column = schemas.table(name).partition_by[0]
    files = DeltaTable(str(tables.where(lake, name))).file_uris([(column, "=", batch)])
    return [dict(row) | {column: batch} for file in files for row in ParquetFile(file).read().to_pylist()]
