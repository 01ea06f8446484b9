"""Who stands and who is contradicted: a person's statements of where they live, as two offices make them."""

from datetime import date

import pytest
from literal import rows
from pyspark.sql import functions as F

from jobs.gold.blocks.housing import housing
from jobs.gold.blocks.residence import residence
from jobs.gold.conflicts import conflicts, is_contradicted, together
from jobs.people import conflicts_counted

AS_OF = date(2026, 9, 30)

REGISTERED = """
    person_id | priority_count | source_code   | record_ids | is_permit | valid_from_date | valid_to_date | district_code | known_from_at
    agrees    | 2              | psb_residence | a          | true      | 2026-01-01      | 2026-12-31    | 310115        | 2026-02-01T00:00:00
    differs   | 2              | psb_residence | b          | true      | 2026-01-01      | 2026-12-31    | 310112        | 2026-02-01T00:00:00
    moved     | 2              | psb_residence | c          | true      | 2025-01-01      | 2025-12-31    | 310112        | 2026-02-01T00:00:00
    moved     | 2              | psb_residence | d          | true      | 2026-01-01      | 2026-12-31    | 310115        | 2026-02-01T00:00:00
    two_flats | 2              | psb_residence | e          | true      | 2026-01-01      | 2026-12-31    | 310101        | 2026-02-01T00:00:00
    no_lease  | 2              | psb_residence | f          | true      | 2026-01-01      | 2026-12-31    | 310112        | 2026-02-01T00:00:00
    not_said  | 2              | psb_residence | g          | true      | 2026-01-01      | 2026-12-31    |               | 2026-02-01T00:00:00
    ended     | 2              | psb_residence | h          | true      | 2026-01-01      | 2026-12-31    | 310112        | 2026-02-01T00:00:00
    """

RENTED = """
    person_id | priority_count | source_code         | record_ids | valid_from_date | valid_to_date | district_code | known_from_at
    agrees    | 1              | hmb_rental_contract | i          | 2026-01-01      |               | 310115        | 2026-02-01T00:00:00
    differs   | 1              | hmb_rental_contract | j          | 2026-01-01      | 2026-12-31    | 310115        | 2026-02-01T00:00:00
    moved     | 1              | hmb_rental_contract | k          | 2026-01-01      | 2026-12-31    | 310115        | 2026-02-01T00:00:00
    two_flats | 1              | hmb_rental_contract | l          | 2026-01-01      | 2026-12-31    | 310115        | 2026-02-01T00:00:00
    two_flats | 1              | hmb_rental_contract | m          | 2026-01-01      | 2026-12-31    | 310101        | 2026-02-01T00:00:00
    not_said  | 1              | hmb_rental_contract | n          | 2026-01-01      | 2026-12-31    | 310115        | 2026-02-01T00:00:00
    ended     | 1              | hmb_rental_contract | o          | 2026-01-01      | 2026-08-31    | 310115        | 2026-02-01T00:00:00
    """

CONFLICT = "dwelling:hmb_rental_contract:psb_residence"


def shaped(spark, name, text):
    """Facts as drawn, with the fact table's other columns null."""
    from schemas import table
    from schemas.spark import stored

    drawn = rows(spark, name, text)
    kinds = {field.name: field.dataType for field in stored(table(name)).fields}
    others = [F.lit(None).cast(kind).alias(column) for column, kind in kinds.items() if column not in drawn.columns]
    return drawn.select("*", *others)


@pytest.fixture(scope="module")
def judged(spark):
    registered = shaped(spark, "gold.fact_residence_spell", REGISTERED)
    rented = shaped(spark, "gold.fact_rent_spell", RENTED)
    fund = shaped(spark, "gold.fact_fund_month", "\n    person_id | source_code | record_ids | known_from_at\n")
    parts = residence(registered, AS_OF).join(housing(rented, registered, fund, AS_OF), "person_id", "full")
    said = together("registered_said", "rented_said")
    return parts.select("person_id", conflicts("dwelling", said).alias("conflicts"), said.alias("said")).cache()


def test_the_housing_office_stands_and_the_police_are_contradicted_where_they_differ_at_t(judged):
    found = {row["person_id"]: row["conflicts"] for row in judged.collect()}
    assert found == {
        "agrees": [],
        "differs": [CONFLICT],
        "moved": [],
        "two_flats": [],
        "no_lease": [],
        "not_said": [],
        "ended": [],
    }


def test_both_statements_stay_the_better_one_first(judged):
    said = judged.where("person_id = 'differs'").first()["said"]
    assert [(s["source"], s["value"]) for s in said] == [
        ("hmb_rental_contract", "310115"),
        ("psb_residence", "310112"),
    ]


def test_a_conflict_marks_the_lower_source_only_and_is_counted_by_pair(judged):
    marked = judged.where("person_id = 'differs'").select(
        is_contradicted("dwelling", F.lit("psb_residence")),
        is_contradicted("dwelling", F.lit("hmb_rental_contract")),
        is_contradicted("employer", F.lit("psb_residence")),
    )
    assert tuple(marked.first()) == (True, False, False)
    assert conflicts_counted(judged) == {f"conflict:{CONFLICT}": 1}


THREE = [
    # best, second and third: who shares no value with the best is named, each once
    ([(1, "a", "x"), (2, "b", "x"), (3, "c", "y")], ["employer:a:c"]),
    ([(1, "a", "x"), (2, "b", "y"), (3, "c", "y")], ["employer:a:b", "employer:a:c"]),
    ([(2, "b", "y"), (2, "b", "z"), (3, "c", "z")], []),
    ([(2, "b", "y"), (3, "c", "x"), (3, "c", "z")], ["employer:b:c"]),
    ([(3, "c", "x")], []),
    (None, []),
]


@pytest.mark.parametrize(("said", "expected"), THREE)
def test_any_number_of_sources_is_held_against_the_best_that_speaks(spark, said, expected):
    frame = spark.createDataFrame([(said,)], "said ARRAY<STRUCT<rank: INT, source: STRING, value: STRING>>")
    assert frame.select(conflicts("employer", together("said"))).first()[0] == expected
