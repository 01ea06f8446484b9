"""Days and months as domain.md, section 0, means them. A month is an integer: year * 12 + month - 1."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

Days = tuple[date, date | None]
"""A spell: first and last day, both inside; no last day while it lasts."""

FOREVER = date.max


def month_of(day: date) -> int:
    """Return the month of a day.

    >>> month_of(date(2025, 7, 31)) - month_of(date(2025, 5, 1))
    2
    """
    return day.year * 12 + day.month - 1


def month(text: str) -> int:
    """Return the month of `2025-07`."""
    return int(text[:4]) * 12 + int(text[5:7]) - 1


@lru_cache(maxsize=4096)
def first_day(index: int) -> date:
    """Return the first day of a month."""
    return date(index // 12, index % 12 + 1, 1)


@lru_cache(maxsize=4096)
def last_day(index: int) -> date:
    """Return the last day of a month."""
    return date(index // 12, index % 12 + 1, monthrange(index // 12, index % 12 + 1)[1])


def complete_months(day: date, count: int) -> range:
    """Return M(T, n): the n complete calendar months before the month of T.

    >>> [first_day(m).isoformat()[:7] for m in complete_months(date(2025, 7, 31), 2)]
    ['2025-05', '2025-06']
    """
    return range(month_of(day) - count, month_of(day))


@lru_cache(maxsize=1 << 16)
def add_months(day: date, count: int) -> date:
    """Return the same day of the month `count` months on, or that month's last day.

    >>> add_months(date(2025, 8, 31), 6)
    datetime.date(2026, 2, 28)
    """
    index = month_of(day) + count
    last = last_day(index)
    return last if day.day >= last.day else date(last.year, last.month, day.day)


def add_years(day: date, count: int) -> date:
    """Return the same day `count` years on, or the month's last day.

    >>> add_years(date(2020, 2, 29), 5)
    datetime.date(2025, 2, 28)
    """
    return add_months(day, 12 * count)


def age(born_on: date, day: date) -> int:
    """Return completed years.

    >>> age(date(2004, 2, 29), date(2022, 2, 27)), age(date(2004, 2, 29), date(2022, 2, 28))
    (17, 18)
    """
    years = day.year - born_on.year
    return years if add_years(born_on, years) <= day else years - 1


def is_adult(born_on: date, day: date) -> bool:
    """Say whether a person is of age: from the day after the eighteenth birthday on."""
    return day > add_years(born_on, 18)


def is_under_14(born_on: date, day: date) -> bool:
    """Say whether a person counts as a child: on the fourteenth birthday still."""
    return day <= add_years(born_on, 14)


def is_valid(start: date | None, end: date | None, day: date) -> bool:
    """Say whether a spell holds on a day, its first and last day included; without a start it never does."""
    return start is not None and start <= day and (end is None or day <= end)


def merged(spells: Iterable[Days], bridge: int = 0) -> list[Days]:
    """Merge spells that touch or overlap; also those with up to `bridge` days between them that none covers.

    >>> merged([(date(2025, 1, 1), date(2025, 1, 31)), (date(2025, 2, 1), None)])
    [(datetime.date(2025, 1, 1), None)]
    """
    found: list[tuple[date, date]] = []
    for start, end in sorted((start, end or FOREVER) for start, end in spells):
        if end < start:
            continue
        reach = found[-1][1] if found else date.min
        if found and (reach == FOREVER or start <= reach + timedelta(days=bridge + 1)):
            found[-1] = (found[-1][0], max(reach, end))
        else:
            found.append((start, end))
    return [(start, None if end == FOREVER else end) for start, end in found]


def whole_months(start: date, day: date) -> int:
    """Return how many whole months lie between two days.

    >>> whole_months(date(2025, 1, 31), date(2025, 2, 28)), whole_months(date(2025, 1, 31), date(2025, 3, 30))
    (1, 1)
    """
    count = month_of(day) - month_of(start)
    return count if add_months(start, count) <= day else count - 1


def days_in(spells: Iterable[Days], index: int) -> int:
    """Return how many days of a month the spells cover, each day once."""
    first, last = first_day(index), last_day(index)
    clipped = ((max(start, first), min(end or last, last)) for start, end in spells)
    return sum((end - start).days + 1 for start, end in merged(clipped) if end)


def overlaps(start: date | None, end: date | None, first: date, last: date) -> bool:
    """Say whether a spell has a day within a window, both of whose ends belong to it."""
    return start is not None and start <= last and (end is None or first <= end)
