"""The expert card as Spark counts it, on the edges of every bin: each line held against the oracle, too."""

from dataclasses import asdict
from decimal import Decimal

import pytest
from oracle.features import Features
from oracle.score import score as told
from pyspark.sql import types as T

import schemas
from jobs.gold.score import score
from schemas.spark import data_type

KINDS = {one["name"]: one["type"] for one in schemas.rules("features")["features"]}

NOTHING = {
    "work_months_12_count": 0,
    "work_months_24_count": 0,
    "base_months_24_count": 0,
    "work_streak_count": 0,
    "employer_change_24_count": 0,
    "residence_months_count": 0,
    "rent_months_12_count": 0,
    "rent_on_time_ratio": None,
    "utility_on_time_12_ratio": None,
    "hpf_months_24_count": 0,
    "association_months_12_count": 0,
    "skill_level_code": None,
    "education_level_code": None,
    "business_age_months_count": None,
    "rating_code": None,
    "adverse_open_count": 0,
    "adverse_5y_count": 0,
}

# variable | values | points of each, and of what is known beside it
EDGES = """
    work_months_24_count        | 0 5 6 11 12 17 18 24         | 0 0 25 25 45 45 60 60
    work_streak_count           | 0 1 5 6 11 12 60             | 0 10 10 25 25 40 40
    employer_change_24_count    | 0 1 2 3 4                    | 40 40 30 30 25
    residence_months_count      | 0 5 6 23 24 35 36 400        | 0 0 15 15 25 25 35 35
    rent_months_12_count        | 0 5 6 11 12                  | 0 0 10 10 20
    rent_on_time_ratio          | - 0 0.899999 0.9 0.999999 1  | 0 0 0 10 10 20
    utility_on_time_12_ratio    | - 0 0.899999 0.9 0.999999 1  | 0 0 0 10 10 15
    hpf_months_24_count         | 0 1 11 12 24                 | 0 10 10 20 20
    association_months_12_count | 0 2 3 8 9 12                 | 0 0 10 10 20 20
    skill_level_code            | - 5 4 3 2 1                  | 0 5 5 10 20 20
    business_age_months_count   | - 0 11 12 35 36              | 0 5 5 15 15 25
    rating_code                 | - A B M C D                  | 0 10 10 0 0 0
    adverse_5y_count            | 0 1 2 9                      | 0 -30 -60 -60
    adverse_open_count          | 0 1 2                        | 0 -120 -120
    work_months_12_count        | 0 12                         | 0 0
    base_months_24_count        | 0 24                         | 0 0
    education_level_code        | - 10                         | 0 0
    """

BESIDE = {
    "work_months_24_count": {"employer_change_24_count": 4},  # 0 points: few changes earn points from six months on
    "employer_change_24_count": {"work_months_24_count": 6},  # 25 points
}

BEST = {
    "work_months_24_count": 24,
    "work_streak_count": 24,
    "residence_months_count": 36,
    "rent_months_12_count": 12,
    "rent_on_time_ratio": Decimal(1),
    "utility_on_time_12_ratio": Decimal(1),
    "hpf_months_24_count": 12,
    "association_months_12_count": 9,
    "skill_level_code": "1",
    "business_age_months_count": 36,
    "rating_code": "A",
}
HALF_YEAR = {"work_months_24_count": 6}
STEADY = {"work_months_24_count": 18, "work_streak_count": 12, "residence_months_count": 36}
WIDEST = ["business_age_months_count", "rent_months_12_count", "rent_on_time_ratio", "hpf_months_24_count"]
TWO = {"work_streak_count": 1, "residence_months_count": 36}
THREE = TWO | {"skill_level_code": "5"}
LONGEST = ["work_months_24_count", "work_streak_count", "business_age_months_count", "rent_months_12_count"]
OPEN, ENDED = {"adverse_open_count": 1}, {"adverse_5y_count": 1}

