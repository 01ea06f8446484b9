"""What was set aside, and why: read from the tables without a JVM; values stay where they are.

A record is shown by its place, rule and age. Its identifiers are sealed: they are shown as `***`, and opening them
goes through the vault's own door, not through here.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
from deltalake import DeltaTable

import schemas
from jobs import lake as tables
from jobs.errors import CreditFileError
from jobs.settings import Settings
from schemas import SourceObject, Table

HIDDEN = "***"


def objects(source: str | None = None) -> list[tuple[str, SourceObject]]:
    """Return every (source, object), or those of one source."""
    return [(s.name, item) for s in schemas.sources() if source in (None, s.name) for item in s.objects]


def _rows(lake: Path, name: str, where: list[tuple[str, str, Any]] | None = None) -> list[dict[str, Any]]:
    if not tables.exists(lake, name):
        return []
    found = DeltaTable(str(tables.where(lake, name))).to_pyarrow_table(filters=where)
    return [dict(row) for row in found.to_pylist()]


def counts(settings: Settings, source: str | None = None) -> list[dict[str, Any]]:
    """Return records set aside by source, batch, disposition, reason and column, most first."""
    counted: Counter[tuple[str, ...]] = Counter()
    for name, item in objects(source):
        table = f"quarantine.{item.silver.thing}"
        if not tables.exists(settings.lake, table):
            continue
        columns = ["batch_id", "disposition_code", "reason_codes", "reason_column_names", "owner_name"]
        rows = DeltaTable(str(tables.where(settings.lake, table))).to_pyarrow_table(columns=columns)
        first = [
            pc.list_element(rows["reason_codes"], 0).to_pylist(),
            pc.list_element(rows["reason_column_names"], 0).to_pylist(),
        ]
        plain = [rows[column].to_pylist() for column in ("batch_id", "disposition_code", "owner_name")]
        for batch, disposition, owner, reason, column in zip(*plain, *first, strict=True):
            counted[(name, item.name, batch, disposition, reason, column, owner)] += 1
    fields = ("source", "object", "batch", "disposition", "reason", "column", "owner")
    return [
        {**dict(zip(fields, key, strict=True)), "records": count}
        for key, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def show(settings: Settings, record_id: str) -> dict[str, Any]:
    """Return one record set aside: place, reasons, and the delivered fields with identifiers hidden.

    Raises:
        CreditFileError: CF-2304 if no quarantine table holds such a record.
    """
    wanted = [("record_id", "=", record_id)]
    for name, item in objects():
        aside = _rows(settings.lake, f"quarantine.{item.silver.thing}", wanted)
        if not aside:
            continue
        found = aside[0]
        delivered = _rows(settings.lake, item.bronze.name, wanted)
        place = {key: delivered[0][key] for key in ("batch_id", "delivery_no", "file", "line")} if delivered else {}
        return {
            "record_id": record_id,
            "source": name,
            "object": item.name,
            **place,
            "received_at": found["known_from_at"].isoformat(),
            "disposition": found["disposition_code"],
            "reasons": [
                {"reason": reason, "column": column}
                for reason, column in zip(found["reason_codes"], found["reason_column_names"], strict=True)
            ],
            "duplicate_of": found["duplicate_of_id"],
            "contract_version": found["contract_version_code"],
            "owner": found["owner_name"],
            "delivered": masked(item.bronze, delivered[0]) if delivered else {},
        }
    raise CreditFileError("CF-2304", what=record_id)


def masked(bronze: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Return a bronze row's delivered fields; identifiers and restricted values are hidden, as is a line's raw text."""
    shown = {}
    for column in bronze.columns:
        is_open = column.classification in ("internal", "public")
        shown[column.name] = row.get(column.name) if is_open else HIDDEN
    return shown
