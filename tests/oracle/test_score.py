"""The expert card on the bounds of its bins (domain.md, section 6.4)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from oracle.features import Features
from oracle.score import MAXIMA, band_of, earned, score

NOTHING = Features(
    work_months_12_count=0,
    work_months_24_count=0,
    base_months_24_count=0,
    work_streak_count=0,
    employer_change_24_count=0,
    residence_months_count=0,
    rent_months_12_count=0,
    rent_on_time_ratio=None,
    utility_on_time_12_ratio=None,
    hpf_months_24_count=0,
    association_months_12_count=0,
    skill_level_code=None,
    education_level_code=None,
    business_age_months_count=None,
    rating_code=None,
    adverse_open_count=0,
    adverse_5y_count=0,
)
BEST = replace(
    NOTHING,
    work_months_24_count=24,
    work_streak_count=24,
    residence_months_count=40,
    rent_months_12_count=12,
    rent_on_time_ratio=Decimal(1),
    utility_on_time_12_ratio=Decimal(1),
    hpf_months_24_count=24,
    association_months_12_count=12,
    skill_level_code="1",
    business_age_months_count=40,
    rating_code="A",
)
SOLID = replace(NOTHING, work_months_24_count=18, work_streak_count=12, residence_months_count=36)


@pytest.mark.parametrize(
    ("column", "points"),
    [
        ("work_months_24_count", {0: 0, 5: 0, 6: 25, 11: 25, 12: 45, 17: 45, 18: 60, 24: 60}),
        ("work_streak_count", {0: 0, 1: 10, 5: 10, 6: 25, 11: 25, 12: 40, 99: 40}),
        ("residence_months_count", {0: 0, 5: 0, 6: 15, 23: 15, 24: 25, 35: 25, 36: 35}),
        ("rent_months_12_count", {5: 0, 6: 10, 11: 10, 12: 20}),
        ("rent_on_time_ratio", {None: 0, "0.899999": 0, "0.9": 10, "0.999999": 10, "1": 20}),
        ("utility_on_time_12_ratio", {None: 0, "0.899999": 0, "0.9": 10, "0.999999": 10, "1": 15}),
        ("hpf_months_24_count", {0: 0, 1: 10, 11: 10, 12: 20}),
        ("association_months_12_count", {2: 0, 3: 10, 8: 10, 9: 20}),
        ("skill_level_code", {None: 0, "5": 5, "4": 5, "3": 10, "2": 20, "1": 20}),
        ("business_age_months_count", {None: 0, 0: 5, 11: 5, 12: 15, 35: 15, 36: 25}),
        ("rating_code", {None: 0, "A": 10, "B": 10, "M": 0, "C": 0, "D": 0}),
        ("adverse_5y_count", {0: 0, 1: -30, 2: -60, 9: -60}),
        ("adverse_open_count", {0: 0, 1: -120, 2: -120}),
    ],
)
def test_points_on_the_bounds_of_every_bin(column, points):
    for value, expected in points.items():
        stated = Decimal(value) if column.endswith("ratio") and value is not None else value
        assert earned(replace(NOTHING, **{column: stated}))[column] == expected, value


@pytest.mark.parametrize(("changes", "points"), [(0, 15), (1, 15), (2, 5), (3, 5), (4, 0)])
def test_few_employers_count_only_with_six_months_of_work(changes, points):
    known = replace(NOTHING, employer_change_24_count=changes)
    assert earned(replace(known, work_months_24_count=6))["employer_change_24_count"] == points
    assert earned(replace(known, work_months_24_count=5))["employer_change_24_count"] == 0


def test_no_variable_earns_more_than_its_maximum():
    assert {name: most for name, most in earned(BEST).items() if most > 0} == {n: m for n, m in MAXIMA.items() if m}
    assert score(BEST).points == 500 + 300
    assert score(BEST).reasons == ()


@pytest.mark.parametrize(
    ("points", "band"),
    [(680, "A"), (679, "B"), (620, "B"), (619, "C"), (560, "C"), (559, "D"), (500, "D"), (499, "E")],
)
def test_bands_begin_on_their_bound(points, band):
    assert band_of(points, has_open_adverse=False) == band


def test_with_an_open_event_the_band_is_d_at_best():
    known = replace(BEST, adverse_open_count=1)
    assert (score(known).points, score(known).band) == (680, "D")
    assert band_of(480, has_open_adverse=True) == "E"


def test_fewer_than_three_variables_and_nothing_bad_is_thin():
    two = replace(NOTHING, work_streak_count=3, residence_months_count=40)
    assert (score(two).band, score(two).reasons) == (None, ("SCORE_THIN",))
    assert score(replace(two, skill_level_code="5")).band == "D"  # 500 + 10 + 35 + 5
    assert score(replace(two, adverse_5y_count=1)).band == "D"
    assert score(replace(two, adverse_open_count=1)).band == "E"
    assert score(NOTHING).points == 500


def test_the_variables_furthest_from_their_maximum_in_the_order_of_the_page_where_they_tie():
    found = score(SOLID)
    assert found.points == 500 + 60 + 40 + 15 + 35
    assert found.reasons == (
        "business_age_months_count",  # 25
        "rent_months_12_count",  # 20, as are the next, and skill after them
        "rent_on_time_ratio",
        "hpf_months_24_count",
    )


def test_points_lost_to_bad_events_are_gaps_like_others():
    found = score(replace(SOLID, adverse_5y_count=1, adverse_open_count=1))
    assert found.reasons[:3] == ("adverse_open_count", "adverse_5y_count", "business_age_months_count")


@pytest.mark.parametrize("column", ["work_months_12_count", "base_months_24_count", "education_level_code"])
def test_other_features_earn_nothing(column):
    known = replace(SOLID, **{column: "10" if column == "education_level_code" else 12})
    assert score(known) == score(SOLID)
