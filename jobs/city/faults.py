"""Faults at the rates of the profile: which records are struck, copied, corrected, withdrawn or late.

Each record draws once, so it carries one fault at most; labels are made here, when the fault is made.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from jobs.city import damage, months
from jobs.city.chance import Stream, running
from jobs.city.layout import Act, Layout
from jobs.city.records import Item
from jobs.city.timeline import Timeline

Delivered = list[tuple[int, Item]]
"""Records with the number of their delivery, in the order in which they are written."""

_SCARCE = {"lower_case_x": 11.0}
"""Only one number in eleven ends in X, so those are struck eleven times as often to reach the share of all records."""


@dataclass(frozen=True, slots=True)
class Struck:
    """What a person's records of one type are struck with."""

    layout: Layout
    timeline: Timeline
    stream: Stream
    scale: float
    is_live: Callable[[Item, int], bool]


def _again_names(layout: Layout) -> tuple[str, ...]:
    """Return what can happen to a record besides damage."""
    flaws = layout.flaws
    can = {
        "duplicate": True,
        "corrected": flaws.restated is not None,
        "late": flaws.late,
        "deleted": flaws.deletes,
        "delete_unknown": flaws.strange is not None,
    }
    return tuple(name for name, is_possible in can.items() if is_possible)


@lru_cache(maxsize=256)
def _table(
    layout: Layout, rates: tuple[tuple[str, float], ...], scale: float
) -> tuple[tuple[str, ...], dict[str, Act], tuple[float, ...]]:
    stated, acts = dict(rates), damage.acts(layout)
    names = (*acts, *_again_names(layout))
    return names, acts, running([stated[name] * _SCARCE.get(name, 1.0) * scale for name in names])


def strike(struck: Struck, items: list[Item], written_name: str | None) -> Delivered:
    """Deliver a person's records of one type, some of them damaged; `items` are clean and in order of time."""
    layout, timeline, stream = struck.layout, struck.timeline, struck.stream
    rates = timeline.profile.rates
    names, acts, bounds = _table(layout, timeline.profile.stated_rates, struck.scale)
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
            found += _act(struck, name, acts.get(name), item, batch, versions[number])
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
    if layout.flaws.is_once:
        return [(True, True)] * len(items)
    places = [layout.places[name] for name in layout.key]
    keys = [tuple(item.values[place] for place in places) for item in items]
    last: dict[Any, int] = {key: number for number, key in enumerate(keys)}
    count: dict[Any, int] = {}
    for key in keys:
        count[key] = count.get(key, 0) + 1
    return [(count[key] == 1, last[key] == number) for number, key in enumerate(keys)]


def _act(struck: Struck, name: str, act: Act | None, item: Item, batch: int, version: tuple[bool, bool]) -> Delivered:
    is_only, is_last = version
    if act is not None:
        spares = struck.layout.flaws.spares
        if name in damage.SAME_NUMBER or spares is None or not spares(item):
            act(item, struck.layout, struck.stream)
        return [(batch, item)]
    if name == "duplicate":
        return [(batch, item), _duplicate(struck, item, batch)]
    if name == "late":
        moved = _late(struck, item, batch) if is_only else None
        return [(batch, item) if moved is None else (moved, item)]
    if name == "corrected":
        correction = _corrected(struck, item, batch) if is_last else None
        return [(batch, item)] if correction is None else [(batch, item), correction]
    if name == "deleted":
        deletion = _deleted(struck, item, batch) if is_last else None
        return [(batch, item)] if deletion is None else [(batch, item), deletion]
    return [(batch, item), (batch, _unknown(struck, item))]


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
    is_later = is_later and struck.is_live(item, batch)  # what was not loaded leaves nothing to recognise a copy by
    chosen, day, second = _again(struck, item, batch, is_later)
    copy = item.copied(months.of(day), day, second)
    copy.fault = copy.reason = "EXACT_DUPLICATE"
    copy.ends, copy.original = "duplicate", item
    return chosen, copy


def _corrected(struck: Struck, item: Item, batch: int) -> tuple[int, Item] | None:
    """State a record anew with another content; not where the office had nothing to state."""
    restated = struck.layout.flaws.restated
    if restated is None or item.values[struck.layout.places[restated[0]]] in (None, ""):
        return None
    chosen, day, second = _again(struck, item, batch, batch < struck.timeline.last)
    copy = item.copied(months.of(day), day, second)
    column, restate = restated
    _set(struck, copy, column, restate(item.values[struck.layout.places[column]], struck.stream))
    _restamp(struck, copy, "U")
    copy.fault, copy.fault_column, copy.corrects = "CORRECTED", column, item
    return chosen, copy


def _deleted(struck: Struck, item: Item, batch: int) -> tuple[int, Item] | None:
    """Withdraw a record in a later delivery; only where both are loaded, so that the key is surely known."""
    if batch >= struck.timeline.last:
        return None
    chosen, day, second = _again(struck, item, batch, True)
    if not (struck.is_live(item, batch) and struck.is_live(item, chosen)):
        return None
    copy = item.copied(months.of(day), day, second)
    _restamp(struck, copy, "D")
    copy.fault, copy.corrects = "DELETED", item
    return chosen, copy


def _unknown(struck: Struck, item: Item) -> Item:
    copy = item.copied(item.month, item.day, item.second)
    if struck.layout.flaws.strange is None:
        raise ValueError(f"{struck.layout.table} withdraws nothing")
    column, change = struck.layout.flaws.strange
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
