"""Header drift: which delivered columns are not the contract's, and what is likely meant (domain.md, section 4.4).

A column added is kept, sealed, and told; a column that is missing, be it taken away or renamed, holds the batch with
the difference. A database's further columns are told too but not even read: its account may see more than was agreed.
Names only, and only where they are names: a file without a header has a person's values in its place.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

from jobs.errors import CreditFileError
from jobs.ingest.receipt import LandedFile, Receipt
from schemas import Source, SourceObject

ALIKE = 0.6
"""Two names so much like each other are probably one column, renamed."""

MANY = 200
"""So many columns that nobody agreed to are no column added, but another file."""

NAME = re.compile(r"[\w .:/()（）%-]{1,40}")
NUMBER = re.compile(r"\d{6}")
"""In no column's name, but in certificate, phone and account numbers."""

ASKED = "a contract version is asked for"


class Drift(NamedTuple):
    """One header against the contract: what it lacks, what it adds, and what was seen at the office and not read."""

    place: str
    missing: tuple[str, ...]
    added: tuple[str, ...]
    unread: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """The difference in one line, for messages."""
        told = [f"missing {', '.join(self.missing)}"] if self.missing else []
        told += [f"new {listed(self.added[:MANY])}"] if self.added else []
        told += [f"new at the office and not read: {listed(self.unread)}"] if self.unread else []
        told += [f"likely renamed {', '.join(f'{old} → {new}' for old, new in self.renamed)}"] if self.renamed else []
        return "; ".join(told)


def undeclared(item: SourceObject, header: tuple[str, ...], receipt: Receipt) -> tuple[str, ...]:
    """Return the delivered names that the object's contract does not know, without those the door has stripped."""
    known = {column.physical_name for column in item.bronze.columns}
    known |= {name.removeprefix(f"{item.name}.") for name in receipt.stripped_columns}
    return tuple(dict.fromkeys(name for name in header if name not in known))


def listed(names: tuple[str, ...]) -> str:
    """Return names that look like names of columns; the others are counted."""
    shown = [name for name in names if is_name(name)]
    hidden = len(names) - len(shown)
    return ", ".join([*shown, *([f"{hidden} not shown"] if hidden else [])])


def is_name(name: str) -> bool:
    """Say whether a delivered name may be shown: short, plain, and without a number that could be somebody's."""
    return NAME.fullmatch(name) is not None and NUMBER.search(name) is None


def drifts(source: Source, receipt: Receipt) -> Iterator[Drift]:
    """Yield each header of a delivery that is not the contract's.

    A CSV header speaks for its own file. A JSON key may be left out of single records, and so of a whole page: it is
    missing only if no record of the delivery has it.
    """
    place = f"{source.name}/{receipt.batch}/{receipt.delivery_no}"
    for item in source.objects:
        files = [file for file in receipt.files if file.object == item.name and file.header and file.rows]
        for name, alike in groupby(files, key=lambda file: file.name if file.format == "csv" else ""):
            drift = _drift(item, f"{place}/{name}".rstrip("/"), list(alike), receipt, _seen(source, item, receipt))
            if drift.missing or drift.added or drift.unread:
                yield drift


def _drift(item: SourceObject, place: str, files: list[LandedFile], receipt: Receipt, seen: tuple[str, ...]) -> Drift:
    header = tuple(dict.fromkeys(name for file in files for name in file.header))
    agreed = [column.physical_name for column in item.bronze.columns]
    missing = tuple(name for name in agreed if name not in header)
    added = undeclared(item, header, receipt)
    unread = tuple(name for name in undeclared(item, seen, receipt) if name not in added)
    if len(missing) * 2 > len(agreed):  # no header at all, but a record in its place
        return Drift(place, missing, ("",) * len(added), ("",) * len(unread), ())
    is_ordered = files[0].format == "csv" and len(header) == len(agreed)
    at = {name: header[agreed.index(name)] for name in missing} if is_ordered else {}
    renamed = tuple(_renamed(item, missing, [name for name in (*added, *unread) if is_name(name)], at))
    return Drift(place, missing, added, unread, renamed)


def _renamed(
    item: SourceObject, missing: tuple[str, ...], new: list[str], at: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Pair what is missing with what is new: in the same place of a line, or with a name much alike."""
    for name in missing:
        column = next(column for column in item.bronze.columns if column.physical_name == name)
        known = {name, column.name, column.business_name}
        alike = {other: max(SequenceMatcher(None, mine, other).ratio() for mine in known) for other in new}
        best = at[name] if at.get(name) in new else max(new, key=alike.__getitem__, default=None)
        if best is not None and (best == at.get(name) or alike[best] >= ALIKE):
            new.remove(best)
            yield name, best


def _seen(source: Source, item: SourceObject, receipt: Receipt) -> tuple[str, ...]:
    """Return the names noted on landing for this object; those of a second object carry its name."""
    others = tuple(f"{other.name}." for other in source.objects if other.name)
    if item.name:
        own = f"{item.name}."
        return tuple(name.removeprefix(own) for name in receipt.unknown_columns if name.startswith(own))
    return tuple(name for name in receipt.unknown_columns if not name.startswith(others))


def check(source: Source, receipts: tuple[Receipt, ...]) -> tuple[str, ...]:
    """Hold the batch if a delivery lacks a column of the contract, or is full of others.

    Returns:
        A warning for each header that only has more than the contract.

    Raises:
        CreditFileError: CF-2101 with the differences, names only.
    """
    found = [drift for receipt in receipts for drift in drifts(source, receipt)]
    if breaking := [drift for drift in found if drift.missing or len(drift.added) > MANY]:
        raise CreditFileError(
            "CF-2101",
            what=" | ".join(dict.fromkeys(str(drift) for drift in breaking)) + f"; contract {source.version}, {ASKED}",
            where=", ".join(drift.place for drift in breaking),
            undone="Nothing was loaded; bronze and silver are as before.",
        )
    return tuple(f"{drift.place}: {drift}; contract {source.version}, {ASKED}" for drift in found)
