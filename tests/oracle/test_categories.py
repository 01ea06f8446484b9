"""Every category with its edges (domain.md, section 1.3)."""

from datetime import UTC, date, datetime

import pytest

from oracle.categories import categories
from oracle.events import (
    Association,
    Business,
    Education,
    Employment,
    HukouEntry,
    Person,
    ResidenceSpell,
    Role,
    WorkLine,
)
from oracle.months import month
from oracle.newcomer import newcomer

T = date(2025, 7, 15)
ALIVE = Business("92310115MA1H8XYQ73", date(2024, 1, 10), ((date(2024, 1, 10), "ALIVE"),))


def work(kind: str, *texts: str) -> tuple[WorkLine, ...]:
    return tuple(WorkLine(month(text), kind) for text in texts)


def codes(day: date = T, **known) -> tuple[str, ...]:
    who = Person(**known)
    return categories(who, day, newcomer(who, day)).codes


HALF_YEAR = ("2024-07", "2024-09", "2024-11", "2025-01", "2025-03", "2025-05")


@pytest.mark.parametrize(
    ("level", "graduated", "is_graduate"),
    [
        ("40", date(2022, 7, 15), True),
        ("40", date(2022, 7, 14), False),
        ("10", T, True),
        ("20", date(2025, 7, 16), False),
        ("60", date(2024, 6, 30), False),
        ("90", date(2024, 6, 30), False),
    ],
)
def test_c01_graduated_within_three_years(level, graduated, is_graduate):
    found = codes(educations=(Education(level, graduated),), work=work("FLEX", "2024-07"))
    assert ("C01" in found) is is_graduate


def test_c01_three_years_before_a_leap_day():
    found = codes(date(2024, 2, 29), educations=(Education("20", date(2021, 2, 28)),), work=work("SI", "2024-01"))
    assert "C01" in found


def test_c01_needs_an_insured_month_or_an_open_registration():
    degree = (Education("20", date(2024, 6, 30)),)
    assert codes(educations=degree) == ("C99",)
    assert codes(educations=degree, work=work("SI", "2024-06")) == ("C99",)
    assert codes(educations=degree, work=work("HF", "2025-06")) == ("C99",)
    assert codes(educations=degree, work=work("SI", "2024-07")) == ("C01",)
    assert codes(educations=degree, employments=(Employment("EMPLOYEE", date(2025, 7, 15)),)) == ("C01",)
    assert codes(educations=degree, employments=(Employment("EMPLOYEE", date(2025, 1, 1), date(2025, 7, 14)),)) == (
        "C99",
    )


@pytest.mark.parametrize(
    ("role", "end", "states", "is_owner"),
    [
        ("OPERATOR", None, ALIVE.states, True),
        ("LEGAL_REP", T, ALIVE.states, True),
        ("OPERATOR", date(2025, 7, 14), ALIVE.states, False),
        ("MANAGER", None, ALIVE.states, False),
        ("OPERATOR", None, (*ALIVE.states, (T, "CANCELLED")), False),
        ("OPERATOR", None, (*ALIVE.states, (date(2025, 7, 16), "REVOKED")), True),
        ("OPERATOR", None, (*ALIVE.states, (date(2025, 1, 1), "MOVED_OUT")), False),
    ],
)
def test_c02_owner_of_a_live_business(role, end, states, is_owner):
    shop = Business(ALIVE.uscc, ALIVE.established_on, states)
    found = codes(roles=(Role(ALIVE.uscc, role, date(2024, 1, 10), end),), businesses=(shop,))
    assert ("C02" in found) is is_owner


def test_c03_three_gig_months_and_no_employee_month_last_month():
    gig = work("GIG", "2024-07", "2025-01", "2025-06")
    assert codes(work=gig) == ("C03",)
    assert codes(work=gig[:2]) == ("C99",)
    assert codes(work=gig + work("SI", "2025-05")) == ("C03",)
    assert codes(work=gig + work("SI", "2025-06")) == ("C99",)
    assert codes(work=gig + work("FLEX", "2025-06")) == ("C03",)


