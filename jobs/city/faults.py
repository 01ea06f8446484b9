"""Faults at the rates of the profile: which records are struck, copied, corrected, withdrawn or late.

Each record draws once, so it carries one fault at most; labels are made here, when the fault is made.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from jobs.city import damage, months
from jobs.city.chance import Stream, running
from jobs.city.records import BUSINESS, CONSENT, INSURANCE, RENTAL, RESIDENCE, ROLE, Item, Layout
from jobs.city.timeline import Timeline

Delivered = list[tuple[int, Item]]
"""Records with the number of their delivery, in the order in which they are written."""

_VALUES = ("code_unknown", "date_impossible", "date_placeholder", "key_null", "number_typo")
_FORMS = ("old_number", "lower_case_x", "full_width")
_AGAIN = ("duplicate", "corrected", "late")
_FAULTS: dict[Layout, tuple[str, ...]] = {
    RESIDENCE: (*_VALUES, *_FORMS, *_AGAIN, "deleted", "delete_unknown", "date_future", "date_order"),
    RENTAL: (*_VALUES, *_FORMS, *_AGAIN, "deleted", "delete_unknown", "date_order", "amount_negative"),
    CONSENT: (*_VALUES, *_FORMS, *_AGAIN, "delete_unknown", "date_future", "consent_invalid"),
    INSURANCE: (*_VALUES, *_FORMS, *_AGAIN, "deleted", "delete_unknown", "date_future", "amount_negative",
                "short_line", "shifted_line", "encoding"),
    BUSINESS: (*_VALUES, *_AGAIN, "date_future"),
    ROLE: (*_VALUES, *_FORMS, *_AGAIN, "date_order"),
}  # fmt: skip

_SCARCE = {"lower_case_x": 11.0}
"""Only one number in eleven ends in X, so those are struck eleven times as often to reach the share of all records."""


@dataclass(frozen=True, slots=True)
class Struck:
    """What a person's records of one type are struck with."""

    layout: Layout
    timeline: Timeline
    stream: Stream
    scale: float
    is_live: Callable[[int], bool]


