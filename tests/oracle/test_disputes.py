"""Disputes from intake to answer, and the marks on the item (domain.md, section 2.3)."""

from dataclasses import replace
from datetime import date

import pytest

from oracle.adverse import Item
from oracle.disputes import due_on, is_overdue, joined, mark, marked, reminders, state
from oracle.events import Dispute

TAKEN_IN = date(2026, 7, 1)
OPEN = Dispute("YY1", TAKEN_IN, "court_enforcement", "(2024)1")


def resolved(how: str, day: date) -> Dispute:
    return replace(OPEN, resolution=how, resolved_on=day)


@pytest.mark.parametrize(
    ("dispute", "day", "overdue"),
    [
        (OPEN, date(2026, 7, 21), False),
        (OPEN, date(2026, 7, 22), True),
        (resolved("REJECTED", date(2026, 7, 21)), date(2026, 8, 1), False),
        (resolved("REJECTED", date(2026, 7, 22)), date(2026, 8, 1), True),
    ],
)
def test_an_answer_on_the_twentieth_day_is_in_time(dispute, day, overdue):
    assert due_on(dispute) == date(2026, 7, 21)
    assert is_overdue(dispute, day) is overdue


def test_offices_are_reminded_while_the_dispute_is_open():
    days = (date(2026, 7, 11), date(2026, 7, 16), date(2026, 7, 19))
    assert reminders(OPEN, date(2026, 8, 1)) == days
    assert reminders(OPEN, date(2026, 7, 15)) == days[:1]
    assert reminders(resolved("CORRECTED", date(2026, 7, 16)), date(2026, 8, 1)) == days[:1]


@pytest.mark.parametrize(("how", "after"), [("CORRECTED", ()), ("REJECTED", ()), ("UNRESOLVED", ("UNRESOLVED",))])
def test_an_item_is_marked_from_intake_to_answer(how, after):
    dispute = resolved(how, date(2026, 7, 10))
    assert mark(dispute, date(2026, 6, 30)) == ()
    assert mark(dispute, TAKEN_IN) == ("DISPUTED",)
    assert mark(dispute, date(2026, 7, 9)) == ("DISPUTED",)
    assert mark(dispute, date(2026, 7, 10)) == after
    assert state(dispute, date(2026, 7, 10)) == how


def test_a_statement_stays_whatever_the_answer():
    said = replace(resolved("REJECTED", date(2026, 7, 10)), has_statement=True)
    assert mark(said, TAKEN_IN) == ("DISPUTED", "STATEMENT")
    assert mark(said, date(2026, 7, 10)) == ("STATEMENT",)


def test_a_second_dispute_of_an_item_is_joined_to_an_open_one():
    second = replace(OPEN, number="YY2", received_on=date(2026, 7, 5))
    other = replace(second, number="YY3", target_no="(2024)2")
    assert joined([second, OPEN, other]) == [OPEN, other]
    assert joined([resolved("REJECTED", date(2026, 7, 4)), second])[-1] == second
    complaint = Dispute("YY4", TAKEN_IN)
    assert joined([complaint, replace(complaint, number="YY5")]) == [complaint, replace(complaint, number="YY5")]


def test_only_the_very_item_is_marked_and_a_case_on_both_its_lists():
    items = [
        Item("COURT_ENFORCEMENT", date(2024, 1, 5), None, "OPEN", None, f"(2024){number}", source)
        for number, source in [("1 ENFORCEMENT", "court_enforcement"), ("1 DISHONEST", "court_enforcement"),
                               ("2 ENFORCEMENT", "court_enforcement"), ("1", "amr_penalty")]
    ]  # fmt: skip
    assert [item.marks for item in marked(items, [OPEN], TAKEN_IN)] == [("DISPUTED",), ("DISPUTED",), (), ()]
