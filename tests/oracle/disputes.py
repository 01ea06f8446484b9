"""Disputes and the marks they leave on an item: domain.md, section 2.3."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from oracle.adverse import Item
from oracle.events import Dispute

ANSWER_DAYS = 20
REMINDERS = (10, 15, 18)


def state(dispute: Dispute, day: date) -> str:
    """Return OPEN until the day of the answer, then CORRECTED, REJECTED or UNRESOLVED."""
    if dispute.resolved_on is None or dispute.resolution is None or dispute.resolved_on > day:
        return "OPEN"
    return dispute.resolution


def due_on(dispute: Dispute) -> date:
    """Return the last day on which an answer is in time."""
    return dispute.received_on + timedelta(days=ANSWER_DAYS)


def is_overdue(dispute: Dispute, day: date) -> bool:
    """Say whether the answer was not there on the last day it was due."""
    return state(dispute, min(day, due_on(dispute))) == "OPEN" and day > due_on(dispute)


def reminders(dispute: Dispute, day: date) -> tuple[date, ...]:
    """Return the days, up to `day`, on which the office had to be reminded."""
    days = (dispute.received_on + timedelta(days=count) for count in REMINDERS)
    return tuple(one for one in days if one <= day and state(dispute, one) == "OPEN")


def mark(dispute: Dispute, day: date) -> tuple[str, ...]:
    """Return what an item shows of a dispute: DISPUTED while open, UNRESOLVED for good, and any statement."""
    if day < dispute.received_on:
        return ()
    marks = {"OPEN": ("DISPUTED",), "UNRESOLVED": ("UNRESOLVED",)}.get(state(dispute, day), ())
    return (*marks, "STATEMENT") if dispute.has_statement else marks


def joined(disputes: Iterable[Dispute]) -> list[Dispute]:
    """Return the disputes that stand for themselves: a second one on an item with an open one is joined to it."""
    kept: list[Dispute] = []
    for one in sorted(disputes, key=lambda dispute: (dispute.received_on, dispute.number)):
        same = [
            other
            for other in kept
            if one.target_no and (other.target_source, other.target_no) == (one.target_source, one.target_no)
        ]
        if not any(state(other, one.received_on) == "OPEN" for other in same):
            kept.append(one)
    return kept


def marked(items: Iterable[Item], disputes: Iterable[Dispute], day: date) -> list[Item]:
    """Put the marks on the items that the disputes are about; both entries of a court's case bear its number."""
    disputes, found = list(disputes), []
    for item in items:
        about = [
            one
            for one in disputes
            if one.target_source == item.source and one.target_no and item.number
            and one.target_no in (item.number, item.number.rsplit(" ", 1)[0])
        ]  # fmt: skip
        marks = {name for one in about for name in mark(one, day)}
        found.append(replace(item, marks=tuple(sorted(marks))))
    return found
