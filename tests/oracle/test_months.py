"""The conventions of domain.md, section 0, on the dates that hurt."""

import doctest
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle import months
from oracle.months import add_months, add_years, age, days_in, first_day, is_adult, is_under_14, merged, whole_months

DAYS = st.dates(date(1950, 1, 1), date(2060, 12, 31))


def test_what_the_functions_say_of_themselves():
    tried = doctest.testmod(months)
    assert tried.attempted >= 7
    assert tried.failed == 0


@pytest.mark.parametrize("day", [date(2025, 7, 1), date(2025, 7, 31)])
def test_complete_months_leave_out_the_month_of_the_day(day):
    assert [first_day(m) for m in months.complete_months(day, 2)] == [date(2025, 5, 1), date(2025, 6, 1)]


@pytest.mark.parametrize(
    ("day", "count", "found"),
    [
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 8, 31), -6, date(2025, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 2, 28), 12, date(2026, 2, 28)),
    ],
)
def test_a_day_that_does_not_exist_is_the_months_last(day, count, found):
    assert add_months(day, count) == found


def test_a_leap_day_has_its_anniversary_on_the_28th():
    assert add_years(date(2020, 2, 29), 5) == date(2025, 2, 28)
    assert add_years(date(2020, 2, 29), 4) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("day", "years", "adult"),
    [(date(2025, 5, 9), 17, False), (date(2025, 5, 10), 18, False), (date(2025, 5, 11), 18, True)],
)
def test_a_person_is_of_age_the_day_after_the_birthday(day, years, adult):
    born = date(2007, 5, 10)
    assert age(born, day) == years
    assert is_adult(born, day) is adult


def test_on_the_fourteenth_birthday_a_child_is_still_protected():
    assert is_under_14(date(2011, 5, 10), date(2025, 5, 10))
    assert not is_under_14(date(2011, 5, 10), date(2025, 5, 11))


def test_spells_that_touch_or_overlap_are_one():
    spells = [
        (date(2025, 3, 1), date(2025, 3, 31)),
        (date(2025, 1, 1), date(2025, 1, 31)),
        (date(2025, 2, 1), date(2025, 2, 10)),
        (date(2025, 2, 5), date(2025, 2, 27)),
    ]
    assert merged(spells) == [(date(2025, 1, 1), date(2025, 2, 27)), (date(2025, 3, 1), date(2025, 3, 31))]
    assert merged([*spells, (date(2025, 2, 1), None)]) == [(date(2025, 1, 1), None)]


def test_a_spell_that_ends_before_it_begins_is_none():
    assert merged([(date(2025, 3, 2), date(2025, 3, 1))]) == []


@pytest.mark.parametrize(("gap", "chains"), [(31, 1), (32, 2)])
def test_a_gap_of_31_days_is_bridged_and_of_32_is_not(gap, chains):
    end = date(2025, 3, 31)
    again = end + timedelta(days=gap + 1)
    assert len(merged([(date(2025, 1, 1), end), (again, None)], bridge=31)) == chains


@pytest.mark.parametrize(
    ("start", "day", "count"),
    [
        (date(2025, 1, 15), date(2025, 7, 14), 5),
        (date(2025, 1, 15), date(2025, 7, 15), 6),
        (date(2025, 8, 31), date(2026, 2, 28), 6),
        (date(2025, 8, 31), date(2026, 2, 27), 5),
        (date(2025, 1, 15), date(2025, 1, 15), 0),
    ],
)
def test_whole_months(start, day, count):
    assert whole_months(start, day) == count


def test_days_of_a_month_are_covered_once():
    may = months.month("2025-05")
    leases = [(date(2025, 4, 1), date(2025, 5, 10)), (date(2025, 5, 8), date(2025, 5, 14)), (date(2025, 6, 1), None)]
    assert days_in(leases, may) == 14
    assert days_in([(date(2025, 1, 1), None)], may) == 31
    assert days_in([], may) == 0


@given(DAYS, st.integers(0, 200))
def test_whole_months_undo_adding_months(start, count):
    assert whole_months(start, add_months(start, count)) == count


@given(st.lists(st.tuples(DAYS, st.one_of(st.none(), DAYS)), max_size=8), DAYS)
def test_merging_covers_the_same_days_and_leaves_a_gap_between_any_two(spells, day):
    found = merged(spells)
    assert any(months.is_valid(*one, day) for one in spells) == any(months.is_valid(*one, day) for one in found)
    for (_, end), (start, _) in zip(found, found[1:], strict=False):
        assert end is not None
        assert start > end + timedelta(days=1)
