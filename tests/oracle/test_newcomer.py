"""Newcomer status on and around the days on which it turns (domain.md, section 1.2)."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.events import HukouEntry, Person, ResidenceSpell, WorkLine
from oracle.months import month
from oracle.newcomer import Rules, newcomer

OUTSIDE = HukouEntry("340104", date(1990, 3, 7), "BIRTH")
REGISTERED = ResidenceSpell("REGISTRATION", date(2020, 1, 1))


def person(*hukou: HukouEntry, residence=(REGISTERED,), months=(), **more) -> Person:
    work = tuple(WorkLine(month(text), kind) for text, kind in months)
    return Person(hukou=hukou or (OUTSIDE,), residence=tuple(residence), work=work, **more)


def code(who: Person, day: date, rules: Rules = Rules()) -> str:  # noqa: B008
    return newcomer(who, day, rules).code


@pytest.mark.parametrize(
    ("day", "basis"),
    [
        (date(2024, 12, 31), ()),
        (date(2025, 1, 1), ("R1",)),
        (date(2025, 12, 31), ("R1",)),
        (date(2026, 1, 1), ()),
        (date(2026, 3, 9), ()),
        (date(2026, 3, 10), ("R1",)),
    ],
)
def test_r1_a_permit_holds_to_its_last_day_and_again_from_a_late_endorsement(day, basis):
    permits = [
        ResidenceSpell("PERMIT", date(2025, 1, 1), date(2025, 12, 31)),
        ResidenceSpell("PERMIT", date(2026, 3, 10), date(2027, 3, 9)),
    ]
    assert newcomer(person(residence=permits), day).basis == (*basis, "H1")


@pytest.mark.parametrize(("day", "is_ripe"), [(date(2025, 6, 30), False), (date(2025, 7, 1), True)])
def test_r2_a_registration_counts_after_six_months(day, is_ripe):
    spell = ResidenceSpell("REGISTRATION", date(2025, 1, 1))
    assert ("R2" in newcomer(person(residence=[spell]), day).basis) is is_ripe


def test_r2_counts_back_from_the_day_so_31_august_is_ripe_on_1_march_and_not_on_28_february():
    spell = ResidenceSpell("REGISTRATION", date(2025, 8, 31))
    status = newcomer(person(residence=[spell]), date(2026, 2, 28))  # six months before it is 28 August
    assert (status.code, status.next_change) == ("NO", date(2026, 3, 1))


def test_r2_registrations_that_touch_count_from_the_first():
    moved = [
        ResidenceSpell("REGISTRATION", date(2025, 1, 1), date(2025, 6, 30)),
        ResidenceSpell("REGISTRATION", date(2025, 7, 1)),
    ]
    assert code(person(residence=moved), date(2025, 7, 2)) == "YES"
    apart = [moved[0], ResidenceSpell("REGISTRATION", date(2025, 7, 2))]
    assert code(person(residence=apart), date(2025, 7, 2)) == "NO"


def test_a_cancelled_registration_holds_no_more_from_that_day_on():
    spell = ResidenceSpell("REGISTRATION", date(2024, 1, 1), cancelled_on=date(2025, 5, 2))
    assert code(person(residence=[spell]), date(2025, 5, 1)) == "YES"
    assert code(person(residence=[spell]), date(2025, 5, 2)) == "NO"


MONTHS = ("2024-07", "2024-08", "2024-09", "2024-10", "2024-11", "2024-12")


@pytest.mark.parametrize(
    ("kinds", "day", "counts"),
    [
        (("SI",) * 6, date(2025, 7, 31), True),
        (("SI", "HF", "FLEX", "SI", "HF", "FLEX"), date(2025, 7, 1), True),
        (("SI",) * 6, date(2025, 8, 1), False),
        (("SI",) * 5 + ("PIT",), date(2025, 7, 1), False),
        (("GIG",) * 6, date(2025, 7, 1), False),
    ],
)
def test_r3_six_months_of_the_last_twelve_paid_in(kinds, day, counts):
    who = person(residence=(), months=zip(MONTHS, kinds, strict=True))
    assert ("R3" in newcomer(who, day).basis) is counts


def test_r3_two_payments_of_a_month_are_one_month():
    who = person(residence=(), months=[(text, kind) for text in MONTHS[:5] for kind in ("SI", "HF")])
    assert newcomer(who, date(2025, 1, 1)).basis == ("H1",)


@pytest.mark.parametrize(
    ("hukou_on", "day", "found"),
    [
        (date(2022, 7, 1), date(2025, 6, 30), "YES"),
        (date(2022, 7, 1), date(2025, 7, 1), "NO"),
        (date(2020, 2, 29), date(2023, 2, 27), "YES"),
        (date(2020, 2, 29), date(2023, 2, 28), "NO"),
        (date(2024, 2, 29), date(2027, 2, 28), "NO"),
    ],
)
def test_h2_on_the_third_anniversary_the_person_is_out(hukou_on, day, found):
    assert code(person(HukouEntry("310115", hukou_on, "MOVE_IN")), day) == found


def test_h2_a_child_born_into_the_city_is_no_newcomer():
    born = HukouEntry("310115", date(2024, 5, 1), "BIRTH")
    assert code(person(born), date(2025, 1, 1)) == "NO"


def test_h2_an_entry_of_another_kind_or_of_none_counts():
    for entry in ("OTHER", None):
        assert code(person(HukouEntry("310115", date(2024, 5, 1), entry)), date(2025, 1, 1)) == "YES"


def test_of_several_entries_the_latest_not_after_the_day():
    entries = [OUTSIDE, HukouEntry("310101", date(2018, 1, 1), "MOVE_IN"), HukouEntry("340104", date(2024, 1, 1), None)]
    assert newcomer(person(*entries), date(2023, 12, 31)).code == "NO"
    assert newcomer(person(*entries), date(2024, 1, 1)).basis == ("R2", "H1")


def test_a_hukou_still_to_come_leaves_the_one_before_it():
    who = person(OUTSIDE, HukouEntry("310115", date(2026, 1, 1), "MOVE_IN"))
    status = newcomer(who, date(2025, 12, 31))
    assert (status.code, status.basis, status.hukou_on) == ("YES", ("R2", "H1"), OUTSIDE.since)
    assert newcomer(who, date(2026, 1, 1)).basis == ("R2", "H2")
    assert newcomer(who, date(2026, 1, 1)).next_change == date(2029, 1, 1)


@pytest.mark.parametrize("entries", [[HukouEntry("310115", None, "MOVE_IN")], [HukouEntry(None, None, None)], ["none"]])
def test_hukou_unknown_or_in_the_city_without_a_date(entries):
    who = Person(residence=(REGISTERED,), hukou=tuple(one for one in entries if one != "none"))
    status = newcomer(who, date(2025, 1, 1))
    assert (status.code, status.reasons) == ("UNKNOWN", ("HUKOU_UNKNOWN",))


@pytest.mark.parametrize("kind", ["HMT", "FPR", "PAS"])
def test_h1_no_hukou_because_of_the_certificate(kind):
    who = Person(residence=(REGISTERED,), certificate_kind=kind)
    assert newcomer(who, date(2025, 1, 1)).basis == ("R2", "H1")
    assert code(who, date(2025, 1, 1), Rules(include_hmt_foreign=False)) == "UNKNOWN"


def test_the_dead_are_none_from_that_day_on():
    who = person(died_on=date(2025, 3, 3))
    assert code(who, date(2025, 3, 2)) == "YES"
    assert newcomer(who, date(2025, 3, 2)).next_change == date(2025, 3, 3)
    assert code(who, date(2025, 3, 3)) == "NO"


def test_another_city_has_other_prefixes():
    assert (
        code(person(HukouEntry("310115", date(2010, 1, 1), None)), date(2025, 1, 1), Rules(prefixes=("32",))) == "YES"
    )


DAYS = st.dates(date(2021, 1, 1), date(2026, 12, 31))
SPELLS = st.builds(ResidenceSpell, st.sampled_from(["PERMIT", "REGISTRATION"]), DAYS, st.one_of(st.none(), DAYS))
HUKOU = st.builds(HukouEntry, st.sampled_from(["310115", "340104"]), DAYS, st.sampled_from(["MOVE_IN", "BIRTH"]))
WORK = st.builds(WorkLine, st.integers(month("2024-01"), month("2026-12")), st.sampled_from(["SI", "HF", "PIT"]))
PEOPLE = st.builds(
    Person,
    died_on=st.one_of(st.none(), DAYS),
    residence=st.lists(SPELLS, max_size=3).map(tuple),
    hukou=st.lists(HUKOU, max_size=2).map(tuple),
    work=st.lists(WORK, max_size=14).map(tuple),
)


@settings(max_examples=40, deadline=None)
@given(PEOPLE, DAYS)
def test_the_next_change_is_the_first_day_with_another_status(who, day):
    now, end = newcomer(who, day), date(2031, 1, 1)
    step, found = day, None
    while found is None and step < end:
        step += timedelta(days=1)
        found = step if code(who, step) != now.code else None
    assert now.next_change == found
