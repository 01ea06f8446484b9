"""Bad information: domain.md, section 2.2 and the shield of section 7.3, ME2."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from oracle.events import AdverseEvent, Person
from oracle.months import add_years

KEPT_YEARS = 5
BORROWED = ("LOAN", "CREDIT_PURCHASE", "GUARANTEE", "LEASE", "INSURANCE", "CARD")
COURT_ENDS = ("PERFORMED", "SETTLED")

Window = tuple[date, date]
"""First and last day of an event of the relief calendar."""


@dataclass(frozen=True)
class Item:
    """A piece of bad information as a file shows it on a day, with the marks of the disputes about it."""

    kind: str
    start: date
    end: date | None
    status: str
    expires: date | None
    number: str | None = None
    source: str | None = None
    marks: tuple[str, ...] = ()


def court_end(performed_on: date | None, closed_on: date | None, close_kind: str | None) -> date | None:
    """Return the end of a court case: performed, else closed by performance or settlement; 终本 (NO_ASSETS) is none."""
    return performed_on or (closed_on if close_kind in COURT_ENDS else None)


def status(event: AdverseEvent, day: date) -> str:
    """Return OPEN while the behaviour has not ended."""
    return "OPEN" if event.end is None or event.end > day else "ENDED"


def expires(event: AdverseEvent, day: date) -> date | None:
    """Return the last day on which the event may be kept; none while it is open."""
    return None if event.end is None or event.end > day else add_years(event.end, KEPT_YEARS)


def purge_day(event: AdverseEvent) -> date | None:
    """Return the first day on which the event must be gone from every layer."""
    return None if event.end is None else add_years(event.end, KEPT_YEARS) + timedelta(days=1)


def was_told(event: AdverseEvent) -> bool:
    """Say whether the person was told before the information was handed over; the law's own publications need not."""
    if event.is_public:
        return True
    return None not in (event.notice_on, event.provided_on) and event.notice_on <= event.provided_on  # type: ignore[operator]


def is_shielded(event: AdverseEvent, windows: Iterable[Window]) -> bool:
    """Say whether arrears arose inside an event's window and have an approved relief."""
    return event.has_relief and any(first <= event.start <= last for first, last in windows)


def is_on_list(event: AdverseEvent, day: date) -> bool:
    """Say whether an entry of the list of the dishonest stands: from publication, until removal or the term's end."""
    if event.listed_on is None or day < event.listed_on:
        return False
    if any(gone is not None and gone <= day for gone in (event.removed_on, event.hidden_on)):
        return False
    return event.term_end is None or day <= event.term_end


def is_publishable(event: AdverseEvent, day: date, windows: Iterable[Window] = ()) -> bool:
    """Say whether an event that has begun may be shown on a day."""
    last = expires(event, day)
    if last is not None and day > last:
        return False
    if not was_told(event) or is_shielded(event, windows):
        return False
    if event.repaired_on is not None and event.repaired_on <= day:
        return False
    return not event.is_listing or is_on_list(event, day)


def visible(person: Person, day: date, windows: Iterable[Window] = ()) -> list[Item]:
    """Return what a file shows on a day."""
    shown = [one for one in person.adverse if one.start <= day and is_publishable(one, day, windows)]
    items = []
    for one in shown:
        state = status(one, day)
        end = None if state == "OPEN" else one.end
        items.append(Item(one.kind, one.start, end, state, expires(one, day), one.number, one.source))
    return sorted(items, key=lambda item: (item.start, item.kind, item.number or ""))
