"""The truth as Parquet, `<lake>/city/truth/<table>/`: read by tests and reports only, never by the pipeline."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

_TEXT, _DATE, _AT, _PERSON, _FLAG = pa.string(), pa.date32(), pa.timestamp("us", tz="UTC"), pa.int64(), pa.bool_()

SCHEMAS: dict[str, pa.Schema] = {
    "person": pa.schema(
        [("true_person", _PERSON), ("born_on", _DATE), ("died_on", _DATE), ("reliability", pa.float64())]
        + [("certificate_kind", _TEXT), ("hukou_code", _TEXT), ("hukou_on", _DATE), ("hukou_entry", _TEXT)]
        + [("arrived_on", _DATE), ("left_on", _DATE), ("gender_code", _TEXT), ("name", _TEXT)]
    ),
    "person_month": pa.schema(
        [("true_person", _PERSON), ("month", _TEXT), ("in_city", _FLAG), ("is_newcomer", _FLAG)]
        + [("categories", pa.list_(_TEXT)), ("primary_category", _TEXT), ("newcomer_basis", pa.list_(_TEXT))]
        + [("district", _TEXT), ("employer_uscc", _TEXT), ("work_kinds", pa.list_(_TEXT))]
    ),
    "identifier": pa.schema(
        [("true_person", _PERSON), ("kind", _TEXT), ("value", _TEXT), ("valid_from", _DATE), ("valid_to", _DATE)]
        + [("is_own", _FLAG)]
    ),
    "record": pa.schema(
        [("source", _TEXT), ("object", _TEXT), ("batch_id", _TEXT), ("delivery_no", pa.int32()), ("file", _TEXT)]
        + [("line", pa.int64()), ("source_record_no", _TEXT), ("true_person", _PERSON), ("true_uscc", _TEXT)]
        + [("fault", _TEXT), ("variant", _TEXT), ("fault_column", _TEXT), ("clean_value", _TEXT)]
        + [("duplicate_of_batch", _TEXT), ("duplicate_of_delivery_no", pa.int32()), ("duplicate_of_file", _TEXT)]
        + [("duplicate_of_line", pa.int64()), ("corrects_batch", _TEXT), ("corrects_delivery_no", pa.int32())]
        + [("corrects_file", _TEXT), ("corrects_line", pa.int64()), ("ends_in", _TEXT), ("reason_code", _TEXT)]
        + [("link_class", _TEXT), ("expected_link", _TEXT)]
    ),
    "delivered": pa.schema(
        [("source", _TEXT), ("object", _TEXT), ("batch_id", _TEXT), ("delivery_no", pa.int32()), ("file", _TEXT)]
        + [("line", pa.int64()), ("true_person", _PERSON), ("operation", _TEXT), ("event_at", _AT)]
        + [("known_from_at", _AT), ("meant", _TEXT)]
    ),
    "fact": pa.schema(
        [("true_person", _PERSON), ("kind", _TEXT), ("valid_from", _DATE), ("valid_to", _DATE), ("source", _TEXT)]
        + [("value", _TEXT), ("true_uscc", _TEXT), ("adverse_kind", _TEXT), ("notice_on", _DATE)]
        + [("expires_on", _DATE), ("purge_on", _DATE), ("relief_protected", _FLAG)]
    ),
    "consent": pa.schema(
        [("true_person", _PERSON), ("bank", _TEXT), ("purpose_code", _TEXT), ("data_kind", _TEXT)]
        + [("valid_from", _AT), ("valid_to", _AT), ("consent_no", _TEXT), ("r14_item", _TEXT)]
        + [("is_marketing", _FLAG), ("is_separate", _FLAG), ("ended_by", _TEXT), ("known_from_at", _AT)]
        + [("end_known_at", _AT), ("granted_at", _AT), ("window_to", _AT), ("withdrawn_at", _AT)]
    ),
    "keep_apart": pa.schema(
        [
            ("true_person_a", _PERSON),
            ("true_person_b", _PERSON),
            ("why", _TEXT),
            ("valid_from", _DATE),
            ("valid_to", _DATE),
        ]
    ),
}

FLUSH = 50_000


class _Table:
    def __init__(self, root: Path, name: str, schema: pa.Schema) -> None:
        folder = root / name
        folder.mkdir(parents=True)
        self.schema = schema
        self.writer = pq.ParquetWriter(folder / "part-00000.parquet", schema, compression="zstd")
        self.rows: list[tuple[Any, ...]] = []
        self.count = 0

    def flush(self) -> None:
        if not self.rows:
            return
        columns = list(zip(*self.rows, strict=True))
        arrays = [pa.array(column, field.type) for column, field in zip(columns, self.schema, strict=True)]
        self.writer.write_table(pa.Table.from_arrays(arrays, schema=self.schema))
        self.count += len(self.rows)
        self.rows = []


class Truth:
    """All tables of truth, streamed: rows wait in memory only until a row group is full."""

    def __init__(self, root: Path) -> None:
        self._tables = {name: _Table(root, name, schema) for name, schema in SCHEMAS.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for table in self._tables.values():
            if error is None:
                table.flush()
            table.writer.close()

    def add(self, name: str, *row: Any) -> None:
        """Add a row in the order of the table's columns."""
        table = self._tables[name]
        table.rows.append(row)
        if len(table.rows) >= FLUSH:
            table.flush()

    def counts(self) -> dict[str, int]:
        """Return rows by table, after the tables are closed."""
        return {name: table.count for name, table in self._tables.items()}
