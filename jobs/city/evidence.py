"""What linking ought to do with a record, from what the offices delivered of its person; no word of the pipeline's.

A record stands with the person's numbered records: those with the right number (of 18 or 15 digits) that end in silver,
in any batch. What a record without such a number has in common with one of them:

- its *name*: the same text, or one a variant of the other. A former name (曾用名) is no variant: nobody told it.
- its *phone*: the same number. The person holds it in one unbroken spell, so it is live for both.
- its *account*: the same worker, staff, card or permit number in the same source, also by way of another record that
  is joined already.
- its *mask*: always, for a court's masked number, together with the age and the sex beside it.

AUTO: two agreements, one of them not the name. REVIEW: exactly one; the name alone only if it is none of those that
the city's pools of homonyms give to many. NONE: no agreement, no numbered record, or not in silver.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from jobs.city.layout import Layout
from jobs.city.people import Person
from jobs.city.records import Item

ACCOUNTS = ("platform_worker_no", "driver_permit_no", "staff_no", "card_no", "worker_no")


class Seen(NamedTuple):
    """A delivered record, as far as it tells whose it is."""

    source: str
    link_class: str | None
    is_kept: bool
    name: Any
    mobile: Any
    accounts: frozenset[Any]

    @property
    def is_numbered(self) -> bool:
        """Whether it stands by its number alone."""
        return self.is_kept and self.link_class in ("NUMBER", "RID15")


def seen(layout: Layout, item: Item, link_class: str | None) -> Seen:
    """Read a record as it was delivered, after every fault."""
    told = {name: item.values[place] for name, place in layout.places.items()}
    accounts = frozenset((name, told[name]) for name in ACCOUNTS if told.get(name))
    kept = item.ends == "silver"
    return Seen(layout.source, link_class, kept, told.get("person_name"), told.get("mobile_no"), accounts)


def judged(records: Sequence[Seen], person: Person) -> list[str]:
    """Return AUTO, REVIEW or NONE for each of the records of one person.

    An account that is joined by one of its records carries the others, so it is asked until nothing more is joined.
    """
    numbered = {record for record in records if record.is_numbered}
    accounts = _accounts(numbered)
    while True:
        links = [_expected(record, numbered, accounts, person) for record in records]
        more = accounts | _accounts({record for record, link in zip(records, links, strict=True) if link == "AUTO"})
        if more == accounts:
            return links
        accounts = more


def _accounts(records: set[Seen]) -> set[tuple[str, Any]]:
    return {(record.source, account) for record in records for account in record.accounts}


def _expected(record: Seen, numbered: set[Seen], accounts: set[tuple[str, Any]], person: Person) -> str:
    if record.is_numbered:
        return "AUTO"
    if not record.is_kept or not numbered or record.link_class in (None, "NOT_LINKABLE"):
        return "NONE"
    has_name = any(_alike(record.name, other.name, person) for other in numbered)
    has_phone = bool(record.mobile) and any(other.mobile == record.mobile for other in numbered)
    has_account = not accounts.isdisjoint((record.source, account) for account in record.accounts)
    firm = has_phone + has_account + (record.link_class == "MASKED")
    if has_name:
        return "AUTO" if firm else "NONE" if person.pool is not None else "REVIEW"
    return "AUTO" if firm > 1 else "REVIEW" if firm else "NONE"


def _alike(one: Any, other: Any, person: Person) -> bool:
    return one == other or person.former_name not in (one, other)
