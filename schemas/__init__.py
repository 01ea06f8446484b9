"""WHAT the data is: contracts, code lists, rules and the city's profile. Imports no Spark.

Everything is found by walking this package's folders, so a new source is a new file and nothing else.
"""

from functools import cache
from pathlib import Path

from schemas.codes import MANY, Code, codes, fixes, pattern
from schemas.contract import load_source, load_tables
from schemas.model import Column, ContractError, Rule, Server, Source, SourceObject, Table
from schemas.priority import priorities, rank
from schemas.profile import City, city, rules, rules_of

HERE = Path(__file__).parent

__all__ = [
    "MANY",
    "City",
    "Code",
    "Column",
    "ContractError",
    "Rule",
    "Server",
    "Source",
    "SourceObject",
    "Table",
    "city",
    "codes",
    "fixes",
    "pattern",
    "priorities",
    "rank",
    "rules",
    "rules_of",
    "source",
    "sources",
    "table",
    "tables",
]


@cache
def _rows() -> dict[str, tuple[Column, ...]]:
    """Columns that every table of a layer carries: `schemas/tables/row/<layer>.odcs.yaml`."""
    found: dict[str, tuple[Column, ...]] = {}
    for path in sorted((HERE / "tables" / "row").glob("*.odcs.yaml")):
        _, tables = load_tables(path)
        found |= {name: table.columns for name, table in tables.items()}
    return found


@cache
def source(name: str) -> Source:
    """Return one source's contract; ContractError if there is none of this name or it is wrong."""
    path = HERE / "sources" / f"{name}.odcs.yaml"
    if not path.is_file():
        known = ", ".join(p.name.removesuffix(".odcs.yaml") for p in sorted(path.parent.glob("*.odcs.yaml")))
        raise ContractError((f"no source {name}; there are: {known}",))
    return load_source(path, _rows())


@cache
def sources() -> tuple[Source, ...]:
    """Return every source's contract, by name."""
    return tuple(source(p.name.removesuffix(".odcs.yaml")) for p in sorted((HERE / "sources").glob("*.odcs.yaml")))


@cache
def _layered() -> dict[str, Table]:
    """Tables of link, gold, release and share: one contract each under `schemas/tables/<layer>/`."""
    found: dict[str, Table] = {}
    for path in sorted((HERE / "tables").glob("*/*.odcs.yaml")):
        if path.parent.name != "row":
            _, tables = load_tables(path)
            found |= {f"{path.parent.name}.{name}": table for name, table in tables.items()}
    return found


@cache
def table(name: str) -> Table:
    """Return a table by its full name, e.g. `silver.psb_residence`; ContractError if there is none."""
    layer, _, thing = name.partition(".")
    if layer in ("bronze", "silver"):
        for known in sources():
            for item in known.objects:
                if name in (item.bronze.name, item.silver.name):
                    return item.bronze if layer == "bronze" else item.silver
    elif layer in ("quarantine", "history", "vault") and name not in _layered():
        return Table(name, layer, f"{layer} of {thing}", (), _rows()[layer], version="1.0.0")
    elif name in _layered():
        return _layered()[name]
    raise ContractError((f"no table {name}",))


@cache
def tables() -> tuple[Table, ...]:
    """Return every table of every layer, by name."""
    per_source = [
        found
        for known in sources()
        for item in known.objects
        for found in (
            item.bronze,
            item.silver,
            *(table(f"{of}.{item.silver.thing}") for of in ("quarantine", "history")),
        )
    ]
    vaults = [table(f"vault.{known.name}") for known in sources()]
    return tuple(sorted([*per_source, *vaults, *_layered().values()], key=lambda t: t.name))
