"""Axes of domain.md, section 6.1."""

from dataclasses import replace
from datetime import date

import pytest

from oracle.axes import axes, group_of_industry, industry_group, life_stage
from oracle.events import Association, Business, Lease, Membership, Person, ResidenceSpell, Role, WorkLine
from oracle.features import features
from oracle.months import month

T = date(2025, 7, 15)
FIRM, SHOP = "91310115MA1K3ABC99", "92310115MA1H8XYQ73"


@pytest.mark.parametrize(
    ("months", "stage"), [(0, "NEW"), (5, "NEW"), (6, "SETTLING"), (35, "SETTLING"), (36, "ROOTED")]
)
def test_stages_of_life_in_the_city(months, stage):
    assert life_stage(months) == stage


@pytest.mark.parametrize(
    ("code", "group"),
    [("E4710", "CONSTRUCTION"), ("H6210", "CATERING"), ("H61", "CATERING"), ("C3912", "MANUFACTURING"),
     ("I6510", None), ("6210", "CATERING"), (None, None)],
)  # fmt: skip
def test_groups_by_industry_code(code, group):
    assert group_of_industry(code) == group


def test_the_association_comes_before_the_employer():
    worked = WorkLine(month("2025-06"), "SI", FIRM)
    gig = Association("GIG", "DELIVERY", date(2025, 5, 1), date(2025, 5, 31))
    assert industry_group(Person(work=(worked,), associations=(gig,)), T, {FIRM: "C3912"}) == "DELIVERY"
    assert industry_group(Person(work=(worked,)), T, {FIRM: "C3912"}) == "MANUFACTURING"
    assert industry_group(Person(), T, {}) == "OTHER"


def test_a_member_of_a_base_is_tech():
    owner = Person(
        roles=(Role(SHOP, "OPERATOR", date(2024, 1, 1)),),
        businesses=(Business(SHOP, date(2024, 1, 1), ((date(2024, 1, 1), "ALIVE"),)),),
        memberships=(Membership(SHOP, "BS-1", "BASE", date(2024, 6, 1)),),
    )
    assert industry_group(owner, T, {SHOP: "I6510"}) == "TECH"
    assert industry_group(owner, T, {SHOP: "H6210"}) == "CATERING"
    found = axes(owner, T, features(owner, T), {SHOP: "I6510"})
    assert found.clusters == ("BS-1",)


def test_the_lease_says_where_somebody_lives_and_else_the_bureau():
    who = Person(
        residence=(ResidenceSpell("REGISTRATION", date(2024, 1, 1), district="310115"),),
        leases=(Lease(date(2025, 1, 1), None, district="310104"),),
    )
    assert axes(who, T, features(who, T), {}).district == "310104"
    moved = replace(who, leases=(Lease(date(2025, 1, 1), date(2025, 7, 14), district="310104"),))
    assert axes(moved, T, features(moved, T), {}).district == "310115"
