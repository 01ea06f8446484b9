"""The clock of article 16 and what may be shown (domain.md, section 2.2; the shield of 7.3, ME2)."""

from dataclasses import replace
from datetime import date

import pytest

from oracle.adverse import court_end, expires, is_publishable, purge_day, visible
from oracle.events import AdverseEvent, Person

LOAN = AdverseEvent(
    "LOAN", date(2020, 1, 10), date(2020, 6, 30), notice_on=date(2020, 2, 9), provided_on=date(2020, 2, 29)
)


@pytest.mark.parametrize(
    ("end", "last", "gone"),
    [
        (date(2020, 6, 30), date(2025, 6, 30), date(2025, 7, 1)),
        (date(2020, 2, 29), date(2025, 2, 28), date(2025, 3, 1)),
    ],
)
def test_five_years_from_the_end_and_not_a_day_more(end, last, gone):
    event = replace(LOAN, start=date(2019, 12, 1), end=end)
    assert expires(event, last) == last
    assert purge_day(event) == gone
    assert is_publishable(event, last)
    assert not is_publishable(event, gone)


def test_an_open_event_never_expires():
    event = replace(LOAN, end=None)
    assert expires(event, date(2099, 1, 1)) is None
    assert purge_day(event) is None
    assert is_publishable(event, date(2099, 1, 1))


def test_an_end_still_to_come_leaves_it_open():
    who = Person(adverse=(LOAN,))
    (before,) = visible(who, date(2020, 6, 29))
    assert (before.status, before.end, before.expires) == ("OPEN", None, None)
    (on_the_day,) = visible(who, date(2020, 6, 30))
    assert (on_the_day.status, on_the_day.expires) == ("ENDED", date(2025, 6, 30))


def test_nothing_is_shown_before_it_began():
    assert visible(Person(adverse=(LOAN,)), date(2020, 1, 9)) == []
    assert len(visible(Person(adverse=(LOAN,)), date(2020, 1, 10))) == 1


@pytest.mark.parametrize(
    ("notice", "is_shown"),
    [(date(2020, 2, 29), True), (date(2020, 3, 1), False), (None, False)],
)
def test_arrears_need_a_notice_before_they_are_handed_over(notice, is_shown):
    assert is_publishable(replace(LOAN, notice_on=notice), date(2020, 6, 1)) is is_shown


def test_what_the_law_publishes_needs_no_notice():
    event = AdverseEvent("ADMIN_PENALTY", date(2024, 1, 1), is_public=True)
    assert is_publishable(event, date(2024, 1, 1))


def test_a_penalty_is_not_shown_from_its_repair_on():
    event = AdverseEvent(
        "ADMIN_PENALTY", date(2024, 1, 1), date(2024, 2, 1), is_public=True, repaired_on=date(2024, 9, 1)
    )
    assert is_publishable(event, date(2024, 8, 31))
    assert not is_publishable(event, date(2024, 9, 1))


@pytest.mark.parametrize(
    ("performed", "closed", "kind", "end"),
    [
        (date(2024, 3, 1), date(2024, 3, 9), "PERFORMED", date(2024, 3, 1)),
        (None, date(2024, 3, 9), "PERFORMED", date(2024, 3, 9)),
        (None, date(2024, 3, 9), "SETTLED", date(2024, 3, 9)),
        (None, date(2024, 3, 9), "NO_ASSETS", None),
        (None, date(2024, 3, 9), "OTHER", None),
        (date(2024, 5, 1), date(2024, 3, 9), "NO_ASSETS", date(2024, 5, 1)),
        (None, None, None, None),
    ],
)
def test_a_case_ends_by_performance_or_settlement_and_not_for_want_of_assets(performed, closed, kind, end):
    assert court_end(performed, closed, kind) == end


LISTED = AdverseEvent(
    "COURT_ENFORCEMENT",
    date(2022, 1, 5),
    is_public=True,
    is_listing=True,
    listed_on=date(2022, 6, 1),
    term_end=date(2024, 6, 1),
)


@pytest.mark.parametrize(
    ("day", "is_shown"),
    [
        (date(2022, 5, 31), False),
        (date(2022, 6, 1), True),
        (date(2024, 6, 1), True),
        (date(2024, 6, 2), False),
    ],
)
def test_an_entry_of_the_dishonest_list_is_shown_for_its_term(day, is_shown):
    assert is_publishable(LISTED, day) is is_shown


@pytest.mark.parametrize("removed", ["removed_on", "hidden_on"])
def test_an_entry_taken_off_the_list_is_not_shown_from_that_day_on_even_within_five_years(removed):
    event = replace(LISTED, end=date(2023, 2, 25), **{removed: date(2023, 3, 2)})
    assert is_publishable(event, date(2023, 3, 1))
    assert not is_publishable(event, date(2023, 3, 2))


def test_an_entry_without_a_term_stays_until_it_is_removed():
    assert is_publishable(replace(LISTED, term_end=None), date(2030, 1, 1))


WINDOW = (date(2025, 12, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("start", "has_relief", "is_shown"),
    [
        (date(2025, 12, 1), True, False),
        (date(2025, 12, 31), True, False),
        (date(2025, 11, 30), True, True),
        (date(2026, 1, 1), True, True),
        (date(2025, 12, 15), False, True),
    ],
)
def test_arrears_inside_an_event_are_shielded_by_an_approved_relief(start, has_relief, is_shown):
    event = AdverseEvent(
        "LOAN", start, notice_on=date(2026, 1, 20), provided_on=date(2026, 1, 31), has_relief=has_relief
    )
    assert is_publishable(event, date(2026, 2, 1), [WINDOW]) is is_shown
    assert is_publishable(event, date(2026, 2, 1), [])
