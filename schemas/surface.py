"""What others build on: every table's stored columns, in `schemas/docs/surface.json` beside their contract's version.

Semantic versioning (semver.org, 8): what takes something away from readers needs a new major version.
"""

import json
from collections.abc import Mapping
from typing import TypedDict

from schemas.model import Table

NAME = "surface.json"
REQUIRED = " NOT NULL"


class Face(TypedDict):
    """One table as its readers know it: the contract's version, and each column's type and whether it may be null."""

    version: str
    columns: dict[str, str]


Surface = dict[str, Face]


def of(tables: tuple[Table, ...]) -> Surface:
    """Return the surface of tables, by name."""
    return {
        table.name: Face(
            version=table.version,
            columns={c.name: c.physical_type + (REQUIRED if c.required else "") for c in table.stored_columns},
        )
        for table in sorted(tables, key=lambda table: table.name)
    }


def page(surface: Surface) -> str:
    """Return the surface as the committed file holds it."""
    return json.dumps(surface, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read(text: str) -> Surface:
    """Read a committed surface; an empty one from no text."""
    found: Surface = json.loads(text or "{}")
    return found


def _major(version: str) -> int:
    return int(version.split(".", 1)[0])


def _taken(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Name the columns that readers lose: gone, of another type, or null where they never were."""
    taken = []
    for column, kind in before.items():
        now = after.get(column)
        if now is None:
            taken.append(f"{column} is gone")
        elif now not in (kind, kind + REQUIRED):
            taken.append(f"{column} was {kind}, is {now}")
    return taken


def breaking(before: Surface, after: Surface) -> tuple[str, ...]:
    """Return what a new surface takes away without a new major version; empty if all is well.

    A column that becomes required takes nothing from a reader, so it passes if only that has changed.
    """
    problems: list[str] = []
    for name, face in before.items():
        now = after.get(name)
        if now is None:
            problems.append(f"{name} is gone")
        elif _major(now["version"]) <= _major(face["version"]):
            problems += [
                f"{name}.{change}; version {face['version']} -> {now['version']}"
                for change in _taken(face["columns"], now["columns"])
            ]
    return tuple(problems)
