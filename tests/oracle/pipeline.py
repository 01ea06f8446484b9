"""What the pipeline wrote, in the oracle's words: whose each record is, who waits, and what every file says."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

import schemas
from oracle.adverse import Item
from oracle.city import Expected
from oracle.delivered import Spot

NEWCOMER = ("newcomer_status_code", "newcomer_basis_codes", "hukou_date", "newcomer_next_change_date")
PLAIN = (
    "category_codes",
    "primary_category_code",
    "tier_code",
    "completeness_ratio",
    "no_consent_ratio",
    "industry_group_code",
    "district_code",
    "cluster_codes",
    "life_stage_code",
)
NOTHING = ("C99", "C09")
"""All that can be said of who has no file: the kind of certificate may be known of a grant alone."""


def table(lake: Path, name: str) -> pl.DataFrame:
    """Read a table."""
    return pl.read_delta(str(lake / name.replace(".", "/")))


def spots(lake: Path) -> dict[str, Spot]:
    """Return where each record was delivered, by its id."""
    found = {}
    for source in schemas.sources():
        for item in source.objects:
            if (lake / item.bronze.name.replace(".", "/") / "_delta_log").is_dir():
                rows = table(lake, item.bronze.name).select("record_id", "batch_id", "delivery_no", "file", "line")
                found |= {row[0]: Spot(source.name, item.name, *row[1:]) for row in rows.iter_rows()}
    return found


def links(lake: Path) -> dict[Spot, str]:
    """Return the person of each linked record, by the record's place."""
    place = spots(lake)
    rows = table(lake, "link.person_record").filter(pl.col("person_id").is_not_null())
    return {place[record]: person for record, person in rows.select("record_id", "person_id").iter_rows()}


def waiting(lake: Path, known_at: datetime) -> set[str]:
    """Return the people near whom a record waits for a decision; the table is made when one does."""
    if not (lake / "link" / "review" / "_delta_log").is_dir():
        return set()
    rows = table(lake, "link.review").filter(pl.col("person_id").is_not_null() & (pl.col("known_from_at") <= known_at))
    return set(rows["person_id"])


def said(row: dict[str, Any]) -> dict[str, Any]:
    """Return a file's statements by the names that the oracle uses."""
    derived = row["features"] | row["derived"]
    told = {name: row[name] for name in PLAIN} | {name: row["newcomer"][name] for name in NEWCOMER}
    return told | {
        name: value for name, value in derived.items() if name not in ("score_kind_code", "score_version_code")
    }


def items(row: dict[str, Any]) -> tuple[tuple[Any, ...], ...]:
    """Return a file's bad information with its marks, sorted."""
    return tuple(sorted((_item(i) for i in row["compliance"]["adverse"]), key=repr))


def _item(item: dict[str, Any]) -> tuple[Any, ...]:
    marks = tuple(sorted({mark["mark_code"] for mark in item["marks"]}))
    names = ("adverse_kind_code", "start_date", "end_date", "status_code", "expires_date", "source_code")
    return (*(item[name] for name in names), marks)


def expected_items(adverse: tuple[Item, ...]) -> tuple[tuple[Any, ...], ...]:
    """Return the oracle's bad information in the same shape."""
    found = ((i.kind, i.start, i.end, i.status, i.expires, i.source, i.marks) for i in adverse)
    return tuple(sorted(found, key=repr))


def files(lake: Path) -> dict[str, dict[str, Any]]:
    """Return the newest version of each person's file."""
    rows = table(lake, "gold.credit_file").sort("version_count")
    return {row["person_id"]: row for row in rows.iter_rows(named=True)}


def is_nothing(expected: Expected) -> bool:
    """Say whether there is nothing to say of a person, so that no file is due."""
    no_feature = all(value in (0, None) for value in vars(expected.features).values())
    return no_feature and not expected.adverse and expected.categories.primary in NOTHING


def moment(lake: Path) -> tuple[date, datetime]:
    """Return the newest day and instant that a file was made for."""
    rows = table(lake, "gold.credit_file")
    return rows["as_of_date"].max(), rows["known_at"].max()  # type: ignore[return-value]


def compared(lake: Path, wanted: dict[Any, Expected]) -> Iterator[str]:
    """Yield everything in which files differ from what the oracle expects."""
    from oracle.city import differences

    linked = set(table(lake, "link.person_record")["person_id"])
    made = files(lake)
    closed = {person for person in made if person not in linked}
    yield from (f"{person} has no record any more, and a file" for person in closed if not made[person]["is_frozen"])
    made = {person: row for person, row in made.items() if person not in closed}
    for person in wanted.keys() - made.keys():
        if not is_nothing(wanted[person]):
            yield f"no file of {person}, of whom something is known"
    due = {person: expected for person, expected in wanted.items() if person in made}
    yield from map(str, differences(due, {person: said(row) for person, row in made.items()}))
    for person, expected in due.items():
        if items(made[person]) != expected_items(expected.adverse):
            yield f"bad information of {person}: {expected_items(expected.adverse)}, found {items(made[person])}"