def test_c03_a_drivers_permit_is_enough():
    permit = (Association("DRIVER_PERMIT", "RIDE", date(2024, 1, 1), T),)
    assert codes(associations=permit) == ("C03",)
    assert codes(date(2025, 7, 16), associations=permit) == ("C99",)
    assert codes(associations=permit, work=work("SI", "2025-06")) == ("C99",)


def test_c04_a_card_on_its_first_and_last_day():
    card = (Association("CARD", "DOMESTIC", date(2025, 1, 1), date(2025, 12, 31)),)
    assert [codes(day, associations=card) for day in (date(2025, 1, 1), date(2025, 12, 31))] == [("C04",)] * 2
    assert codes(date(2026, 1, 1), associations=card) == ("C99",)


@pytest.mark.parametrize(("text", "found"), [("2025-03", "C99"), ("2025-04", "C05"), ("2025-07", "C99")])
def test_c05_attendance_in_the_last_three_complete_months(text, found):
    assert codes(work=work("SITE", text)) == (found,)


def test_c06_six_employee_months_of_twelve():
    assert codes(work=work("SI", *HALF_YEAR)) == ("C06",)
    assert codes(work=work("SI", *HALF_YEAR[1:])) == ("C99",)
    assert codes(work=work("SI", *HALF_YEAR[1:]) + work("FLEX", HALF_YEAR[0])) == ("C99",)


def test_c07_only_where_none_of_the_first_six_holds():
    flexible = work("FLEX", "2025-04")
    assert codes(work=flexible) == ("C07",)
    assert codes(work=work("FLEX", "2025-03")) == ("C99",)
    assert codes(work=flexible + work("SI", *HALF_YEAR)) == ("C06",)
    assert codes(employments=(Employment("FLEXIBLE", date(2025, 1, 1)),)) == ("C07",)
    assert codes(employments=(Employment("PART_TIME", date(2025, 1, 1)),)) == ("C99",)


def page(reason: str = "WORK", *, child: bool = False, end: date | None = None, told: int = 1) -> ResidenceSpell:
    at = datetime(2025, 1, told, tzinfo=UTC)
    return ResidenceSpell("REGISTRATION", date(2024, 1, 1), end, None, None, reason, child, at)


@pytest.mark.parametrize("reason", ["JOIN_CHILD", "ACCOMPANY"])
def test_c08_by_the_reason_of_residence_that_holds(reason):
    assert codes(residence=(page(reason),)) == ("C08",)
    assert codes(residence=(page(reason, end=date(2025, 7, 14)),)) == ("C99",)
    assert codes(residence=(page(reason), page("WORK", told=2))) == ("C99",)


@pytest.mark.parametrize(
    ("born", "child", "found"),
    [(date(1965, 7, 15), True, "C08"), (date(1965, 7, 16), True, "C99"), (date(1965, 7, 15), False, "C99")],
)
def test_c08_by_age_and_a_child_at_home(born, child, found):
    assert codes(born_on=born, residence=(page(child=child),)) == (found,)


@pytest.mark.parametrize("kind", ["HMT", "FPR", "PAS"])
def test_c09_by_the_kind_of_certificate(kind):
    assert codes(certificate_kind=kind) == ("C09",)


def test_c10_stands_beside_others_and_leads_only_alone():
    hukou = (HukouEntry("310115", date(2024, 1, 1), "MOVE_IN"),)
    assert codes(hukou=hukou) == ("C10",)
    who = Person(hukou=hukou, work=work("SI", *HALF_YEAR))
    found = categories(who, T, newcomer(who, T))
    assert (found.codes, found.primary) == (("C06", "C10"), "C06")


def test_the_primary_one_is_the_first_of_the_page():
    card = Association("CARD", "DOMESTIC", date(2025, 1, 1))
    who = Person(
        educations=(Education("30", date(2024, 6, 30)),),
        work=work("SI", *HALF_YEAR) + work("SITE", "2025-06"),
        associations=(card,),
    )
    found = categories(who, T, newcomer(who, T))
    assert found.codes == ("C01", "C04", "C05", "C06")
    assert found.primary == "C01"
    assert found.reasons["C06"] == ("EMPLOYEE_MONTHS",)


def test_nobody_is_without_a_category():
    assert codes() == ("C99",)
