"""What was set aside, and why: read from the tables without a JVM; values stay where they are.

A record is shown by its place, rule and age. Its identifiers are sealed: they are shown as `***`, and opening them
goes through the vault's own door, not through here.
"""

from collections import Counter
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

import schemas
from jobs import lake as tables
from jobs.errors import CreditFileError
from jobs.rows import dataset
from jobs.settings import Settings
from schemas import SourceObject, Table

HIDDEN = "***"
COUNTED = {
    "batch": "batch_id",
    "disposition": "disposition_code",
    "reason": "reason_code",
    "column": "reason_column_name",
    "owner": "owner_name",
}
"""What counts are grouped by, and the column it is read from."""


def objects(source: str | None = None) -> list[tuple[str, SourceObject]]:
    """Return every (source, object), or those of one source."""
    return [(s.name, item) for s in schemas.sources() if source in (None, s.name) for item in s.objects]


def counts(
    settings: Settings, now: datetime, source: str | None = None, batch: str | None = None, reason: str | None = None
) -> list[dict[str, Any]]:
    """Return records set aside by source, batch, disposition, reason and column, most first.

    `age_days` is how long the oldest of them waits. Only the counted columns are read, and of a batch only its files.
    """
    found = []
    for name, item in objects(source):
        for row in _counted(settings.lake, item, batch, reason):
            waits = (now - row["known_from_at_min"]).days
            told = {"source": name, "object": item.name} | {new: row[old] for new, old in COUNTED.items()}
            found.append(told | {"age_days": waits, "records": row["record_id_count"]})
    return sorted(found, key=lambda told: (-told["records"], *(str(told[name]) for name in ("source", *COUNTED))))


def _counted(lake: Path, item: SourceObject, batch: str | None, reason: str | None) -> list[dict[str, Any]]:
    rows = _dataset(lake, f"quarantine.{item.silver.thing}", batch)
    if rows is None:
        return []
    plain = ("record_id", "batch_id", "disposition_code", "owner_name", "known_from_at")
    columns = {name: pc.field(name) for name in plain}
    columns |= {name: pc.list_element(pc.field(f"{name}s"), 0) for name in ("reason_code", "reason_column_name")}
    table = rows.to_table(columns=columns)
    if reason is not None:
        table = table.filter(pc.field("reason_code") == reason)
    grouped = table.group_by([*COUNTED.values()]).aggregate([("record_id", "count"), ("known_from_at", "min")])
    return [dict(row) for row in grouped.to_pylist()]


def waiting(lake: Path, source: str, batch: str | None = None, reason: str | None = None) -> Counter[str]:
    """Return how many of a source's records wait in quarantine for a mended rule, by batch; duplicates do not."""
    found: Counter[str] = Counter()
    for _, item in objects(source):
        for row in _counted(lake, item, batch, reason):
            if row["disposition_code"] == "QUARANTINE":
                found[row["batch_id"]] += row["record_id_count"]
    return found


def history(lake: Path, item: SourceObject, record_id: str) -> list[dict[str, Any]]:
    """Return how a record that was set aside has been judged again, oldest first."""
    rows = _found(lake, f"history.{item.silver.thing}", record_id)
    return [
        {
            "judged_at": row["judged_at"].isoformat(),
            "from": row["from_code"],
            "from_reasons": row["from_reason_codes"],
            "to": row["to_code"],
            "to_reasons": row["to_reason_codes"],
            "contract_version": row["to_version_code"],
        }
        for row in sorted(rows, key=itemgetter("judged_at"))
    ]


def show(settings: Settings, record_id: str) -> dict[str, Any]:
    """Return one record that is or was set aside: place, reasons, how it was judged, and its masked fields.

    Raises:
        CreditFileError: CF-2304 if no quarantine table holds or held such a record.
    """
    for name, item in objects():
        aside = _found(settings.lake, f"quarantine.{item.silver.thing}", record_id)
        judged = history(settings.lake, item, record_id)
        if not aside and not judged:
            continue
        delivered = _found(settings.lake, item.bronze.name, record_id)
        place = {key: delivered[0][key] for key in ("batch_id", "delivery_no", "file", "line")} if delivered else {}
        now = _as_aside(aside[0]) if aside else {"disposition": judged[-1]["to"], "reasons": []}
        told = {"record_id": record_id, "source": name, "object": item.name} | place | now
        return told | {"history": judged, "delivered": masked(item.bronze, delivered[0]) if delivered else {}}
    raise CreditFileError("CF-2304", what=record_id)


def _as_aside(found: dict[str, Any]) -> dict[str, Any]:
    reasons = zip(found["reason_codes"], found["reason_column_names"], strict=True)
    return {
        "received_at": found["known_from_at"].isoformat(),
        "disposition": found["disposition_code"],
        "reasons": [{"reason": reason, "column": column} for reason, column in reasons],
        "duplicate_of": found["duplicate_of_id"],
        "contract_version": found["contract_version_code"],
        "owner": found["owner_name"],
    }


def _dataset(lake: Path, name: str, batch: str | None = None) -> Any:
    """Return a table's rows to be read, those of one batch by its files alone; None if it was never written."""
    if not tables.exists(lake, name):
        return None
    return dataset(lake, name, batch)


def _found(lake: Path, name: str, record_id: str) -> list[dict[str, Any]]:
    """Return a record's rows: the ids are looked through first, then only its own batch is read."""
    rows = _dataset(lake, name)
    if rows is None:
        return []
    wanted = pc.field("record_id") == record_id
    found: list[dict[str, Any]] = []
    for batch in sorted(set(rows.to_table(columns=["batch_id"], filter=wanted)["batch_id"].to_pylist())):
        found += _dataset(lake, name, batch).to_table(filter=wanted).to_pylist()
    return found


def masked(bronze: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Return a bronze row's delivered fields; identifiers and restricted values are hidden, as is a line's raw text."""
    shown = {}
    for column in bronze.columns:
        is_open = column.classification in ("internal", "public")
        shown[column.name] = row.get(column.name) if is_open else HIDDEN
    return shown
