"""What became of a loan: bad, good or left out, by the lines of its bank."""

import calendar
from datetime import UTC, date, datetime

import pytest

from jobs.gold.facts import shaped
from jobs.score.outcomes import outcomes
from jobs.score.rule import rule

KNOWN = datetime(2026, 10, 2, tzinfo=UTC)
HEARD = datetime(2026, 8, 2, tzinfo=UTC)

# loan | granted | settled | days past due at the ends of the months after the grant's, which is 0 | the bank's newest month | label | its twelve months are over
CASES = """
    on_time          | 2024-03-10 |            | 0-13: 0               | 13 | GOOD       | yes
    days_59          | 2024-03-10 |            | 0-11: 0, 12: 59       | 12 | GOOD       | yes
    days_60          | 2024-03-10 |            | 0-11: 0, 12: 60       | 12 | BAD        | yes
    in_month_13      | 2024-03-10 |            | 0-12: 0, 13: 60       | 13 | GOOD       | yes
    in_month_0       | 2024-03-10 |            | 0: 60, 1-12: 0        | 12 | BAD        | yes
    cured            | 2024-03-10 |            | 0-3: 0, 4: 75, 5-12: 0 | 12 | BAD       | yes
    young            | 2024-03-10 |            | 0-11: 0               | 11 | YOUNG      | no
    young_and_bad    | 2024-03-10 |            | 0-4: 0, 5: 60         | 11 | BAD        | no
    young_and_paid   | 2024-03-10 | 2024-08-10 | 0-5: 0                | 11 | YOUNG      | no
    paid_in_month_5  | 2024-03-10 | 2024-08-10 | 0-5: 0                | 12 | GOOD       | yes
    paid_at_once     | 2024-03-10 | 2024-03-28 | 0: 0                  | 12 | GOOD       | yes
    paid_after_bad   | 2024-03-10 | 2024-08-10 | 0-3: 0, 4: 64, 5: 0   | 12 | BAD        | yes
    paid_in_month_13 | 2024-03-10 | 2025-04-10 | 0-12: 0, 13: 0        | 13 | GOOD       | yes
    paid_unseen      | 2024-03-10 | 2024-08-10 | 0-1: 0, 5: 0          | 12 | UNOBSERVED | yes
    line_missing     | 2024-03-10 |            | 0-4: 0, 6-12: 0       | 12 | GOOD       | yes
    missing_at_28    | 2024-03-10 |            | 0-3: 0, 4: 28, 6-12: 0 | 12 | GOOD      | yes
    missing_at_29    | 2024-03-10 |            | 0-3: 0, 4: 29, 6-12: 0 | 12 | UNOBSERVED | yes
    two_missing      | 2024-03-10 |            | 0-4: 0, 7-12: 0       | 12 | UNOBSERVED | yes
    last_missing     | 2024-03-10 |            | 0-11: 0, 13: 0        | 13 | GOOD       | yes
    first_missing    | 2024-03-10 |            | 2-12: 0               | 12 | GOOD       | yes
    first_60_days    | 2024-03-01 |            | 2-12: 0               | 12 | UNOBSERVED | yes
    on_the_31st      | 2024-01-31 |            | 0-11: 0, 12: 60       | 12 | BAD        | yes
    no_line          | 2024-03-10 |            |                       | 12 | UNOBSERVED | yes
    """


def cases(text):
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def months_after(day, count):
    index = day.year * 12 + day.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def stated(text):
    """Days past due by month: `0-2: 0, 3: 61`."""
    for part in filter(None, (part.strip() for part in text.split(","))):
        span, days = part.split(":")
        first, _, last = span.partition("-")
        for month in range(int(first), int(last or first) + 1):
            yield month, int(days)


