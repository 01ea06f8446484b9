"""Months as integers (year * 12 + month - 1), and local instants as the offices write them."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo


def month(text: str) -> int:
    """Return the month of `2026-09`."""
    year, number = text.split("-")
    return int(year) * 12 + int(number) - 1


def of(day: date) -> int:
    """Return the month of a day."""
    return day.year * 12 + day.month - 1


@cache
def text(index: int) -> str:
    """Return `2026-09`."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


@cache
def compact(index: int) -> str:
    """Return `202609`, as the social-insurance bureau writes a month."""
    return f"{index // 12:04d}{index % 12 + 1:02d}"


@cache
def length(index: int) -> int:
    """Return the number of days of a month."""
    return monthrange(index // 12, index % 12 + 1)[1]


def on(index: int, day: int) -> date:
    """Return a day of a month, or its last day where that day does not exist."""
    return date(index // 12, index % 12 + 1, min(day, length(index)))


@cache
def last(index: int) -> date:
    """Return the last day of a month."""
    return on(index, 31)


def later(day: date, months: int) -> date:
    """Return the same day some months later, or the last day of that month (domain.md, section 0)."""
    return on(of(day) + months, day.day)


@lru_cache(maxsize=20000)
def _offset(day: date, zone: str) -> tuple[str, str, int]:
    noon = datetime.combine(day, time(12), ZoneInfo(zone))
    seconds = int((noon.utcoffset() or timedelta()).total_seconds())
    sign = "-" if seconds < 0 else "+"
    return f"{day.isoformat()}T", f"{sign}{abs(seconds) // 3600:02d}:{abs(seconds) % 3600 // 60:02d}", seconds


def local_text(day: date, second: int, zone: str) -> str:
    """Return a local instant in ISO 8601 with its offset; `second` counts from midnight."""
    head, tail, _ = _offset(day, zone)
    return f"{head}{second // 3600:02d}:{second % 3600 // 60:02d}:{second % 60:02d}{tail}"


def instant(day: date, second: int, zone: str) -> datetime:
    """Return a local instant in UTC."""
    naive = datetime.combine(day, time()) + timedelta(seconds=second - _offset(day, zone)[2])
    return naive.replace(tzinfo=UTC)


def utc_text(moment: datetime) -> str:
    """Return an instant in UTC in one fixed width, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