# known of somebody, points, band, reasons
WHOLE = [
    # nothing is lost
    (BEST, 800, "A", []),
    # the edges of the bands
    (BEST | OPEN, 680, "D", ["adverse_open_count"]),
    (BEST | {"adverse_5y_count": 2, "work_months_24_count": 5, "work_streak_count": 0, "rating_code": None}, 615, "C",
     ["work_months_24_count", "adverse_5y_count", "work_streak_count", "employer_change_24_count"]),
    (STEADY, 650, "B", WIDEST),
    (STEADY | ENDED, 620, "B", ["adverse_5y_count", *WIDEST[:3]]),
    (STEADY | ENDED | {"employer_change_24_count": 2}, 610, "C", ["adverse_5y_count", *WIDEST[:3]]),
    (STEADY | {"rent_months_12_count": 6, "rent_on_time_ratio": Decimal(1)}, 680, "A",
     ["business_age_months_count", "hpf_months_24_count", "association_months_12_count", "skill_level_code"]),
    (STEADY | {"skill_level_code": "3", "utility_on_time_12_ratio": Decimal("0.95"), "business_age_months_count": 0}, 675, "B",
     ["rent_months_12_count", "rent_on_time_ratio", "hpf_months_24_count", "association_months_12_count"]),
    # few changes of employer count with six months of work only, and no change of many costs more than nothing
    (HALF_YEAR | THREE | {"employer_change_24_count": 1}, 590, "C", ["work_months_24_count", "work_streak_count", *WIDEST[:2]]),
    (HALF_YEAR | THREE | {"employer_change_24_count": 3}, 580, "C", ["work_months_24_count", "work_streak_count", *WIDEST[:2]]),
    (HALF_YEAR | THREE | {"employer_change_24_count": 4}, 575, "C", ["work_months_24_count", "work_streak_count", *WIDEST[:2]]),
    # thin: fewer than three variables with points and nothing bad
    ({}, 500, None, ["SCORE_THIN"]),
    (TWO, 545, None, ["SCORE_THIN"]),
    (HALF_YEAR, 540, None, ["SCORE_THIN"]),  # months of work and no change of employer
    (THREE, 550, "D", LONGEST),
    (TWO | ENDED, 515, "D", ["work_months_24_count", "work_streak_count", "adverse_5y_count", "business_age_months_count"]),
    (ENDED, 470, "E", ["work_months_24_count", "work_streak_count", "residence_months_count", "adverse_5y_count"]),
    (OPEN, 380, "E", ["adverse_open_count", "work_months_24_count", "work_streak_count", "residence_months_count"]),
    # an open event allows D at best, and lifts nobody
    (STEADY | OPEN, 530, "D", ["adverse_open_count", *WIDEST[:3]]),
    (STEADY | OPEN | ENDED, 500, "D", ["adverse_open_count", "adverse_5y_count", *WIDEST[:2]]),
    (STEADY | OPEN | {"adverse_5y_count": 2}, 470, "E", ["adverse_open_count", "adverse_5y_count", *WIDEST[:2]]),
]  # fmt: skip


def read(name, text):
    """One value as drawn."""
    if text == "-":
        return None
    return {"INT": int, "STRING": str, "DECIMAL(9,6)": Decimal}[KINDS[name]](text)


def edges():
    """Every value drawn, with its points."""
    for line in EDGES.strip().splitlines():
        name, values, points = (cell.split() for cell in line.split("|"))
        for value, earned in zip(values, points, strict=True):
            yield {name[0]: read(name[0], value)} | BESIDE.get(name[0], {}), int(earned)


ALONE = list(edges())
PEOPLE = [*(known for known, _ in ALONE), *(known for known, *_ in WHOLE)]


@pytest.fixture(scope="module")
def scored(spark):
    """Everybody's score, in the order of `PEOPLE`: one run."""
    kinds = [T.StructField("n", T.IntegerType()), *(T.StructField(name, data_type(KINDS[name])) for name in NOTHING)]
    values = [(n, *(NOTHING | known).values()) for n, known in enumerate(PEOPLE)]
    rows = spark.createDataFrame(values, T.StructType(kinds)).select(
        "n", *(c.alias(n) for n, c in score(schemas.rules("scorecard")).items())
    )
    return [row for _, row in sorted((row["n"], row) for row in rows.collect())]


def test_the_features_drawn_are_those_of_the_oracle():
    assert list(NOTHING) == list(asdict(Features(**NOTHING)))


@pytest.mark.parametrize(
    "n", range(len(ALONE)), ids=["-".join(map(str, next(iter(known.items())))) for known, _ in ALONE]
)
def test_points_on_the_edges_of_every_bin(scored, n):
    assert scored[n]["score_points"] == 500 + ALONE[n][1]


@pytest.mark.parametrize("n", range(len(WHOLE)))
def test_points_band_and_reasons(scored, n):
    found, (_, points, band, reasons) = scored[len(ALONE) + n], WHOLE[n]
    assert (found["score_points"], found["score_band_code"], found["reason_codes"]) == (points, band, reasons)


def test_spark_and_the_oracle_count_alike(scored):
    for known, found in zip(PEOPLE, scored, strict=True):
        expected = told(Features(**NOTHING | known))
        said = (found["score_points"], found["score_band_code"], tuple(found["reason_codes"]))
        assert said == (expected.points, expected.band, expected.reasons), known


def test_each_bound_of_the_card_is_drawn():
    drawn = [next(iter(known.items())) for known, _ in ALONE]
    for variable in schemas.rules("scorecard")["variables"]:
        for step in variable.get("bins", ()):
            assert (variable["name"], Decimal(str(step["from"]))) in drawn
        for step in variable.get("values", ()):
            assert {(variable["name"], code) for code in step["in"]} <= {*drawn}


def test_a_score_says_by_which_card_and_that_it_is_an_experts(scored):
    assert {(row["score_kind_code"], row["score_version_code"]) for row in scored} == {("EXPERT", "scorecard-1.0")}
