"""Two offices say that a person lives in different districts: the file keeps both statements and marks the weaker one."""

from datetime import UTC, date, datetime

import pytest
from silver_rows import linked, recorded

import schemas
from jobs import lake as tables
from jobs.gold.facts import MADE_OF, all_facts
from jobs.gold.features import Moment, features, numbers_of, people
from jobs.gold.file import assembled
from schemas.spark import stored

PAGES = """
    record_id | key_hash | operation_code | event_at            | known_from_at       | registration_no | issue_date | residence_start_date | district_code
    minhang   | k1       | I              | 2026-01-05T02:00:00 | 2026-01-10T00:00:00 | DJ1             | 2026-01-05 | 2026-01-05           | 310112
    moved     | k1       | U              | 2026-08-05T02:00:00 | 2026-08-10T00:00:00 | DJ1             | 2026-01-05 | 2026-01-05           | 310115
    pudong    | k2       | I              | 2026-01-05T02:00:00 | 2026-01-10T00:00:00 | DJ2             | 2026-01-05 | 2026-01-05           | 310115
    """

LEASES = """
    record_id | known_from_at       | filing_no | lease_start_date | lease_end_date | district_code
    rented    | 2026-03-10T00:00:00 | ZL1       | 2026-03-01       | 2027-02-28     | 310115
    agreeing  | 2026-03-10T00:00:00 | ZL2       | 2026-03-01       | 2027-02-28     | 310115
    """

JUNE = date(2026, 6, 30)
THEN, SINCE_CORRECTED = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def asked(spark):
    """Files as of 30 June by person, as known then and since; of zhang the offices differ, of li they say the same."""
    of_pages = linked(spark, "psb_residence", zhang="minhang, moved", li="pudong")
    of_leases = linked(spark, "hmb_rental_contract", zhang="rented", li="agreeing")
    known = {"psb_residence": "TIMESTAMP '2026-01-10'", "hmb_rental_contract": "TIMESTAMP '2026-03-10'"}
    when = " ".join(f"WHEN source = '{source}' THEN {at}" for source, at in known.items())
    links = of_pages.union(of_leases).selectExpr("*", "true AS has_number", f"CASE {when} END AS known_from_at")
    drawn = {
        "silver.psb_residence": recorded(spark, "silver.psb_residence", PAGES),
        "silver.hmb_rental_contract": recorded(spark, "silver.hmb_rental_contract", LEASES),
        "link.person_record": links.where("person_id <> 'somebody_else'"),
    }

    def read(name):
        return drawn.get(name, tables.inline(spark, stored(schemas.table(name))))

    made = all_facts(read, lambda name: name in drawn)
    facts, city = {name: made[name] if name in made else read(name) for name in MADE_OF}, schemas.city("shanghai")

    def files(known_at):
        numbers = numbers_of(read("link.ledger"), read("link.identity"))
        everybody = people(read("link.person_record"), read("link.review"), numbers, known_at)
        moment = Moment(JUNE, known_at)
        rows = assembled(features(everybody, facts, moment, city), moment, city).collect()
        return {row["person_id"]: row for row in rows}

    return {known_at: files(known_at) for known_at in (THEN, SINCE_CORRECTED)}


def quality(row):
    """Block and source of what the lineage says of homes, with its mark."""
    return {
        (entry["block_name"], entry["source_code"]): entry["quality_code"]
        for entry in row["lineage"]
        if entry["block_name"] in ("residence", "housing") and entry["missing_code"] is None
    }


AGREED = {("residence", "psb_residence"): "OK", ("housing", "hmb_rental_contract"): "OK"}
CONTRADICTED = AGREED | {("residence", "psb_residence"): "CONFLICT"}

ASKED = [
    ("zhang", THEN, CONTRADICTED),
    ("zhang", SINCE_CORRECTED, AGREED),  # the police have corrected the page in August
    ("li", THEN, AGREED),
]


@pytest.mark.parametrize(("person", "known_at", "expected"), ASKED)
def test_the_lineage_marks_the_weaker_of_two_offices_that_differ(asked, person, known_at, expected):
    assert quality(asked[known_at][person]) == expected


def test_both_statements_stay_and_the_axis_follows_the_better_office(asked):
    row = asked[THEN]["zhang"]
    assert [home["district_code"] for home in row["residence"]] == ["310112"]
    assert [str(lease["start_date"]) for lease in row["housing"]["rents"]] == ["2026-03-01"]
    assert row["conflicts"] == ["dwelling:hmb_rental_contract:psb_residence"]
    assert [(said["source"], said["value"]) for said in row["registered_said"] + row["rented_said"]] == [
        ("psb_residence", "310112"),
        ("hmb_rental_contract", "310115"),
    ]
    assert row["district_code"] == "310115"
    assert row["record_ids"] == ["minhang", "rented"]
