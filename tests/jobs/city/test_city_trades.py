"""Trades beside insured work and the records of their associations: how many, known how well, and true to the lives."""

import re
from collections import defaultdict
from datetime import date

import pytest

from jobs.city import lives, months, parks
from jobs.city.people import Census
from jobs.city.profile import profile
from jobs.city.sources import (
    amr_business,
    assn_catering,
    assn_construction,
    assn_delivery,
    assn_domestic_service,
    assn_ride_hailing,
    park_membership,
)

PEOPLE, SEED, LAST = 2_000, 7, months.month("2026-09")
ASSOCIATIONS = (assn_delivery, assn_ride_hailing, assn_domestic_service, assn_construction, assn_catering)
MONTHS_OF = ((assn_delivery, "work_month"), (assn_ride_hailing, "work_month"), (assn_construction, "attendance_month"))


@pytest.fixture(scope="module")
def census():
    return Census(profile("shanghai"), SEED, PEOPLE, months.month("2026-07") - 24)


@pytest.fixture(scope="module")
def city(census):
    """Each life with its records, as column -> value beside the record, by source."""
    found = []
    for index in range(PEOPLE):
        life = lives.life(census, index, LAST)
        found.append((life, {module: written(module, census, life) for module in (*ASSOCIATIONS, park_membership)}))
    return found


def written(module, census, life):
    return [
        (item, dict(zip(layout.columns, item.values, strict=True)))
        for layout, items in module.records(census, life)
        for item in items
    ]


def records(city, module):
    return [(life, item, values) for life, by_source in city for item, values in by_source[module]]


@pytest.mark.parametrize(
    ("module", "floor"),
    [
        (assn_delivery, 0.55),
        (assn_ride_hailing, 0.20),
        (assn_domestic_service, 0.35),
        (assn_catering, 0.60),
        (assn_construction, 0.05),
    ],
)
def test_an_association_often_does_not_know_the_number(city, module, floor):
    found = records(city, module)
    without = [values["certificate_no"] is None for _, _, values in found]
    assert sum(without) / len(found) >= floor
    assert all(
        (item.link_class == "NO_NUMBER")
        == (values["certificate_type_code"] is None)
        == (values["certificate_no"] is None)
        for _, item, values in found
    )
    assert all(values["person_name"] and values["mobile_no"] for _, _, values in found)


@pytest.mark.parametrize(
    ("module", "share"),
    [
        (assn_delivery, 0.08),
        (assn_ride_hailing, 0.03),
        (assn_domestic_service, 0.03),
        (assn_construction, 0.06),
        (assn_catering, 0.05),
    ],
)
def test_as_many_people_as_the_city_asks_have_a_trade(city, module, share):
    people = sum(bool(by_source[module]) for _, by_source in city)
    assert 0.7 * share < people / PEOPLE < 1.4 * share


def test_a_few_members_let_nothing_be_shared(city):
    agrees = defaultdict(set)
    for module in ASSOCIATIONS:
        for life, _, values in records(city, module):
            agrees[life.person.index, module].add(values["has_share_consent"])
    assert all(len(said) == 1 for said in agrees.values())
    assert 0.03 < sum(said == {False} for said in agrees.values()) / len(agrees) < 0.10


def test_who_rides_or_builds_is_not_paid_in_for_by_an_employer_unless_it_is_labelled(city):
    second = 0
    for module, column in MONTHS_OF:
        for life, item, values in records(city, module):
            month = (
                months.month(values[column])
                if "-" in values[column]
                else int(values[column][:4]) * 12 + int(values[column][4:]) - 1
            )
            has_employer = any(
                line.period == month and line.payment in ("NORMAL", "BACKPAY") for line in life.work.contributions
            )
            assert has_employer == (item.variant == "TWO_JOBS"), (life.person.index, values[column])
            second += has_employer
    assert 0 < second < 0.05 * sum(len(records(city, module)) for module, _ in MONTHS_OF)


def test_a_trade_is_plied_by_adults_who_are_in_the_city(city):
    for module, column in MONTHS_OF:
        for life, _, values in records(city, module):
            first = date(int(values[column][:4]), int(values[column][-2:]), 1)
            assert first >= months.later(life.person.born_on, 216)
            assert life.presence.holds(first.replace(day=15))


