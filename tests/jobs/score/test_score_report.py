"""What is told of a card: parity without small groups, drift by category, bins as a person reads them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from math import log

import pytest

from jobs.score import report
from jobs.score.rule import rule

RULE = rule()

# axis | group | people | at or above the band
GROUPS = """
    gender_code | F       | 100 | 45
    gender_code | M       | 200 | 100
    gender_code | UNKNOWN | 20  | 1
    age_band    | 18-24   | 50  | 10
    age_band    | 25-34   | 100 | 50
    age_band    | 60+     | 9   | 0
    district_code | 310115 | 300 | 0
    """


def cells(text):
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def parity(text, k_min=10):
    groups = {(axis, name): (int(people), int(above)) for axis, name, people, above in cells(text)}
    return {row["axis"]: row for row in report.parity(groups, RULE.parity, k_min)}


def test_parity_is_the_lowest_over_the_highest_share():
    found = parity(GROUPS)
    assert (found["gender_code"]["ratio"], found["gender_code"]["is_level"]) == (0.9, True)
    assert (found["age_band"]["ratio"], found["age_band"]["is_level"]) == (0.4, False)
    assert [group["group"] for group in found["gender_code"]["groups"]] == ["F", "M", "UNKNOWN"]


def test_a_small_group_is_counted_and_not_shown():
    found = parity(GROUPS)["age_band"]
    assert found["small_groups"] == 1
    assert {"group": "60+", "people": 9, "ratio": 0.0} not in found["groups"]
    assert {group["group"] for group in found["groups"]} == {"18-24", "25-34"}
    assert parity(GROUPS, 9)["age_band"]["ratio"] == 0.0


def test_of_one_group_or_where_nobody_is_above_no_ratio_is_told():
    found = parity(GROUPS)
    assert (found["district_code"]["ratio"], found["district_code"]["is_level"]) == (None, None)
    assert found["primary_category_code"]["groups"] == []


# category | measure | place | count
REFERENCE = """
    ALL | decile_from | 2 | 550
    ALL | decile      | 1 | 60
    ALL | decile      | 2 | 40
    C01 | decile      | 1 | 30
    C01 | decile      | 2 | 10
    ALL | bin:work_months_24_count | 1 | 50
    ALL | bin:work_months_24_count | 2 | 50
    C01 | bin:work_months_24_count | 1 | 40
    """


def drift(points, places, k_min=10):
    measured = [
        {
            "sample_code": "ALL",
            "category_code": c,
            "measure_name": n,
            "measure_level": int(p),
            "measure_value": Decimal(v),
        }
        for c, n, p, v in cells(REFERENCE)
    ]
    now = report.People(date(2026, 3, 31), points, places, {})
    return {row["category"]: row for row in report.drift(measured, now, RULE, k_min)}


def test_each_category_is_compared_with_its_own_loans():
    points = {("C01", 540): 3, ("C01", 549): 12, ("C01", 550): 5, ("C06", 551): 20}
    places = {("C01", "work_months_24_count", 1): 10, ("C01", "work_months_24_count", 2): 10}
    found = drift(points, places)
    assert set(found) == {"ALL", "C01"}
    assert (found["C01"]["people"], found["C01"]["loans"], found["C01"]["psi"]) == (20, 40, 0.0)
    assert found["C01"]["verdict"] == "FINE"
    expected = (0.375 - 0.6) * log(0.375 / 0.6) + (0.625 - 0.4) * log(0.625 / 0.4)
    assert found["ALL"]["psi"] == round(expected, 4)
    assert found["ALL"]["verdict"] == "WATCH"
    assert found["ALL"]["csi"]["work_months_24_count"] == 0.0
    assert found["C01"]["csi"]["work_months_24_count"] == round((0.5 - 1) * log(0.5) + (0.5 - 0.0001) * log(5000), 4)
    assert found["ALL"]["csi"]["rating_code"] is None


def test_of_a_category_with_few_people_nothing_is_told():
    assert drift({("C01", 540): 9}, {}) == {}


# variable | bin | from | to | codes | as a person reads it
BINS = """
    constant             | 0 |        |         |            | everybody
    work_months_24_count | 0 |        |         |            | nothing known
    work_months_24_count | 1 |        | 12.0000 |            | < 12
    work_months_24_count | 2 | 12.0000 |        |            | >= 12
    rent_on_time_ratio   | 2 | 0.9117 | 0.9473  |            | 0.9117 to 0.9473
    rent_months_12_count | 1 |        |         |            | any
    skill_level_code     | 1 |        | 2.0000  | *, 4, 5    | *, 4, 5
    """


@pytest.mark.parametrize("case", cells(BINS), ids=lambda case: case[-1])
def test_a_bin_reads(case):
    name, level, low, high, codes, text = case
    row = {"variable_name": name, "bin_level": int(level), "is_used": True, "good_count": 1, "bad_count": 1}
    row |= {"from_value": Decimal(low) if low else None, "to_value": Decimal(high) if high else None}
    row |= {"value_codes": codes.split(", ") if codes else None}
    row |= dict.fromkeys(("woe_value", "iv_value", "beta_value", "points_value"), Decimal(0))
    assert report.shown(row)["values"] == text


# born | as of | band
AGES = """
    1990-03-31 | 2026-03-31 | 35-44 | 36 today
    2001-04-01 | 2026-03-31 | 18-24 | 25 tomorrow
    2001-03-31 | 2026-03-31 | 25-34
    2008-04-01 | 2026-03-31 | <18
    1960-01-01 | 2026-03-31 | 60+
    1966-04-01 | 2026-03-31 | 45-59
               | 2026-03-31 |
    """


def test_age_bands(spark):
    given = [(b and date.fromisoformat(b) or None, date.fromisoformat(a)) for b, a, *_ in cells(AGES)]
    rows = spark.createDataFrame(given, "birth_date DATE, as_of_date DATE").coalesce(1)
    found = [row["band"] for row in rows.select(report.age_band(RULE.parity).alias("band")).collect()]
    assert found == [case[2] or None for case in cells(AGES)]


def test_the_card_says_what_it_is_and_that_it_is_not_in_force():
    at = datetime(2026, 4, 2, tzinfo=UTC)
    row = {"model_version_code": "v", "kind_code": "TRAINED", "rule_version_code": "r", "variable_version_code": "x"}
    told = report.described(row | {"known_at": at, "known_from_at": at, "author_name": "li", "why_text": "y"}, RULE)
    assert told["is_in_force"] is False
    assert "60 or more days past due" in told["outcome"]
    assert "600 points at odds 50:1, 20 points double the odds" in told["scale"]
    assert "EXPERT" in " ".join(report.LIMITS)
