"""Every feature with its edges (domain.md, section 6.2)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from oracle.events import (
    AdverseEvent,
    Association,
    Bill,
    Business,
    Education,
    Lease,
    Person,
    Rating,
    ResidenceSpell,
    Role,
    Skill,
    WorkLine,
)
from oracle.features import Features, features, main_employers
from oracle.months import first_day, last_day, month

T = date(2025, 7, 15)
ONE, TWO, THREE = "91310115MA1K3ABC99", "92310115MA1H8XYQ73", "93310115MA1GKL261D"


def of(day: date = T, **known) -> Features:
    return features(Person(**known), day)


def line(text: str, kind: str = "SI", employer: str | None = ONE, paid: date | None = None) -> WorkLine:
    return WorkLine(month(text), kind, employer, paid)


def run(first: str, last: str, kind: str = "SI", employer: str | None = ONE) -> tuple[WorkLine, ...]:
    return tuple(WorkLine(index, kind, employer) for index in range(month(first), month(last) + 1))


def test_months_are_counted_once_whatever_the_evidence():
    known = of(work=(line("2025-06"), line("2025-06", "HF"), line("2025-05", "GIG"), line("2024-06", "SITE")))
    assert known.work_months_12_count == 2
    assert known.work_months_24_count == 3
    assert known.base_months_24_count == 1
    assert known.hpf_months_24_count == 1


def test_the_month_of_the_day_is_in_no_window():
    known = of(work=(line("2025-07"), line("2023-07"), line("2023-06")))
    assert (known.work_months_12_count, known.work_months_24_count) == (0, 1)


@pytest.mark.parametrize(
    ("kind", "base", "any_kind"),
    [("SI", 1, 1), ("HF", 1, 1), ("FLEX", 0, 1), ("PIT", 0, 1), ("GIG", 0, 1), ("SITE", 0, 1)],
)
def test_base_months_are_si_fund_and_business_only(kind, base, any_kind):
    known = of(work=(line("2025-01", kind),))
    assert (known.base_months_24_count, known.work_months_24_count) == (base, any_kind)


def shop(*states: tuple[date, str], uscc: str = TWO, established: date = date(2025, 2, 20)) -> Business:
    return Business(uscc, established, states or ((established, "ALIVE"),))


def test_an_own_business_makes_a_month_if_alive_on_its_last_day():
    role = (Role(TWO, "OPERATOR", date(2025, 2, 20)),)
    known = of(roles=role, businesses=(shop(),))
    assert known.base_months_24_count == 5  # February to June
    closed = shop((date(2025, 2, 20), "ALIVE"), (date(2025, 4, 30), "CANCELLED"))
    assert of(roles=role, businesses=(closed,)).work_months_24_count == 2
    assert of(roles=(Role(TWO, "MANAGER", date(2025, 2, 20)),), businesses=(shop(),)).work_months_24_count == 0


@pytest.mark.parametrize(
    ("latest", "length"),
    [("2025-06", 4), ("2025-05", 3), ("2025-04", 0)],
)
def test_a_streak_ends_in_one_of_the_last_two_months(latest, length):
    assert of(work=run("2025-03", latest)).work_streak_count == length


def test_a_streak_breaks_at_a_missing_month():
    assert of(work=run("2024-01", "2024-12") + run("2025-02", "2025-06")).work_streak_count == 5


@pytest.mark.parametrize(
    ("paid", "length"),
    [(date(2025, 7, 30), 6), (date(2025, 7, 31), 2), (None, 6)],
)
def test_a_streak_breaks_at_a_month_paid_more_than_three_months_after_its_end(paid, length):
    lines = (*run("2025-01", "2025-03"), line("2025-04", paid=paid), *run("2025-05", "2025-06"))
    assert of(work=lines).work_streak_count == length
    assert of(work=lines).work_months_12_count == 6


def test_a_back_paid_month_with_other_evidence_in_time_breaks_nothing():
    late = line("2025-05", paid=date(2025, 12, 1))
    lines = (line("2025-04"), late, line("2025-05", "GIG"), line("2025-06"))
    assert of(work=lines).work_streak_count == 3


def test_no_streak_if_the_latest_month_was_back_paid():
    assert of(work=(line("2025-05"), line("2025-06", paid=date(2025, 12, 1)))).work_streak_count == 0


def test_the_main_employer_stays_while_it_pays_and_else_is_the_lowest_code():
    lines = [line("2025-01", employer=TWO), line("2025-02", employer=TWO), line("2025-02", employer=ONE),
             line("2025-03", employer=THREE), line("2025-03", employer=ONE)]  # fmt: skip
    assert list(main_employers(lines).values()) == [TWO, TWO, ONE]


def test_employer_changes_are_counted_over_gaps_and_only_within_the_window():
    before = (line("2023-06", employer=THREE),)
    lines = (line("2023-07"), line("2023-09", employer=TWO), line("2024-05", employer=TWO), line("2025-06"))
    assert of(work=lines).employer_change_24_count == 2
    assert of(work=before + lines).employer_change_24_count == 2
    assert of(work=(*lines, line("2025-05", "GIG", None), line("2025-05", "FLEX", THREE))).employer_change_24_count == 2


def home(start: date, end: date | None = None, kind: str = "REGISTRATION") -> ResidenceSpell:
    return ResidenceSpell(kind, start, end)


def test_residence_runs_from_the_start_of_the_chain():
    known = of(residence=(home(date(2024, 1, 16)),))
    assert known.residence_months_count == 17
    assert of(residence=(home(date(2024, 1, 15)),)).residence_months_count == 18
    assert of().residence_months_count == 0


@pytest.mark.parametrize(("gap", "count"), [(31, 18), (32, 10)])
def test_a_gap_of_31_days_between_homes_is_bridged(gap, count):
    first_end = date(2024, 7, 14)
    lease = Lease(first_end + timedelta(days=gap + 1), None)
    assert of(residence=(home(date(2024, 1, 15), first_end),), leases=(lease,)).residence_months_count == count


@pytest.mark.parametrize(("end", "count"), [(date(2025, 6, 13), 18), (date(2025, 6, 12), 0)])
def test_a_chain_that_has_ended_is_current_for_31_days(end, count):
    assert of(residence=(home(date(2024, 1, 15), end),)).residence_months_count == count


def test_a_permit_and_a_lease_are_residence_too():
    spells = (home(date(2024, 1, 15), date(2025, 1, 14), "PERMIT"),)
    assert of(residence=spells, leases=(Lease(date(2025, 1, 1), None),)).residence_months_count == 18


def test_a_month_is_rented_on_fifteen_days_of_it():
    assert of(leases=(Lease(date(2025, 6, 16), None),)).rent_months_12_count == 1
    assert of(leases=(Lease(date(2025, 6, 17), None),)).rent_months_12_count == 0
    parts = (Lease(date(2025, 6, 1), date(2025, 6, 8)), Lease(date(2025, 6, 8), date(2025, 6, 15)))
    assert of(leases=parts).rent_months_12_count == 1
    assert of(leases=(Lease(date(2020, 1, 1), None),)).rent_months_12_count == 12


@pytest.mark.parametrize(
    ("leases", "found"),
    [
        ([(2, 2)], None),
        ([(3, 3)], Decimal("1.000000")),
        ([(2, 1), (1, 1)], Decimal("0.666667")),
        ([(4, 7)], Decimal("1.000000")),
    ],
)
def test_rents_on_time_by_rents_due_from_three_on(leases, found):
    filed = tuple(Lease(date(2024, 1, 1), None, due, on_time) for due, on_time in leases)
    assert of(leases=filed).rent_on_time_ratio == found


def test_rents_of_a_lease_that_ended_before_the_24_months_are_left_out():
    assert of(leases=(Lease(date(2022, 1, 1), date(2023, 6, 30), 12, 12),)).rent_on_time_ratio is None
    assert of(leases=(Lease(date(2022, 1, 1), date(2023, 7, 1), 12, 12),)).rent_on_time_ratio == 1


def bill(text: str, *, late_by: int | None = 0) -> Bill:
    due = first_day(month(text)) + timedelta(days=40)
    return Bill(month(text), due, None if late_by is None else due + timedelta(days=late_by))


def test_utilities_need_three_good_months_among_the_last_six():
    good = tuple(bill(text) for text in ("2025-01", "2025-02", "2025-03"))
    assert of(bills=good[:2]).utility_on_time_12_ratio is None
    assert of(bills=good).utility_on_time_12_ratio == 1
    old = (bill("2024-12"), bill("2024-11"), bill("2024-10"))
    assert of(bills=old).utility_on_time_12_ratio is None


def test_utilities_paid_late_or_not_at_all_are_not_on_time():
    bills = (
        bill("2025-01"),
        bill("2025-02"),
        bill("2025-03"),
        bill("2025-04", late_by=1),
        bill("2024-07", late_by=None),
    )
    assert of(bills=bills).utility_on_time_12_ratio == Decimal("0.600000")
    assert of(bills=(*bills, bill("2024-06", late_by=None))).utility_on_time_12_ratio == Decimal("0.600000")


def test_a_month_with_one_late_bill_of_two_is_no_good_month():
    bills = (bill("2025-01"), bill("2025-02"), bill("2025-03"), bill("2025-03", late_by=9))
    assert of(bills=bills).utility_on_time_12_ratio is None


def test_association_months_are_worked_or_carded():
    card = Association("CARD", "DOMESTIC", date(2025, 4, 30), date(2025, 5, 1))
    worked = (line("2025-05", "GIG"), line("2025-06", "SITE"), line("2025-06", "GIG"), line("2025-03", "SI"))
    assert of(work=worked, associations=(card,)).association_months_12_count == 3
    gig = Association("GIG", "RIDE", first_day(month("2025-01")), last_day(month("2025-01")))
    permit = Association("DRIVER_PERMIT", "RIDE", date(2024, 1, 1))
    assert of(associations=(gig, permit)).association_months_12_count == 0


def test_the_best_valid_certificate():
    held = (Skill(1, date(2020, 1, 1), date(2025, 7, 14)), Skill(3, date(2020, 1, 1), T), Skill(5, date(2020, 1, 1)),
            Skill(2, date(2025, 7, 16)), Skill(None, date(2020, 1, 1)))  # fmt: skip
    assert of(skills=held).skill_level_code == "3"
    assert of(skills=held[-2:]).skill_level_code is None


def test_the_highest_level_reached():
    held = (Education("60", date(2015, 6, 30)), Education("30", date(2018, 6, 30)), Education("20", date(2025, 7, 16)))
    assert of(educations=held).education_level_code == "30"
    assert of().education_level_code is None


def test_the_age_of_the_oldest_live_business():
    roles = (Role(ONE, "LEGAL_REP", date(2024, 1, 1)), Role(TWO, "OPERATOR", date(2024, 1, 1)))
    dead = shop((date(2010, 1, 1), "ALIVE"), (date(2025, 1, 1), "REVOKED"), uscc=ONE, established=date(2010, 1, 1))
    alive = shop(uscc=TWO, established=date(2024, 7, 16))
    assert of(roles=roles, businesses=(dead, alive)).business_age_months_count == 11
    assert of(roles=roles, businesses=(dead,)).business_age_months_count is None


def test_the_latest_grade_published_by_then():
    roles, firm = (Role(TWO, "OPERATOR", date(2022, 1, 1)),), (shop(established=date(2022, 1, 1)),)
    grades = (Rating(TWO, 2023, "B", date(2024, 4, 28)), Rating(TWO, 2024, "D", date(2025, 4, 28)),
              Rating(ONE, 2024, "A", date(2025, 4, 28)))  # fmt: skip
    assert of(roles=roles, businesses=firm, ratings=grades).rating_code == "D"
    assert of(date(2025, 4, 27), roles=roles, businesses=firm, ratings=grades).rating_code == "B"
    assert of(roles=roles, businesses=firm).rating_code is None


def test_open_and_ended_events_are_counted_apart():
    events = (
        AdverseEvent("ADMIN_PENALTY", date(2024, 1, 1), is_public=True),
        AdverseEvent("ADMIN_PENALTY", date(2019, 1, 1), date(2020, 7, 15), is_public=True),
        AdverseEvent("ADMIN_PENALTY", date(2019, 1, 1), date(2020, 7, 14), is_public=True),
    )
    known = of(adverse=events)
    assert (known.adverse_open_count, known.adverse_5y_count) == (1, 1)
