"""The oracle on a small city: what it reads is what the truth says was lived, and no more than was known."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from jobs import city
from oracle.adverse import expires, is_shielded
from oracle.city import differences, expected
from oracle.delivered import SPOT, Spot, truth
from oracle.known import city as known_city
from oracle.known import fresh_sources, local
from oracle.months import month_of

T = date(2026, 9, 30)
K = datetime(2026, 10, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city whose offices make no mistakes, so that life and file can be compared."""
    path = tmp_path_factory.mktemp("clean")
    city.build(path, 300, 5, difficulty=0)
    return path


@pytest.fixture(scope="module")
def known(lake):
    return known_city(lake, T, K).people


@pytest.fixture(scope="module")
def files(lake):
    return expected(lake, T, K)


@pytest.fixture(scope="module")
def agreeing(lake) -> set[int]:
    """People of whom no record was kept out, and who are known by number."""
    found = truth(lake, "record").filter(pl.col("true_person").is_not_null())
    kept_out = set(found.filter(pl.col("ends_in") == "suppressed")["true_person"])
    unlinked = set(found.filter(pl.col("expected_link").is_in(["REVIEW", "NONE"]) & (pl.col("ends_in") == "silver"))[
        "true_person"
    ])  # fmt: skip
    return set(found["true_person"]) - kept_out - unlinked


def test_most_people_can_be_compared(agreeing, files):
    assert len(files) == 300
    assert len(agreeing) > 100


@pytest.mark.parametrize(
    ("kind", "source", "fact"),
    [
        ("HF", "hpf_contribution", "FUND_MONTH"),
        ("PIT", "tax_income_filing", "TAX_MONTH"),
        ("SITE", "assn_construction", "SITE_MONTH"),
    ],
)
def test_months_of_work_are_those_that_were_lived(lake, known, agreeing, kind, source, fact):
    rows = truth(lake, "fact").filter((pl.col("kind") == fact) & (pl.col("source") == source))
    first = month_of(date(2024, 9, 1))
    lived = {
        (who, month_of(day))
        for who, day in rows.select("true_person", "valid_from").iter_rows()
        if who in agreeing and first <= month_of(day) < month_of(T)
    }
    told = {
        (who, line.month)
        for who in agreeing
        for line in known[who].work
        if line.kind == kind and first <= line.month < month_of(T)
    }
    assert lived
    assert told == lived


def test_adverse_events_expire_when_the_truth_says(lake, known):
    rows = truth(lake, "fact").filter((pl.col("kind") == "ADVERSE") & (pl.col("source") != "fin_loan"))
    stated = {(who, value): last for who, value, last in rows.select("true_person", "value", "expires_on").iter_rows()}
    found = {
        (who, event.number): expires(event, date.max)
        for who, person in known.items()
        for event in person.adverse
        if event.kind != "LOAN"
    }
    assert found
    assert found == {key: stated[key] for key in found}


def test_arrears_are_shielded_where_the_truth_says(lake, known):
    windows = local("shanghai").windows
    rows = truth(lake, "fact").filter((pl.col("kind") == "ADVERSE") & (pl.col("source") == "fin_loan"))
    stated = {tuple(row[:3]): row[3:] for row in
              rows.select("true_person", "value", "valid_from", "relief_protected", "expires_on").iter_rows()}  # fmt: skip
    found = {
        (who, event.number, event.start): (is_shielded(event, windows), expires(event, date.max))
        for who, person in known.items()
        for event in person.adverse
        if event.kind == "LOAN"
    }
    assert any(is_protected for is_protected, _ in found.values())
    assert found == {key: stated[key] for key in found}


def test_status_and_categories_are_those_of_life_where_everything_was_told(lake, known, files, agreeing):
    states = truth(lake, "person_month").filter(pl.col("month") == "2026-09")
    compared = 0
    for row in states.iter_rows(named=True):
        who, file = row["true_person"], files[row["true_person"]]
        if who not in agreeing:
            continue
        for code in ("C02", "C06", "C09"):
            assert (code in file.categories.codes) == (code in row["categories"]), (who, code)
        assert ("R3" in file.newcomer.basis) == ("R3" in row["newcomer_basis"]), who
        if known[who].residence:
            compared += 1
            for basis in ("H1", "H2"):
                assert (basis in file.newcomer.basis) == (basis in row["newcomer_basis"]), who
    assert compared > 80


def test_before_the_first_delivery_nothing_is_known(lake):
    files = expected(lake, T, datetime(2026, 7, 1, tzinfo=UTC))
    assert {file.completeness.tier for file in files.values()} == {"T4"}
    assert {file.newcomer.code for file in files.values()} <= {"UNKNOWN", "NO"}
    assert {file.score.reasons for file in files.values()} == {("SCORE_THIN",)}


def test_what_came_later_was_not_known_earlier(lake, files):
    july = expected(lake, T, datetime(2026, 8, 4, tzinfo=UTC))
    paid_in = [(july[who].features.hpf_months_24_count, file.features.hpf_months_24_count)
              for who, file in files.items()]  # fmt: skip
    assert all(then <= now for then, now in paid_in)
    assert any(then < now for then, now in paid_in)


def test_nobody_is_known_where_nothing_is_linked(lake):
    assert expected(lake, T, K, links={}) == {}


def test_records_can_be_given_to_people_by_other_links(lake, files):
    rows = truth(lake, "record").filter((pl.col("expected_link") == "AUTO") & (pl.col("ends_in") == "silver"))
    linked = {Spot(*place): f"P{who}" for *place, who in rows.select(*SPOT, "true_person").iter_rows()}
    known = expected(lake, T, K, links=linked)
    assert {f"P{who}": file for who, file in files.items() if f"P{who}" in known} == known
    taken = {spot: "thief" if spot.source == "hpf_contribution" else who for spot, who in linked.items()}
    apart = expected(lake, T, K, links=taken)
    assert apart["thief"].features.hpf_months_24_count == 24
    assert {file.features.hpf_months_24_count for who, file in apart.items() if who != "thief"} == {0}


def test_a_record_in_review_makes_the_tier_t4(lake, files):
    best = [who for who, file in files.items() if file.completeness.tier == "T1"]
    again = expected(lake, T, K, in_review=best[:1])
    assert again[best[0]].completeness.tier == "T4"
    assert again[best[1]].completeness.tier == "T1"


def test_differences_name_column_and_person(files):
    same = {who: file.columns() for who, file in files.items()}
    assert list(differences(files, same)) == []
    listed = {who: {"category_codes": list(row["category_codes"])} for who, row in same.items()}
    assert list(differences(files, listed)) == []
    wrong = same | {3: same[3] | {"tier_code": "T9"}}
    del wrong[5]
    assert [(one.column, one.person) for one in differences(files, wrong)] == [("tier_code", 3), ("person", 5)]


def test_a_source_is_fresh_for_the_days_of_its_cadence():
    at = datetime(2026, 8, 1, tzinfo=UTC)
    received = {("psb_residence", "2026-07"): at, ("hpf_contribution", "2026-07"): at}
    assert fresh_sources(received, at + timedelta(days=7)) == {"psb_residence", "hpf_contribution"}
    assert fresh_sources(received, at + timedelta(days=8)) == {"hpf_contribution"}
    assert fresh_sources(received, at + timedelta(days=62)) == {"hpf_contribution"}
    assert fresh_sources(received, at + timedelta(days=63)) == set()
    assert fresh_sources(received, at - timedelta(days=1)) == set()