def facts(spark, text, **more):
    """Loans and their months; each loan is of a bank of its own, whose newest month another loan's line shows."""
    known = {"known_from_at": HEARD, "source_code": "fin_loan", "record_ids": ["r"], "priority_count": 1}
    loans, months = [], []
    for name, granted, settled, lines, upto, *_ in cases(text):
        day = date.fromisoformat(granted)
        about = known | {"institution_code": name, "loan_no": "1"}
        loan = about | {"person_id": name, "borrower_kind_code": "PERSON", "grant_date": day}
        loans.append(loan | {"settled_date": date.fromisoformat(settled) if settled else None} | more)
        for month, days in stated(lines):
            months.append(about | {"period_month": months_after(day, month), "dpd_days": days, "relief_code": None})
        newest = {"period_month": months_after(day, int(upto)), "dpd_days": 0, "relief_code": None}
        months.append(about | {"loan_no": "another"} | newest)
    return frame(spark, loans, "fact_loan"), frame(spark, months, "fact_loan_month")


TYPES = {
    "known_from_at": "timestamp", "source_code": "string", "record_ids": "array<string>", "priority_count": "int",
    "institution_code": "string", "loan_no": "string", "person_id": "string", "borrower_kind_code": "string",
    "grant_date": "date", "settled_date": "date", "period_month": "date", "dpd_days": "int", "relief_code": "string",
    "known_to_at": "timestamp", "uscc_no": "string",
}  # fmt: skip


def frame(spark, rows, name):
    columns = list(rows[0])
    schema = ", ".join(f"{column} {TYPES[column]}" for column in columns)
    return shaped(
        spark.createDataFrame([tuple(row[column] for column in columns) for row in rows], schema), f"gold.{name}"
    )


def labelled(spark, text):
    found = outcomes(*facts(spark, text), KNOWN, rule().outcome)
    return {row["institution_code"]: row for row in found.collect()}


@pytest.fixture(scope="module")
def labels(spark):
    return labelled(spark, CASES)


@pytest.mark.parametrize("case", cases(CASES), ids=lambda case: case[0])
def test_a_loan_is(labels, case):
    name, *_, outcome, is_ripe = case
    found = labels[name]
    assert (found["outcome_code"], found["is_ripe"]) == (outcome, is_ripe == "yes")


def test_every_loan_has_one_label(labels):
    assert set(labels) == {case[0] for case in cases(CASES)}


def test_without_a_line_the_days_could_not_have_grown_to_sixty_or_it_is_left_out(spark):
    """The same law counted by hand: a day past due is one day later; month ends as a calendar gives them."""
    grid = [(day, seen) for day in (1, 2, 10, 28) for seen in range(0, 12)]
    text = "\n".join(
        f"{day}_{seen} | 2023-11-{day:02d} | | 0-{seen}: 0, {seen + 2}-12: 0 | 13 | |" for day, seen in grid
    )
    found = labelled(spark, text)
    for day, seen in grid:
        silent = months_after(date(2023, 11, 1), seen + 1)
        end = silent.replace(day=calendar.monthrange(silent.year, silent.month)[1])
        start = months_after(date(2023, 11, 1), seen)
        last = start.replace(day=calendar.monthrange(start.year, start.month)[1])
        may_be_bad = seen + 1 <= 12 and (end - last).days >= 60
        assert found[f"{day}_{seen}"]["outcome_code"] == ("UNOBSERVED" if may_be_bad else "GOOD")


def test_a_business_without_a_person_is_nobodys_outcome(spark):
    loans, months = facts(spark, "shop | 2024-03-10 | | 0-12: 0 | 12 | |", uscc_no="91310000MA1FL00000")
    assert outcomes(loans, months, KNOWN, rule().outcome).count() == 1
    nobodys = loans.withColumn("person_id", loans["uscc_no"].substr(1, 0).try_cast("int").try_cast("string"))
    assert outcomes(nobodys, months, KNOWN, rule().outcome).count() == 0


def test_only_what_was_known_at_k_counts(spark):
    loans, months = facts(spark, "late | 2024-03-10 | | 0-11: 0, 12: 60 | 12 | |")
    assert outcomes(loans, months, datetime(2026, 8, 1, tzinfo=UTC), rule().outcome).count() == 0


def test_bad_under_relief_is_bad_and_told_apart(spark):
    loans, months = facts(spark, "eased | 2024-03-10 | | 0-3: 0, 4: 61, 5-12: 0 | 12 | |")
    found = outcomes(loans, months.fillna("DEFER", ["relief_code"]), KNOWN, rule().outcome).first()
    assert (found["outcome_code"], found["is_relieved"]) == ("BAD", True)
