"""Parquet files as lines of text: read batch by batch, so that memory holds a few thousand rows."""

from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from jobs.ingest import rows
from jobs.ingest.archive import LIMITS
from jobs.ingest.kinds import unfit
from jobs.ingest.landing import Delivery, LandedFile
from jobs.ingest.order import Order
from jobs.ingest.uploads import object_of

BATCH_ROWS = 2_000
GROUP_BYTES = 1024**3
"""What one group of rows may take once unpacked; the files' writers part them at 128 MiB."""


def land_parquet(order: Order, delivery: Delivery, name: str, label: str, path: Path) -> LandedFile:
    """Land a Parquet file as JSON lines of its own columns, every value as text.

    Raises:
        CreditFileError: CF-1406 if it is cut or damaged, CF-1407 if it would unpack beyond the limits.
    """
    where = f"{order.place}/{label}"
    file = delivery.lines(label, "jsonl")
    written = 0
    try:
        with parquet.ParquetFile(path) as table:
            groups = [table.metadata.row_group(at).total_byte_size for at in range(table.metadata.num_row_groups)]
            LIMITS.check(path.stat().st_size, sum(groups), where)
            if max(groups, default=0) > GROUP_BYTES:
                raise unfit("CF-1407", f"a group of rows has more than {GROUP_BYTES:,} bytes", where)
            header = tuple(table.schema_arrow.names)
            if len(set(header)) < len(header):
                raise unfit("CF-1402", "the header names a column twice", where)
            for batch in table.iter_batches(BATCH_ROWS):
                columns = [column.to_pylist() for column in batch.columns]
                text = "".join(rows.line(header, row) for row in zip(*columns, strict=True)).encode("utf-8")
                written += len(text)
                LIMITS.check(written, written, where)
                file.write(text)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as no:
        if isinstance(no, OSError) and no.errno:
            raise  # the disk's own, not the file's
        raise unfit("CF-1406", "Parquet is cut or damaged", where) from None
    return delivery.add_rows(name, object_of(order, name), file, header)
