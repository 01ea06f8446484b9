"""Banks, insurers, guarantors: loans that hang on reliability, records without fault, and faults that say their reason."""

from collections import Counter
from datetime import date
from importlib import import_module

import pytest
from pyspark.sql import functions as F
from pyspark.sql import types as T

import schemas
from expectations.rows import reasons_sql
from jobs.city import accounts, damage, finance, institutions, lives, months
from jobs.city.people import Census
from jobs.city.profile import profile
from jobs.city.sources import fin_fee, fin_guarantee, fin_loan, fin_policy

UNTIL = months.month("2026-09")
CENSUS = Census(profile("shanghai"), 7, 500, months.month("2024-07"))
OFFICES = (fin_loan, fin_fee, fin_policy, fin_guarantee)
LAYOUTS = [layout for office in OFFICES for layout in office.LAYOUTS]


@pytest.fixture(scope="module")
def people():
    return [lives.life(CENSUS, index, UNTIL) for index in range(CENSUS.people)]


@pytest.fixture(scope="module")
def written(people):
    """Every record of the four offices by its type, before any fault."""
    found = {layout: [] for layout in LAYOUTS}
    for office in OFFICES:
        for life in people:
            for layout, items in office.records(CENSUS, life):
                found[layout] += items
        for layout, items in getattr(office, "shared", lambda *_: ())(CENSUS, 0):
            found[layout] += [row for row in items if row.month <= UNTIL]
    return found


def test_a_quarter_of_the_people_borrow_within_two_years(people):
    early = months.month(CENSUS.profile.first_month) + 24
    borrowers = [any(months.of(loan.granted_on) < early for loan in finance.loans(CENSUS, life)) for life in people]
    assert 0.2 < sum(borrowers) / len(people) < 0.3


def test_the_less_reliable_fall_behind_more_often(people):
    outcomes = [
        (life.person.reliability, any(state.dpd >= 60 for state in loan.snapshots))
        for life in people
        for loan in finance.loans(CENSUS, life)
    ]
    outcomes.sort()
    third = len(outcomes) // 3
    bad = [sum(is_bad for _, is_bad in part) / len(part) for part in (outcomes[:third], outcomes[-third:])]
    assert bad[0] > 0.1 > 4 * bad[1]


def test_loans_are_renewed_in_every_way_relieved_and_written_off(people):
    seen = Counter()
    for life in people:
        for loan in finance.loans(CENSUS, life):
            named = loan.renews is not None
            seen["seamless"] += named and loan.own_funds == 0
            seen["bridged"] += named and loan.own_funds > 0
            seen["relieved"] += any(late.is_relieved for late in loan.arrears)
            seen["written off"] += loan.written_off_in is not None
    assert all(seen[name] for name in ("seamless", "bridged", "relieved", "written off")), seen


def test_no_arrears_are_handed_over_untold_and_none_has_ended_without_its_end(written):
    at = fin_loan.LOAN.places
    rows = [[row.values[at[name]] for name in ("adverse_start_date", "notice_date", "provided_date", "settled_date",
                                               "adverse_end_date")] for row in written[fin_loan.LOAN]]  # fmt: skip
    adverse = [row for row in rows if row[0]]
    assert len(adverse) > 50
    assert [row for row in adverse if not row[1] or row[1] > row[2]] == []
    assert [row for row in adverse if row[3] and not row[4]] == []


def test_the_truth_of_arrears_is_when_they_really_ended(people):
    found = [fact for life in people for fact in fin_loan.facts(CENSUS, life) if fact.kind == "ADVERSE"]
    ended = [fact for fact in found if fact.valid_to]
    assert ended
    assert {fact.adverse_kind for fact in found} == {"LOAN"}
    assert all(fact.expires_on == months.later(fact.valid_to, 60) < fact.purge_on for fact in ended)
    assert all(fact.expires_on is None for fact in found if fact.valid_to is None)


def test_a_later_month_adds_records_and_changes_none(people):
    for life in people[:80]:
        later = lives.life(CENSUS, life.person.index, UNTIL + 4)
        for office in OFFICES:
            now, then = list(office.records(CENSUS, life)), list(office.records(CENSUS, later))
            for (layout, rows), (_, more) in zip(now, then, strict=False):
                known = [row.values for row in more if row.month <= UNTIL]
                assert [row.values for row in rows] == known, layout.table


def test_a_closed_accounts_number_is_given_to_somebody_else():
    first, second = accounts.REUSE - 2, accounts.REUSE - 1
    numbers = [accounts.account_number(index, "bank-a") for index in (first, second)]
    given = next(
        (census, life)
        for census in (Census(CENSUS.profile, seed, 400, CENSUS.since) for seed in range(40))
        for life in [lives.life(census, second, UNTIL)]
        if accounts.account(census, life) and institutions.bank_of(census, second) == "bank-a"
    )
    found = accounts.account(*given)
    assert found.number == numbers[0] != numbers[1]
    assert found.opened_on > date(2024, 4, 30)


def verdicts(spark, layout, items):
    """The first reason our cleaner and contract give each record."""
    item = schemas.source(layout.source).object(layout.object)
    module = import_module(f"jobs.silver.{layout.source}")
    clean = getattr(module, f"clean_{layout.object}" if layout.object else "clean")
    names = ["record_id", *layout.columns]
    frame = spark.createDataFrame(
        [(f"{at:06d}", *stamped(layout, row)) for at, row in enumerate(items)],
        T.StructType([T.StructField(name, T.StringType()) for name in names]),
    )
    judged = clean(frame).withColumn("received_date", F.to_date(F.lit("2026-10-02")))
    reasons = F.expr(reasons_sql(item.silver, "error"))
    return [row["given"] for row in judged.select("record_id", reasons.alias("given")).orderBy("record_id").collect()]


def stamped(layout, row):
    values = list(row.values)
    values[layout.places["batch_no"]], values[layout.places["source_record_no"]] = "1", "1"
    values[layout.places["extracted_at"]] = "2026-10-01T09:00:00+08:00"
    return values


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.table)
def test_records_are_well_until_struck_and_then_have_the_reason_of_their_fault(spark, written, layout):
    broken_lines = {"short_line", "shifted_line", "encoding"}
    items, labels = list(written[layout][:400]), [None] * len(written[layout][:400])
    never = []
    for name, act in damage.acts(layout).items():
        if name in broken_lines:
            continue
        stream, struck = CENSUS.stream(f"strike:{name}", layout.table), 0
        for row in written[layout]:
            copy = row.copied(row.month, row.day, row.second)
            if struck < 60 and act(copy, layout, stream):
                items.append(copy)
                labels.append(copy.reason if copy.ends == "quarantine" else None)
                struck += 1
        never += [name] if not struck and name not in damage.SAME_NUMBER else []
    assert never == []
    given = verdicts(spark, layout, items)
    wrong = [
        (label, reasons, items[at].fault, items[at].fault_column)
        for at, (label, reasons) in enumerate(zip(labels, given, strict=True))
        if (reasons[0].split(" ")[0] if reasons else None) != label
    ]
    assert wrong == []
