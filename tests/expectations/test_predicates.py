"""Row checks by themselves; the golden vectors of the identifiers stand in tests/jobs/silver/test_columns_identity.py."""

import random

import pytest
from literal import rows

from expectations.predicates import PREDICATES

REASONS = {
    "ID_TRUNCATED": "certificate_truncated",
    "ID_LENGTH": "certificate_length",
    "ID_CHARSET": "certificate_charset",
    "ID_DATE": "certificate_date",
    "ID_FUTURE": "certificate_future",
    "ID_AGE": "certificate_age",
    "ID_CHECKSUM": "certificate_check_digit",
    "ID_15_AMBIGUOUS": "certificate_old_ambiguous",
}
USCC_REASONS = {
    "USCC_LENGTH": "uscc_length",
    "USCC_CHARSET": "uscc_charset",
    "USCC_CHECKSUM": "uscc_check_digit",
    "USCC_ORG": "uscc_organisation",
}


def reasons_of(frame, column, named):
    """The reasons of each row, in the order of the table of reasons."""
    cases = [f"CASE WHEN {PREDICATES[name](column, {})} THEN '{reason}' END" for reason, name in named.items()]
    found = frame.selectExpr("*", f"array_compact(array({', '.join(cases)})) AS given").collect()
    return {row["delivered"]: row["given"] for row in found}


@pytest.mark.parametrize(
    ("born", "received", "expected"),
    [
        ("19040701", "2025-06-30", []),
        ("19040630", "2025-06-30", ["ID_AGE"]),
        ("20250630", "2025-06-30", []),
        ("20250701", "2025-06-30", ["ID_FUTURE"]),
    ],
)
def test_age_and_future_turn_on_the_day_of_delivery(spark, born, received, expected):
    number = checked(f"310115{born}001")
    frame = spark.sql(
        f"SELECT '{number}' AS delivered, '{number}' AS certificate_no, 'RID' AS certificate_type_code, "
        f"DATE'{received}' AS received_date"
    )
    assert reasons_of(frame, "certificate_no", REASONS) == {number: expected}


MONTH_DAYS = """
    work_month | active_days | is_bad
    2024-02-01 | 29          | false
    2025-02-01 | 29          | true
    2025-05-01 | 31          | false
    2025-05-01 | 32          | true
    2025-06-01 | 20          | false
    2025-06-01 | 21          | true
    2025-07-01 | 1           | false
    2025-06-01 |             | false
               | 40          | false
    """


def test_nobody_counts_more_days_than_a_month_has_had_by_the_day_of_delivery(spark):
    drawn = rows(spark, "silver.assn_delivery", MONTH_DAYS, is_bad="BOOLEAN")
    bad = PREDICATES["fits_month"]("", {"columns": ["active_days", "work_month"]})
    found = drawn.selectExpr("*", "DATE'2025-06-20' AS received_date").selectExpr("is_bad", f"{bad} AS given").collect()
    assert [row["given"] for row in found] == [row["is_bad"] for row in found]


