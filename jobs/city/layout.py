"""Record types as the offices write them: columns and keys from the contract, and what can go wrong, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import schemas
from jobs.city import months
from jobs.city.chance import Stream
from jobs.city.people import Person
from jobs.city.records import Item

Act = Callable[[Item, "Layout", Stream], bool]
"""Spoils a record and says whether it could."""


@dataclass(frozen=True, slots=True)
class Flaws:
    """Where a record type can be struck, by column: a fault of the profile strikes only what is named here.

    Attributes:
        codes: column and a value that no list and no fix knows.
        dates: days and months that are given a day or month which does not exist.
        placeholders: column, what stands for 'not known' in it, and whether the record cannot do without it.
        future: past days that a slip in the year moves decades ahead.
        order: two days of which the second is set before the first.
        amounts: amounts whose sign is turned.
        ratios: ratios that leave 0 to 1.
        keys: required columns that are left empty.
        uscc: credit code that is mistyped where no person stands in the record.
        restated: what a correction changes, and how; always filled, no key.
        strange: key column, and how to make it one that nobody ever delivered.
        deletes: whether the office withdraws records.
        late: whether records come months late.
        is_once: whether every record has a key of its own, so that none can be another's correction by chance.
        is_text_line: whether lines can be short, shifted or badly encoded.
        spares: records that no damage may reach.
        own: faults only this office makes: name of the profile's rate, and the act.
    """

    codes: tuple[tuple[str, str], ...] = ()
    dates: tuple[str, ...] = ()
    placeholders: tuple[tuple[str, str, bool], ...] = ()
    future: tuple[str, ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    amounts: tuple[str, ...] = ()
    ratios: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    uscc: str | None = None
    restated: tuple[str, Callable[[Any, Stream], Any]] | None = None
    strange: tuple[str, Callable[[Any], Any]] | None = None
    deletes: bool = False
    late: bool = True
    is_once: bool = False
    is_text_line: bool = False
    spares: Callable[[Item], bool] | None = None
    own: tuple[tuple[str, Act], ...] = ()


class Fact(NamedTuple):
    """Something true of a person from day to day, for the truth; the last five of adverse events only."""

    kind: str
    valid_from: date | None
    valid_to: date | None
    value: str | None = None
    true_uscc: str | None = None
    adverse_kind: str | None = None
    notice_on: date | None = None
    expires_on: date | None = None
    purge_on: date | None = None
    is_relief_protected: bool | None = None


@dataclass(frozen=True, eq=False)
class Layout:
    """One record type of a source, as its office writes it; there is one of each, so it is known by identity."""

    source: str
    object: str
    prefix: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    required: frozenset[str]
    has_person: bool
    is_text: bool
    flaws: Flaws
    places: Mapping[str, int] = field(repr=False)

    @property
    def table(self) -> str:
        """Return the name of the type: of its table in a database, of its files in a folder."""
        return f"{self.source}_{self.object}" if self.object else self.source


TEXT_FORMS = ("csv", "xlsx")
"""Formats in which nothing is null: an office writes an empty field, or a word for it."""


def layout(source: str, object_: str = "", *, prefix: str, flaws: Flaws) -> Layout:
    """Return a record type of a source: its columns in the order of the contract, and the key of its clean records."""
    contract = schemas.source(source)
    item = contract.object(object_)
    columns = tuple(column.name for column in item.bronze.columns)
    if unknown := _named(flaws) - set(columns):
        raise ValueError(f"{source} {object_} delivers no {', '.join(sorted(unknown))}")
    stored = {column.encrypted_name or column.name: column.name for column in item.silver.columns}
    return Layout(
        source=source,
        object=object_,
        prefix=prefix,
        columns=columns,
        key=tuple(stored.get(name, name) for name in item.silver.primary_key),
        required=frozenset(column.name for column in item.silver.columns if column.required),
        has_person="person_name" in columns,
        is_text=contract.server.format in TEXT_FORMS,
        flaws=flaws,
        places=MappingProxyType({name: place for place, name in enumerate(columns)}),
    )


def _named(flaws: Flaws) -> set[str]:
    pairs = [column for pair in flaws.order for column in pair]
    firsts = [code[0] for code in flaws.codes] + [placeholder[0] for placeholder in flaws.placeholders]
    changed = [change[0] for change in (flaws.restated, flaws.strange) if change]
    plain = [*flaws.dates, *flaws.future, *flaws.amounts, *flaws.ratios, *flaws.keys]
    return {*pairs, *firsts, *changed, *plain, *([flaws.uscc] if flaws.uscc else [])}


@cache
def _empty(columns: int) -> list[None]:
    return [None] * columns


def item(
    layout: Layout,
    day: date,
    second: int,
    zone: str,
    operation: str = "I",
    person: Person | None = None,
    uscc: str | None = None,
    *,
    has_number: bool = True,
    **facts: Any,
) -> Item:
    """Make a record of a day: header, who it is about, and facts by column; the delivery's own fields come later.

    Args:
        layout: The record type.
        day: When it happened at the office.
        second: Seconds from midnight, local time.
        zone: The city's time zone.
        operation: I, U or D.
        person: Whom it names, if it names one.
        uscc: The true credit code of the business it is about, for the truth.
        has_number: Whether the office knows the person's number.
        **facts: Values by column, as the office writes them.
    """
    at = layout.places
    values: list[Any] = list(_empty(len(layout.columns)))
    values[at["source_code"]] = layout.source
    values[at["operation_code"]] = operation
    values[at["event_at"]] = months.local_text(day, second, zone)
    if person is not None:
        values[at["person_name"]] = person.name
        if has_number:
            values[at["certificate_type_code"]] = person.certificate_kind
            values[at["certificate_no"]] = person.certificate_no
    for name, value in facts.items():
        values[at[name]] = value
    made = Item(months.of(day), day, second, values, uscc)
    if person is not None and not has_number:
        made.link_class = "NO_NUMBER"
    return made
