"""What each office writes: one module a source, found by the name of its contract.

A source without one has no office in the city: it is a contract that only the real world fulfils. A module has
`LAYOUTS` (its record types in the order in which they are written) and `records(census, life)`; if it has
more to say also `shared(census, quarter)`, `identifiers(census, life)`, `facts(census, life)`, `is_public(item)`, and
`MEANT`, which says how its records are to be read for the truth.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import schemas
from jobs.city.layout import Layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item
from schemas import Source

Records = Iterable[tuple[Layout, list[Item]]]
Identifier = tuple[str, str | None, date | None, date | None, bool]
"""Kind, value, first and last day, and whether it is the person's own."""


def _nothing(*_: Any) -> tuple[()]:
    return ()


def _never(_: Item) -> bool:
    return False


@dataclass(frozen=True)
class Desk:
    """One source's contract, and what its module knows of a person or of a quarter of the city."""

    source: Source
    layouts: tuple[Layout, ...]
    records: Callable[[Census, Life], Records]
    shared: Callable[[Census, int], Records]
    identifiers: Callable[[Census, Life], Iterable[Identifier]]
    facts: Callable[[Census, Life], Iterable[tuple[Any, ...]]]
    is_public: Callable[[Item], bool]
    resends: bool
    meant: Mapping[Layout, Meaning]


@cache
def desks() -> tuple[Desk, ...]:
    """Return the desks of the sources the city has an office of.

    The ledger of consent comes first, because it decides where others' records end.
    """
    found = sorted(schemas.sources(), key=lambda source: (source.name != "consent_grant", source.name))
    return tuple(_desk(source) for source in found if find_spec(f"{__name__}.{source.name}"))


def _desk(source: Source) -> Desk:
    module = import_module(f"{__name__}.{source.name}")
    return Desk(
        source=source,
        layouts=module.LAYOUTS,
        records=module.records,
        shared=getattr(module, "shared", _nothing),
        identifiers=getattr(module, "identifiers", _nothing),
        facts=getattr(module, "facts", _nothing),
        is_public=getattr(module, "is_public", _never),
        resends=getattr(module, "RESENDS", False),
        meant=getattr(module, "MEANT", {}),
    )
