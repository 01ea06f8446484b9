"""Utilities, schooling and disputes as they are lived, before any fault."""

from collections import Counter

import pytest

import schemas
from jobs.city import disputes, lives, months, schooling, utilities
from jobs.city.people import Census
from jobs.city.profile import profile
from jobs.city.sources import dispute_intake, edu_qualification, hmb_rental_contract, utility_payment

UNTIL = months.month("2026-09")


@pytest.fixture(scope="module")
def census():
    return Census(profile("shanghai"), 11, 1000, months.month("2024-07"))


@pytest.fixture(scope="module")
def people(census):
    return [lives.life(census, index, UNTIL) for index in range(census.people)]


@pytest.fixture(scope="module")
def accounts(census, people):
    return [(life, account) for life in people for account in utilities.accounts(census, life)]


def values(layout, item):
    return dict(zip(layout.columns, item.values, strict=True))


def test_two_in_five_accounts_of_tenants_run_in_the_landlords_name(people, accounts):
    rented = {
        (life.person.index, number[2:12])
        for life in people
        for number in [f"00{life.person.index:08d}{place:02d}" for place, s in enumerate(life.home.spells) if s.kind == "RENTED"]
    }  # fmt: skip
    of_tenants = [a for life, a in accounts if (life.person.index, a.number[4:14]) in rented and a.kind != "TELECOM"]
    assert len(of_tenants) > 200
    assert 0.33 < sum(account.is_landlord for account in of_tenants) / len(of_tenants) < 0.47
    assert all(account.holder == life.person.name for life, account in accounts if not account.is_landlord)


def test_an_account_is_agreed_to_by_one_grown_person(people, accounts):
    numbers = Counter((account.kind, account.number) for _, account in accounts)
    assert set(numbers.values()) == {1}
    for life, account in accounts:
        assert months.later(life.person.born_on, 216) <= months.on(account.since, 1)


def test_a_bill_stands_once_unpaid_and_once_paid_at_most(census, people):
    rows = [values(layout, item) for life in people[:400] for layout, items in utility_payment.records(census, life) for item in items]  # fmt: skip
    seen = Counter((row["account_no"], row["bill_month"], row["paid_cny"] == "0.00") for row in rows)
    assert set(seen.values()) == {1}
    assert {row["paid_date"] == "" for row in rows} == {row["paid_cny"] == "0.00" for row in rows} == {True, False}
    assert all(row["bill_month"] >= "202407" and row["due_date"] <= "20260930" for row in rows)
    house = {row["bill_month"] for row in rows if row["utility_kind_code"] == "水"}
    assert len(house) <= 14


def test_a_childs_schooling_is_one_yes_or_no_about_a_grown_parent(census, people):
    columns = [column.name for column in schemas.source("edu_qualification").object("schooling").bronze.columns]
    assert not [name for name in columns if "child" in name and name != "has_child_in_local_school"]
    parents = [life for life in people if schooling.school_years(census, life)]
    assert parents
    for life in parents:
        assert life.person.born_on.year <= 2026 - 28
        _, (layout, items) = edu_qualification.records(census, life)
        assert {values(layout, item)["certificate_no"] for item in items} == {life.person.certificate_no}
    said = [values(layout, i)["has_child_in_local_school"] for p in parents for layout, items in [edu_qualification.records(census, p)[1]] for i in items]  # fmt: skip
    assert set(said) == {"是", "否"}


def test_disputes_are_answered_and_name_what_the_person_has(census, people):
    found = [(life, one) for life in people for one in disputes.disputes(census, life)]
    assert len(found) > 10
    for life, dispute in found:
        assert life.presence.holds(dispute.received_on)
        owned = {(target.source, target.number) for target in disputes.targets(census, life)}
        assert dispute.target is None or (dispute.target.source, dispute.target.number) in owned
        assert dispute.resolved_on is None or dispute.received_on < dispute.resolved_on
        ((_, items),) = dispute_intake.records(census, life)
        assert len(items) == sum(1 + (one.resolved_on is not None) for other, one in found if other is life)


def test_every_affordable_lease_refers_to_a_project_that_is_delivered(census, people):
    ((layout, items),) = hmb_rental_contract.shared(census, 0)
    projects = [values(layout, item) for item in items]
    assert all(0 <= one["occupied_count"] <= one["unit_count"] for one in projects)
    known = {one["project_no"] for one in projects}
    for life in people:
        for lease_layout, leases in hmb_rental_contract.records(census, life):
            said = [values(lease_layout, lease)["project_no"] for lease in leases]
            assert {number for number in said if number} <= known
    assert not hmb_rental_contract.shared(census, 1)
