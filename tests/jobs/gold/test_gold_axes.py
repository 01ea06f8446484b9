"""Industry, district, clusters and stage of life of a file (domain.md, section 6.1), on their edges."""

import pytest
from oracle.axes import group_of_industry, life_stage
from pyspark.sql import functions as F

import schemas
from jobs.gold.axes import axes, industry_of

RULE = schemas.rules("industry")

CODES = [
    ("E4710", "CONSTRUCTION"),
    ("E50", "CONSTRUCTION"),
    ("e4710", "CONSTRUCTION"),
    ("E", "CONSTRUCTION"),
    ("E5110", "CONSTRUCTION"),
    ("4710", "CONSTRUCTION"),
    ("5090", "CONSTRUCTION"),
    ("4610", None),
    ("5110", None),
    ("C1512", "MANUFACTURING"),
    ("C", "MANUFACTURING"),
    ("1310", "MANUFACTURING"),
    ("4390", "MANUFACTURING"),
    ("1210", None),
    ("4410", None),
    ("6210", "CATERING"),
    ("H6210", "CATERING"),
    ("H61", "CATERING"),
    ("6010", None),
    ("6310", None),
    ("H", None),
    ("I6510", None),
    ("X", None),
    ("X1", None),
    ("", None),
    (None, None),
]
WRITTEN_SMALL = "e4710"
"""The oracle reads the standard's capitals only."""


@pytest.fixture(scope="module")
def groups(spark):
    rows = spark.createDataFrame([(n, code) for n, (code, _) in enumerate(CODES)], "n INT, code STRING")
    return {
        row["n"]: row["found"] for row in rows.select("n", industry_of(F.col("code"), RULE).alias("found")).collect()
    }


@pytest.mark.parametrize("n", range(len(CODES)), ids=[repr(code) for code, _ in CODES])
def test_the_group_of_an_industry_code_with_and_without_its_letter(groups, n):
    code, group = CODES[n]
    assert groups[n] == group
    if code != WRITTEN_SMALL:
        assert group_of_industry(code) == group


SHAPE = """
    case STRING, residence_months_count INT, rented_district_code STRING, registered_district_code STRING,
    cluster_codes ARRAY<STRING>, association_group_code STRING, main_employer_uscc_no STRING,
    employers ARRAY<STRUCT<employer_uscc_no: STRING, industry_code: STRING>>,
    live_businesses ARRAY<STRUCT<uscc_no: STRING, industry_code: STRING, is_base: BOOLEAN>>
    """
NOBODY = (0, None, None, None, None, None, None, None)
KEYS = ("months", "rented", "registered", "clusters", "association", "main", "employers", "businesses")

PLANT, KITCHEN, OFFICE = ("P", "C3912"), ("K", "6210"), ("O", "I6510")

CASES = [
    # known of somebody -> axis and what it says
    ({}, "industry_group_code", "OTHER"),
    ({"association": "DELIVERY", "main": "P", "employers": [PLANT]}, "industry_group_code", "DELIVERY"),
    ({"association": "RIDE", "businesses": [(*KITCHEN, False)]}, "industry_group_code", "RIDE"),
    ({"main": "P", "employers": [PLANT]}, "industry_group_code", "MANUFACTURING"),
    ({"main": "P", "employers": [KITCHEN, PLANT]}, "industry_group_code", "MANUFACTURING"),  # the main one counts
    ({"employers": [PLANT]}, "industry_group_code", "OTHER"),  # no main employer
    ({"main": "O", "employers": [OFFICE]}, "industry_group_code", "OTHER"),
    ({"main": "P", "employers": [PLANT], "businesses": [(*KITCHEN, False)]}, "industry_group_code", "CATERING"),
    ({"main": "P", "employers": [PLANT], "businesses": [(*OFFICE, False)]}, "industry_group_code", "OTHER"),
    ({"businesses": [(*OFFICE, True)]}, "industry_group_code", "TECH"),
    ({"businesses": [(*KITCHEN, True)]}, "industry_group_code", "CATERING"),  # the code comes before the park
    ({"businesses": [("B", None, True)]}, "industry_group_code", "TECH"),
    ({"businesses": [("B", None, False), (*KITCHEN, False)]}, "industry_group_code", "CATERING"),  # the first that has one
    ({"businesses": [], "main": "P", "employers": [PLANT]}, "industry_group_code", "MANUFACTURING"),
    ({"rented": "310104", "registered": "310115"}, "district_code", "310104"),  # the lease before the registration
    ({"registered": "310115"}, "district_code", "310115"),
    ({"rented": "310104"}, "district_code", "310104"),
    ({}, "district_code", None),
    ({}, "cluster_codes", []),
    ({"clusters": ["BS-1", "MK-2"]}, "cluster_codes", ["BS-1", "MK-2"]),
    *(({"months": months}, "life_stage_code", stage)
      for months, stage in ((0, "NEW"), (5, "NEW"), (6, "SETTLING"), (35, "SETTLING"), (36, "ROOTED"), (400, "ROOTED"))),
]  # fmt: skip


@pytest.fixture(scope="module")
def told(spark):
    values = [(str(n), *(dict(zip(KEYS, NOBODY, strict=True)) | known).values()) for n, (known, *_) in enumerate(CASES)]
    rows = spark.createDataFrame(values, SHAPE).select("case", *(c.alias(name) for name, c in axes(RULE).items()))
    return {int(row["case"]): row for row in rows.collect()}


@pytest.mark.parametrize("n", range(len(CASES)), ids=[f"{axis}-{known}" for known, axis, _ in CASES])
def test_where_a_file_lies_on_an_axis(told, n):
    known, axis, expected = CASES[n]
    assert told[n][axis] == expected
    if "months" in known:
        assert life_stage(known["months"]) == expected
