"""Adverse events as the truth states them: kept five years from their end, then gone (CRR-16a)."""

from datetime import date, timedelta

from jobs.city import months
from jobs.city.layout import Fact


def adverse(since: date, until: date | None, told: date | None, value: str, uscc: str | None, kind: str) -> Fact:
    """Return an adverse event: when it truly ended, and when it expires and goes by what the office has told."""
    expires = months.later(told, 60) if told else None
    purged = expires + timedelta(days=1) if expires else None
    return Fact("ADVERSE", since, until, value, uscc, kind, None, expires, purged, False)