@lru_cache(maxsize=64)
def _table(
    layout: Layout, rates: tuple[tuple[str, float], ...], scale: float
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    stated = dict(rates)
    names = _FAULTS[layout]
    return names, running([stated[name] * _SCARCE.get(name, 1.0) * scale for name in names])


def strike(struck: Struck, items: list[Item], written_name: str | None) -> Delivered:
    """Deliver a person's records of one type, some of them damaged; `items` are clean and in order of time."""
    layout, timeline, stream = struck.layout, struck.timeline, struck.stream
    rates = timeline.profile.rates
    names, bounds = _table(layout, tuple(rates.items()), struck.scale)
    has_variant = layout.has_person and stream.chance(rates["name_variant"] * struck.scale)
    if has_variant and written_name is not None:
        _rename(layout, items, written_name)
    versions = _versions(layout, items)
    found: Delivered = []
    ceiling = bounds[-1]
    for number, item in enumerate(items):
        batch = timeline.batch_of(item.month)
        if batch is None:
            continue
        draw = stream.draw()
        if draw < ceiling:
            name = names[bisect_right(bounds, draw)]
            found += _act(struck, name, item, batch, versions[number])
        else:
            found.append((batch, item))
    if len(timeline.batches) > 1:
        found.sort(key=_by_batch)
    return found


def _by_batch(delivered: tuple[int, Item]) -> int:
    return delivered[0]


def _rename(layout: Layout, items: list[Item], written_name: str) -> None:
    place = layout.places["person_name"]
    for item in items:
        item.values[place] = written_name
        item.fault, item.fault_column = "NAME_VARIANT", "person_name"


def _versions(layout: Layout, items: list[Item]) -> list[tuple[bool, bool]]:
    """Say of each record whether it is the only, and whether the last version of its key."""
    if layout is INSURANCE:  # each line has a key of its own
        return [(True, True)] * len(items)
    places = [layout.places[name] for name in layout.key]
    keys = [tuple(item.values[place] for place in places) for item in items]
    last: dict[Any, int] = {key: number for number, key in enumerate(keys)}
    count: dict[Any, int] = {}
    for key in keys:
        count[key] = count.get(key, 0) + 1
    return [(count[key] == 1, last[key] == number) for number, key in enumerate(keys)]


def _act(struck: Struck, name: str, item: Item, batch: int, version: tuple[bool, bool]) -> Delivered:
    is_only, is_last = version
    layout = struck.layout
    is_withdrawal = layout is CONSENT and item.values[layout.places["operation_code"]] == "U"
    if name == "duplicate":
        return [(batch, item), _duplicate(struck, item, batch)]
    if name == "late":
        moved = _late(struck, item, batch) if is_only else None
        return [(batch, item) if moved is None else (moved, item)]
    if name == "corrected":
        return [(batch, item), _corrected(struck, item, batch)] if is_last else [(batch, item)]
    if name == "deleted":
        deletion = _deleted(struck, item, batch) if is_last else None
        return [(batch, item)] if deletion is None else [(batch, item), deletion]
    if name == "delete_unknown":
        return [(batch, item), (batch, _unknown(struck, item))]
    if not is_withdrawal or name in _FORMS:  # a lost withdrawal would break the promise the tests are about
        getattr(damage, name)(item, layout, struck.stream)
    return [(batch, item)]


def _set(struck: Struck, item: Item, column: str, value: Any) -> None:
    item.values[struck.layout.places[column]] = value


def _restamp(struck: Struck, copy: Item, operation: str) -> None:
    _set(struck, copy, "operation_code", operation)
    _set(struck, copy, "event_at", months.local_text(copy.day, copy.second, struck.timeline.profile.zone))


def _again(struck: Struck, item: Item, batch: int, is_later: bool) -> tuple[int, date, int]:
    """Choose delivery, day and second of a second record about the same thing: always after the first."""
    timeline, stream = struck.timeline, struck.stream
    chosen = stream.between(batch + 1, timeline.last) if is_later else batch
    if chosen > batch:
        return chosen, timeline.day_in(chosen, stream), stream.between(9 * 3600, 17 * 3600)
    day = min(item.day + timedelta(days=stream.between(1, 40)), months.last(timeline.months[batch]))
    return chosen, day, item.second + 60


def _duplicate(struck: Struck, item: Item, batch: int) -> tuple[int, Item]:
    is_later = batch < struck.timeline.last and struck.stream.chance(0.5)
    is_later = is_later and struck.is_live(batch)  # what was not loaded leaves nothing to recognise a copy by
    chosen, day, second = _again(struck, item, batch, is_later)
    copy = item.copied(months.of(day), day, second)
    copy.fault = copy.reason = "EXACT_DUPLICATE"
    copy.ends, copy.original = "duplicate", item
    return chosen, copy


def _earlier(text: str, stream: Stream) -> str:
    return (date.fromisoformat(text) - timedelta(days=stream.between(1, 60))).isoformat()


_RESTATED: Mapping[Layout, tuple[str, Callable[[Any, Stream], Any]]] = {
    RESIDENCE: ("address_text", lambda text, stream: f"{text}（第{stream.between(1, 9)}次核对）"),
    RENTAL: ("monthly_rent_cny", lambda text, stream: f"{int(text[:-3]) + 50 * stream.between(1, 9)}.00"),
    CONSENT: ("template_version_code", lambda text, stream: f"{text}-r{stream.between(1, 9)}"),
    INSURANCE: ("base_cny", lambda text, stream: f"{int(text.partition('.')[0]) + 10 * stream.between(1, 99)}.00"),
    BUSINESS: ("registered_address_text", lambda text, stream: f"{text}{stream.between(101, 999)}室"),
    ROLE: ("role_start_date", lambda text, stream: _earlier(text, stream)),
}  # fmt: skip


def _corrected(struck: Struck, item: Item, batch: int) -> tuple[int, Item]:
    chosen, day, second = _again(struck, item, batch, batch < struck.timeline.last)
    copy = item.copied(months.of(day), day, second)
    column, restate = _RESTATED[struck.layout]
    before = item.values[struck.layout.places[column]]
    _set(struck, copy, column, restate(before, struck.stream))
    _restamp(struck, copy, "U")
    copy.fault, copy.fault_column, copy.corrects = "CORRECTED", column, item
    return chosen, copy


def _deleted(struck: Struck, item: Item, batch: int) -> tuple[int, Item] | None:
    """Withdraw a record in a later delivery; only where both are loaded, so that the key is surely known."""
    if batch >= struck.timeline.last:
        return None
    chosen, day, second = _again(struck, item, batch, True)
    if not (struck.is_live(batch) and struck.is_live(chosen)):
        return None
    copy = item.copied(months.of(day), day, second)
    _restamp(struck, copy, "D")
    copy.fault, copy.corrects = "DELETED", item
    return chosen, copy


_STRANGE: Mapping[Layout, tuple[str, Callable[[Any], Any]]] = {
    RESIDENCE: ("registration_no", lambda number: f"DX{number[2:]}"),
    RENTAL: ("filing_no", lambda number: f"ZX{number[2:]}"),
    CONSENT: ("consent_no", lambda number: f"SX{number[2:]}"),
    INSURANCE: ("period_month", lambda period: f"{int(period[:4]) - 8}{period[4:]}"),
}


def _unknown(struck: Struck, item: Item) -> Item:
    copy = item.copied(item.month, item.day, item.second)
    column, change = _STRANGE[struck.layout]
    _set(struck, copy, column, change(item.values[struck.layout.places[column]]))
    _restamp(struck, copy, "D")
    copy.fault = copy.reason = "DELETE_UNKNOWN_KEY"
    copy.fault_column, copy.ends = column, "quarantine"
    return copy


def _late(struck: Struck, item: Item, batch: int) -> int | None:
    """Hold a record back for one to six months, where it then falls into a later delivery."""
    month = item.month + struck.stream.between(1, 6)
    chosen = struck.timeline.batch_of(month)
    if chosen is None or chosen == batch:
        return None
    item.day = months.on(month, item.day.day)
    item.fault = "LATE"
    return chosen
