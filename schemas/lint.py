"""The lint of the house: what ODCS allows but we do not.

Every column has a description, a Chinese business name, a classification and a known ending; every silver
column names the bronze column it comes from; one name has one type and meaning in all contracts.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from schemas.delivered import heading
from schemas.model import Table

SUFFIXES = {
    "_no": "STRING",
    "_nos": "ARRAY<STRING>",
    "_code": "STRING",
    "_codes": "ARRAY<STRING>",
    "_name": "STRING",
    "_names": "ARRAY<STRING>",
    "_text": "STRING",
    "_date": "DATE",
    "_month": "DATE",
    "_year": "INT",
    "_at": "TIMESTAMP",
    "_cny": "DECIMAL(18,2)",
    "_days": "INT",
    "_count": "INT|BIGINT",
    "_ratio": "DECIMAL(9,6)",
    "_value": "DECIMAL(18,4)",
    "_points": "INT",
    "_band": "STRING",
    "_hash": "STRING",
    "_id": "STRING",
    "_ids": "ARRAY<STRING>",
    "_level": "STRING|INT",
}
"""The closed grammar of endings (domain.md, section 0) and the physical type each promises."""

PREFIXES = ("is_", "has_")

NAMED_BY_DESIGN = {"file", "line", "source", "match_weight", "delivery_no", "known_at"}
"""Names fixed by design.md and city.md, where truth and pipeline meet."""

CLASSES = {"identifier", "restricted", "internal", "public"}

FLAGS = {"mayBeEmpty", "separateConsent", "positiveOnly", "benefitOnly"}
"""Properties of a source that are true or false."""

STRUCTURED = ("STRUCT", "ARRAY<STRUCT", "MAP")


def _ending(name: str, kind: str, is_delivered: bool) -> str | None:
    """Say what is wrong with a column's name, or None."""
    if name in NAMED_BY_DESIGN or kind.startswith(STRUCTURED):
        return None
    if name.startswith(PREFIXES):
        return None if is_delivered or kind == "BOOLEAN" else f"{name} is {kind}, a yes/no name promises BOOLEAN"
    for suffix, promised in SUFFIXES.items():
        if name.endswith(suffix):
            if is_delivered or kind in promised.split("|"):
                return None
            return f"{name} is {kind}, its ending promises {promised}"
    return f"{name} has no ending of the grammar"


def lint(path: Path, raw: dict[str, Any], tables: dict[str, Table]) -> tuple[str, ...]:
    """Return every problem of one contract as `file:line: message`."""
    problems: list[str] = []
    for table in tables.values():
        is_delivered = table.name.split(".")[-1].startswith("bronze") and path.parent.name == "sources"
        needs_lineage = table.name.split(".")[-1].startswith("silver") and path.parent.name == "sources"
        names = [c.name for c in table.columns]
        if not table.description:
            problems.append(f"{path.name}:1: {table.name} has no description")
        for column in table.columns:
            place = f"{path.name}:{column.line}:"
            if names.count(column.name) > 1:
                problems.append(f"{place} {column.name} stands twice")
            if not column.description:
                problems.append(f"{place} {column.name} has no description")
            if not re.search(r"[\u4e00-\u9fff]", column.business_name):
                problems.append(f"{place} {column.name} has no Chinese business name")
            if column.classification not in CLASSES:
                problems.append(f"{place} {column.name} has no classification of {', '.join(sorted(CLASSES))}")
            if (wrong := _ending(column.name, column.physical_type, is_delivered)) is not None:
                problems.append(f"{place} {wrong}")
            if column.encrypted_name and not column.encrypted_name.endswith("_hash"):
                problems.append(f"{place} {column.name} is stored under {column.encrypted_name}, which is no _hash")
            if needs_lineage and not column.sources:
                problems.append(f"{place} {column.name} has no lineage (transformSourceObjects)")
            if needs_lineage and not column.purposes:
                problems.append(f"{place} {column.name} has no purpose (CBM-7: minimal and necessary)")
            for source in column.sources if needs_lineage else ():
                thing, _, origin = source.partition(".")
                if thing not in tables or origin not in {c.name for c in tables[thing].columns}:
                    problems.append(f"{place} {column.name} comes from {source}, which is not there")
    for stated in raw.get("customProperties", ()):
        if stated["property"] in FLAGS and not isinstance(stated["value"], bool):
            problems.append(f"{path.name}:1: {stated['property']} is neither true nor false")
    problems += _at_the_door(path, raw, tables)
    if raw.get("version", "").count(".") != 2:
        problems.append(f"{path.name}:1: version is not semantic (major.minor.patch)")
    return tuple(problems)


DOORS = ("refuseColumns", "stripColumns")


def _at_the_door(path: Path, raw: dict[str, Any], tables: dict[str, Table]) -> Iterator[str]:
    """Say what is wrong with the headings a contract keeps out: lists of text, and each heading in one place only."""
    agreed = {heading(n) for t in tables.values() for c in t.columns for n in (c.name, c.physical_name)}
    places = dict.fromkeys(agreed, "schema")
    lines = path.read_text("utf-8").splitlines()
    for stated in raw.get("customProperties", ()):
        if (door := stated["property"]) not in DOORS:
            continue
        place = next(
            (f"{path.name}:{number}:" for number, text in enumerate(lines, 1) if door in text), f"{path.name}:1:"
        )
        if not isinstance(stated["value"], list) or not all(isinstance(n, str) and heading(n) for n in stated["value"]):
            yield f"{place} {door} is no list of headings"
            continue
        for name in stated["value"]:
            if (other := places.setdefault(heading(name), door)) != door:
                yield f"{place} {name} stands both under {door} and under {other}"
