"""Tiers and completeness (domain.md, section 6.3)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from oracle.categories import Categories
from oracle.events import (
    Association,
    Bill,
    Business,
    Education,
    Enrolment,
    Lease,
    Membership,
    Person,
    ResidenceSpell,
    Role,
    Skill,
    WorkLine,
)
from oracle.features import features
from oracle.known import CADENCES
from oracle.months import month
from oracle.tiers import completeness, tier

T = date(2025, 7, 15)
FIRST, LAST = month("2024-07"), month("2025-06")
EVERY = frozenset(CADENCES)
REGISTERED = (ResidenceSpell("REGISTRATION", date(2025, 7, 1)),)
EMPLOYED = tuple(WorkLine(index, "SI", "91310115MA1K3ABC99") for index in range(FIRST, LAST + 1))
FULL = Person(
    residence=REGISTERED,
    work=EMPLOYED,
    leases=(Lease(date(2025, 1, 1), None),),
    educations=(Education("20", date(2012, 6, 30)),),
    fresh=EVERY,
)


def of(person: Person, day: date = T) -> str:
    return tier(person, day, features(person, day))


def test_t1_with_everything():
    assert of(FULL) == "T1"


@pytest.mark.parametrize(
    ("lacks", "found"),
    [
        ({"has_number": False}, "T4"),
        ({"has_conflict": True}, "T4"),
        ({"residence": ()}, "T3"),
        ({"work": EMPLOYED[1:]}, "T2"),
        ({"leases": ()}, "T2"),
        ({"educations": ()}, "T2"),
        ({"work": EMPLOYED[6:]}, "T2"),
        ({"work": EMPLOYED[7:]}, "T3"),
        ({"work": ()}, "T3"),
        ({"work": (), "residence": ()}, "T4"),
        ({"work": EMPLOYED[-1:], "residence": ()}, "T3"),
    ],
)
def test_what_is_lacking_lowers_the_tier(lacks, found):
    assert of(replace(FULL, **lacks)) == found


@pytest.mark.parametrize(("end", "found"), [(date(2024, 7, 15), "T2"), (date(2024, 7, 16), "T1"), (None, "T1")])
def test_t1_a_lease_with_a_day_in_the_last_twelve_months(end, found):
    assert of(replace(FULL, leases=(Lease(date(2023, 1, 1), end),))) == found


def fund(count: int) -> tuple[WorkLine, ...]:
    return tuple(WorkLine(index, "HF", "91310115MA1K3ABC99") for index in range(LAST - count + 1, LAST + 1))


@pytest.mark.parametrize(("months", "found"), [(6, "T1"), (5, "T2")])
def test_t1_six_fund_months_stand_for_a_lease(months, found):
    assert of(replace(FULL, leases=(), work=EMPLOYED + fund(months))) == found


def test_t1_fund_months_are_not_counted_twice():
    without = replace(FULL, leases=(), work=EMPLOYED[1:] + fund(12))
    assert features(without, T).base_months_24_count == 12
    assert of(without) == "T2"
    assert of(replace(without, leases=FULL.leases)) == "T1"


def test_t1_a_business_alone_gives_the_months():
    firm = Business("92310115MA1H8XYQ73", date(2024, 7, 1), ((date(2024, 7, 1), "ALIVE"),))
    role = Role(firm.uscc, "OPERATOR", date(2024, 7, 1))
    assert of(replace(FULL, work=(), roles=(role,), businesses=(firm,))) == "T1"
    park = Membership(firm.uscc, "PK-1", "PARK", date(2025, 1, 1))
    assert of(replace(FULL, work=(), roles=(role,), businesses=(firm,), educations=())) == "T2"
    assert of(replace(FULL, work=(), roles=(role,), businesses=(firm,), educations=(), memberships=(park,))) == "T1"


@pytest.mark.parametrize(
    "one",
    [
        {"skills": (Skill(3, date(2020, 1, 1)),)},
        {"enrolments": (Enrolment(LAST, "EMPLOYEE", "ACTIVE"),)},
        {"work": (*EMPLOYED, WorkLine(LAST, "PIT"))},
        {"bills": (Bill(LAST, None, None),)},
        {"associations": (Association("POST", "CATERING", date(2024, 1, 1), date(2025, 1, 1)),)},
    ],
)
def test_t1_one_further_source(one):
    assert of(replace(FULL, educations=(), **one)) == "T1"


@pytest.mark.parametrize(
    "old",
    [
        {"skills": (Skill(3, date(2020, 1, 1), date(2025, 7, 14)),)},
        {"enrolments": (Enrolment(month("2024-06"), "EMPLOYEE", "ACTIVE"),)},
        {"associations": (Association("POST", "CATERING", date(2024, 1, 1), date(2024, 7, 15)),)},
    ],
)
def test_t1_a_further_source_of_long_ago_does_not_count(old):
    assert of(replace(FULL, educations=(), **old)) == "T2"


@pytest.mark.parametrize(
    "stale", ["psb_residence", "hrss_social_insurance", "hmb_rental_contract", "edu_qualification"]
)
def test_t1_every_source_used_is_fresh(stale):
    assert of(replace(FULL, fresh=EVERY - {stale})) == "T2"
    assert of(replace(FULL, fresh=EVERY - {"amr_business"})) == "T1"


def files(person: Person, *codes: str):
    return completeness(person, T, features(person, T), Categories(codes, codes[0], {}))


def test_completeness_weighs_the_blocks_that_apply():
    found = files(FULL, "C06")
    assert found.filled == ("identity", "residence", "work", "housing", "education_skill")
    assert found.ratio == Decimal("0.888889")  # 80 of 90: business and association do not apply


@pytest.mark.parametrize(
    ("codes", "whole"), [(("C02",), 95), (("C03",), 95), (("C04",), 95), (("C05",), 95), (("C02", "C05"), 100)]
)
def test_business_and_association_apply_to_their_categories_only(codes, whole):
    assert files(FULL, *codes).ratio == (Decimal(80) / whole).quantize(Decimal("0.000001"))


def test_a_block_of_a_stale_source_is_not_filled():
    assert "education_skill" not in files(replace(FULL, fresh=EVERY - {"edu_qualification"}), "C06").filled


def test_missing_for_want_of_consent_is_counted_apart():
    agreed = frozenset({"RESIDENCE", "WORK", "HOUSING", "EDUCATION_SKILL", "PROTECTION"})
    found = files(replace(FULL, consents=agreed), "C06")
    assert found.no_consent_ratio == Decimal("0.055556")  # utility; nobody enrolled though protection is agreed to
    assert files(Person(fresh=EVERY), "C99").no_consent_ratio == Decimal("0.833333")  # all but identity


def test_nothing_known():
    assert files(Person(has_number=False, fresh=EVERY), "C99").ratio == 0
