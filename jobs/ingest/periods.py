"""Reporting periods: a batch is a month like 2026-09 or a day like 2026-09-30, in the city's own time zone.

Anything else is refused, above all the text `None`, which an Airflow template renders when a run carries no batch.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jobs.errors import CreditFileError

FORM = re.compile(r"\A([12][0-9]{3})-([0-9]{2})(?:-([0-9]{2}))?\Z")


@dataclass(frozen=True)
class Period:
    """One batch's time: from `start` up to, but not including, `end`, both in the city's zone."""

    batch: str
    start: datetime
    end: datetime


def period(batch: str, timezone: str) -> Period:
    """Return the period a batch names.

    Raises:
        CreditFileError: CF-8601 if the text is no month and no day of the calendar.
    """
    if form := FORM.match(batch):
        year, month, day = form.groups()
        try:
            first = datetime(int(year), int(month), int(day or 1))
            after = (first + timedelta(days=31)).replace(day=1) if day is None else first + timedelta(days=1)
        except (ValueError, OverflowError):
            pass
        else:
            zone = ZoneInfo(timezone)
            return Period(batch, first.replace(tzinfo=zone), after.replace(tzinfo=zone))
    raise CreditFileError("CF-8601", what=f"batch is {batch[:20]!r}", undone="Nothing was started.")


def utc_text(instant: datetime) -> str:
    """Return an instant the way offices are asked and receipts are written: ISO 8601 in UTC, ending in Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