def checked(body):
    """A resident number from its first 17 digits, by the weights of GB 11643."""
    weights = [pow(2, 17 - at, 11) for at in range(17)]
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def coded(organisation):
    """A credit code from eight characters of its organisation code, by GB 11714 and GB 32100."""
    wide, alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789ABCDEFGHJKLMNPQRTUWXY"
    inner = 11 - sum(wide.index(c) * w for c, w in zip(organisation, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    body = f"91310115{organisation}{'0123456789X0'[inner]}"
    return body + alphabet[(31 - sum(alphabet.index(c) * pow(3, at, 31) for at, c in enumerate(body)) % 31) % 31]


def test_numbers_drawn_at_random_are_valid_and_with_one_character_changed_are_not(spark):
    """An oracle written from the standards by itself; both codes find every single wrong character."""
    chance = random.Random(11643)
    days = [f"{chance.randint(1950, 2005)}{chance.randint(101, 128):04}" for _ in range(500)]
    number = [f"310115{day}{chance.randint(0, 999):03}" for day in days]
    code = ["".join(chance.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=8)) for _ in range(500)]
    drawn = [(checked(one), coded(other)) for one, other in zip(number, code, strict=True)]

    def changed(text, at):
        return text[:at] + chance.choice([digit for digit in "0123456789" if digit != text[at]]) + text[at + 1 :]

    wrong = [(changed(one, chance.randint(14, 17)), changed(other, chance.randint(0, 17))) for one, other in drawn]
    frame = spark.createDataFrame(drawn + wrong, "certificate_no STRING, uscc_no STRING").selectExpr(
        "*", "'RID' AS certificate_type_code", "DATE'2025-06-30' AS received_date"
    )
    bad = [PREDICATES[name]("certificate_no", {}) for name in REASONS.values()]
    bad_code = [PREDICATES[name]("uscc_no", {}) for name in USCC_REASONS.values()]
    judged = frame.selectExpr(" OR ".join(f"({b})" for b in bad), " OR ".join(f"({b})" for b in bad_code)).collect()
    assert [tuple(row) for row in judged] == [(False, False)] * 500 + [(True, True)] * 500


def test_a_final_newline_is_no_match():
    assert (
        PREDICATES["matches"]("c", {"pattern": "^[0-9]{6}$"}) == r"c IS NOT NULL AND NOT (c rlike '\\A(?:[0-9]{6})\\z')"
    )


FINANCE = {
    "RENEWAL_BEFORE_GRANT": ("renewal_before_grant", ["renewal_of_loan_no", "applied_at", "grant_date"], {}),
    "ADV_NO_NOTICE": ("adverse_without_notice", ["adverse_start_date", "notice_date", "provided_date"], {}),
    "ADV_END_MISSING": (
        "ended_without_end",
        ["status_code", "adverse_start_date", "adverse_end_date"],
        {"ended": ["SETTLED", "WRITTEN_OFF"]},
    ),
    "SHARE_SUM": ("shares_not_whole", ["gov_ratio", "bank_ratio", "firm_ratio"], {"tolerance": 0.0001}),
}

LOANS = """
    renewal_of_loan_no | applied_at       | grant_date | adverse_start_date | adverse_end_date | notice_date | provided_date | status_code | reasons
                       |                  |            |                    |                  |             |               |             | []
    D1                 |                  | 2026-06-01 |                    |                  |             |               |             | []
    D1                 | 2026-06-01T23:59 | 2026-06-01 |                    |                  |             |               |             | []
    D1                 | 2026-06-02T00:00 | 2026-06-01 |                    |                  |             |               |             | RENEWAL_BEFORE_GRANT
    D1                 |                  |            |                    |                  |             |               |             | RENEWAL_BEFORE_GRANT
                       |                  |            | 2026-06-01         |                  | 2026-07-01  | 2026-07-01    |             | []
                       |                  |            | 2026-06-01         |                  | 2026-07-01  |               |             | ADV_NO_NOTICE
                       |                  |            | 2026-06-01         |                  |             | 2026-07-01    | SETTLED     | ADV_NO_NOTICE, ADV_END_MISSING
                       |                  |            | 2026-06-01         | 2026-08-01       | 2026-07-01  | 2026-07-01    | WRITTEN_OFF | []
                       |                  |            |                    |                  |             |               | WRITTEN_OFF | []
    """

SHARES = """
    gov_ratio | bank_ratio | firm_ratio | reasons
    0.5       | 0.3        | 0.2        | []
    0.5       | 0.3        | 0.2001     | []
    0.5       | 0.3        | 0.200101   | SHARE_SUM
    0.5       | 0.3        | 0.1        | SHARE_SUM
              |            | 1          | []
              |            |            | []
    50        | 30         | 20         | []
    1.5       | -0.5       | 0.5        | []
    """


@pytest.mark.parametrize(
    ("table", "drawn", "named"),
    [
        ("silver.fin_loan", LOANS, ("RENEWAL_BEFORE_GRANT", "ADV_NO_NOTICE", "ADV_END_MISSING")),
        ("silver.fin_guarantee", SHARES, ("SHARE_SUM",)),
    ],
)
def test_loans_and_shares_get_their_reasons_and_what_is_missing_none(spark, table, drawn, named):
    cases = []
    for reason in named:
        name, columns, more = FINANCE[reason]
        cases.append(f"CASE WHEN {PREDICATES[name]('', {'columns': columns, **more})} THEN '{reason}' END")
    frame = rows(spark, table, drawn, reasons="ARRAY<STRING>")
    judged = frame.selectExpr("reasons", f"array_compact(array({', '.join(cases)})) AS given").collect()
    assert [row["given"] for row in judged] == [row["reasons"] for row in judged]


ENDED = """
    record_id | close_kind_code | performed_date | closed_date | bad
    open      |                 |                |             | false
    elsewise  | NO_ASSETS       |                |             | false
    one_day   | SETTLED         |                | 2026-09-01  | false
    both_days | PERFORMED       | 2026-08-31     | 2026-09-01  | false
    no_day    | PERFORMED       |                |             | true
    """


def test_what_is_said_to_have_ended_needs_one_of_the_days_of_an_end(spark):
    rule = {
        "column": "close_kind_code",
        "values": ["PERFORMED", "SETTLED"],
        "columns": ["performed_date", "closed_date"],
    }
    drawn = rows(spark, "silver.court_enforcement", ENDED, bad="BOOLEAN")
    judged = drawn.selectExpr("record_id", "bad", f"{PREDICATES['stated_when']('', rule)} AS given").collect()
    assert {row["record_id"]: row["given"] for row in judged} == {row["record_id"]: row["bad"] for row in judged}


def test_a_code_is_asked_for_the_part_that_its_list_holds(spark):
    drawn = """
        record_id | industry_code | bad
        class     | H6210         | false
        division  | H62           | false
        section   | H             | false
        of_2011   | Q8310         | false
        letter    | C6210         | true
        number    | T9910         | true
        none      |               | false
        """
    expected = rows(spark, "silver.amr_business", drawn, bad="BOOLEAN")
    bad = PREDICATES["begins_with_code"]("industry_code", {"codeList": "industry", "characters": 3})
    found = expected.selectExpr("record_id", "industry_code", f"{bad} AS bad")
    assert sorted(found.collect()) == sorted(expected.collect())


def test_an_amount_below_nothing_needs_the_flag_that_explains_it(spark):
    drawn = """
        delivered | tax_cny | is_annual_settlement | bad
        owed      | 144.00  | false                | false
        returned  | -260.00 | true                 | false
        slip      | -144.00 | false                | true
        unsaid    | -144.00 |                      | true
        absent    |         | false                | false
        """
    frame = rows(spark, "silver.tax_income_filing", drawn, delivered="STRING", bad="BOOLEAN")
    bad = PREDICATES["negative_unless"]("tax_cny", {"flag": "is_annual_settlement"})
    found = frame.selectExpr("delivered", "bad", f"{bad} AS given").collect()
    assert {row["delivered"]: row["given"] for row in found} == {row["delivered"]: row["bad"] for row in found}