def test_businesses_of_the_records_are_registered(census, city):
    registered = {
        item.values[layout.places["uscc_no"]]
        for quarter in range(2)
        for layout, items in amr_business.shared(census, quarter)
        for item in items
    }
    registered |= {shop.business.uscc for life, _ in city for shop in life.work.shops}
    for module, column in (
        (assn_catering, "uscc_no"),
        (assn_construction, "contractor_uscc_no"),
        (assn_domestic_service, "company_uscc_no"),
        (park_membership, "uscc_no"),
    ):
        stated = {values[column] for _, _, values in records(city, module)} - {None}
        assert stated
        assert stated <= registered


def test_a_later_end_of_a_life_changes_no_record_before(census):
    for index in range(0, PEOPLE, 7):
        shorter, longer = (lives.life(census, index, until) for until in (LAST - 3, LAST))
        for module in (*ASSOCIATIONS, park_membership):
            before = [item.values for item, _ in written(module, census, shorter)]
            after = [item.values for item, _ in written(module, census, longer) if item.month <= LAST - 3]
            assert before == after, (index, module.__name__)


def test_records_come_in_order_of_time(city):
    for module in (*ASSOCIATIONS, park_membership):
        for _, by_source in city:
            times = [(item.day, item.second) for item, _ in by_source[module]]
            assert times == sorted(times)


def test_nobody_works_more_days_than_there_were(city):
    for module, column in ((assn_delivery, "active_days"), (assn_ride_hailing, "active_days")):
        assert all(0 < values[column] <= item.day.day for _, item, values in records(city, module))
    for _, _, values in records(city, assn_delivery):
        assert 0 <= values["covered_order_count"] <= values["order_count"]
    for _, item, values in records(city, assn_construction):
        is_leaving = values["exit_date"] is not None
        assert 0 < values["attendance_days"] <= (31 if is_leaving else item.day.day)


def test_leaving_a_site_is_mostly_not_recorded_and_the_spring_festival_empties_the_sites(city):
    found = records(city, assn_construction)
    workers = {values["worker_no"] for _, _, values in found}
    left = {values["worker_no"] for _, _, values in found if values["exit_date"]}
    assert 0 < len(left) < 0.4 * len(workers)
    days = defaultdict(list)
    for _, item, values in found:
        if item.day == months.last(item.month):
            days[values["attendance_month"][4:]].append(values["attendance_days"])
    means = {month: sum(worked) / len(worked) for month, worked in days.items()}
    assert means["02"] < 0.5 * means["10"]


def ring(wkt):
    return [tuple(map(float, point.split())) for point in re.split(r",\s*", wkt[wkt.index("((") + 2 : -2])]


def holds(corners, point):
    """Whether a ring holds a point: an odd number of its sides lies east of it."""
    x, y = point
    sides = zip(corners, corners[1:], strict=False)
    return sum((a[1] > y) != (b[1] > y) and x < a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]) for a, b in sides) % 2


def test_clusters_are_the_profiles_and_invented_ones_that_reach_over_their_edges(census):
    found = parks.clusters(census)
    assert {"NT-JD", "NT-QP", "NT-SJ", "NT-FX", "NT-NH"} < {one.code for one in found}
    assert {one.kind for one in found} == {"NEW_TOWN", "PARK", "BASE", "INDUSTRY"}
    towns = [ring(one.boundary) for one in found if one.kind == "NEW_TOWN"]
    others = [ring(one.boundary) for one in found if one.kind != "NEW_TOWN" and one.boundary]
    assert all(corners[0] == corners[-1] and len(corners) == 9 for corners in (*towns, *others))
    inside = [[any(holds(town, point) for town in towns) for point in corners] for corners in others]
    assert any(any(points) and not all(points) for points in inside)


def test_a_cluster_is_called_by_its_aliases_too(census):
    named = defaultdict(set)
    for quarter in range(2):
        for one in parks.of_quarter(census, quarter):
            named[one.cluster.code].add(one.name)
    assert max(len(names) for names in named.values()) > 1
