"""When bad behaviour ended, by kind (domain.md, section 2.2): from that day run the five years of article 16."""

import pytest
from silver_rows import linked, recorded, same

from jobs.gold.facts.adverse import arrears, dated, enforcements, penalties
from jobs.gold.facts.finance import loan_lines
from jobs.gold.facts.record import stated
from schemas import codes, table

NAME = "gold.fact_adverse"


def lines(spark, text):
    """Lines of one loan of Zhang's: D1 of bank B01."""
    drawn = recorded(spark, "silver.fin_loan", text)
    names = ", ".join(row["record_id"] for row in drawn.select("record_id").collect())
    whole = drawn.fillna({"institution_code": "B01", "loan_no": "D1"})
    return loan_lines(whole, linked(spark, "fin_loan", zhang=names))


def test_arrears_are_one_event_through_all_months_and_end_the_day_they_were_paid(spark):
    months = """
        record_id | known_from_at       | snapshot_month | status_code | adverse_start_date | adverse_end_date | notice_date | provided_date
        before    | 2025-05-05T00:00:00 | 2025-04-01     | OPEN        |                    |                  |             | 2025-04-30
        told      | 2025-06-05T00:00:00 | 2025-05-01     | OPEN        | 2025-04-10         |                  | 2025-05-12  | 2025-05-31
        lasting   | 2025-07-05T00:00:00 | 2025-06-01     | OPEN        | 2025-04-10         |                  | 2025-05-12  | 2025-06-30
        paid      | 2025-08-05T00:00:00 | 2025-07-01     | SETTLED     | 2025-04-10         | 2025-07-22       | 2025-05-12  | 2025-07-31
        """
    expected = """
        person_id | adverse_id        | record_ids | adverse_kind_code | institution_code | start_date | end_date   | expires_date | valid_from_date | valid_to_date | notice_date | provided_date | known_from_at       | known_to_at         | source_code | priority_count
        zhang     | B01/D1/2025-04-10 | told       | LOAN              | B01              | 2025-04-10 |            |              | 2025-04-10      |               | 2025-05-12  | 2025-05-31    | 2025-06-05T00:00:00 | 2025-08-05T00:00:00 | fin_loan    | 1
        zhang     | B01/D1/2025-04-10 | paid       | LOAN              | B01              | 2025-04-10 | 2025-07-22 | 2030-07-22   | 2025-04-10      | 2025-07-22    | 2025-05-12  | 2025-07-31    | 2025-08-05T00:00:00 |                     | fin_loan    | 1
        """
    same(spark, dated(arrears(lines(spark, months))), NAME, expected)


def test_a_write_off_is_no_end(spark):
    months = """
        record_id   | known_from_at       | snapshot_month | status_code | adverse_start_date | adverse_end_date
        overdue     | 2025-06-05T00:00:00 | 2025-05-01     | OPEN        | 2025-04-10         |
        written_off | 2026-01-05T00:00:00 | 2025-12-01     | WRITTEN_OFF | 2025-04-10         |
        """
    expected = """
        record_ids | start_date | end_date | expires_date | known_from_at       | known_to_at
        overdue    | 2025-04-10 |          |              | 2025-06-05T00:00:00 |
        """
    same(spark, dated(arrears(lines(spark, months))), NAME, expected)


def test_older_arrears_stay_when_a_line_names_newer_ones_and_relief_once_told_stays_with_its_event(spark):
    months = """
        record_id | known_from_at       | snapshot_month | adverse_start_date | adverse_end_date | relief_code
        first     | 2025-03-05T00:00:00 | 2025-02-01     | 2025-01-10         |                  | DEFER
        made_good | 2025-04-05T00:00:00 | 2025-03-01     | 2025-01-10         | 2025-03-20       |
        again     | 2025-09-05T00:00:00 | 2025-08-01     | 2025-07-10         |                  |
        """
    expected = """
        record_ids | start_date | end_date   | relief_code | known_from_at       | known_to_at
        first      | 2025-01-10 |            | DEFER       | 2025-03-05T00:00:00 | 2025-04-05T00:00:00
        made_good  | 2025-01-10 | 2025-03-20 | DEFER       | 2025-04-05T00:00:00 |
        again      | 2025-07-10 |            |             | 2025-09-05T00:00:00 |
        """
    same(spark, dated(arrears(lines(spark, months))), NAME, expected)


def test_an_event_is_gone_with_the_deletion_of_every_line_that_names_it_and_back_where_it_was_with_one(spark):
    months = """
        record_id   | key_hash | operation_code | known_from_at       | snapshot_month | adverse_start_date | adverse_end_date
        overdue     | k5       | I              | 2025-06-05T00:00:00 | 2025-05-01     | 2025-04-10         |
        ended       | k6       | U              | 2025-07-05T00:00:00 | 2025-06-01     | 2025-04-10         | 2025-06-20
        end_deleted | k6       | D              | 2025-08-05T00:00:00 | 2025-06-01     | 2025-04-10         | 2025-06-20
        all_deleted | k5       | D              | 2025-09-05T00:00:00 | 2025-05-01     | 2025-04-10         |
        """
    expected = """
        record_ids | start_date | end_date   | known_from_at       | known_to_at
        overdue    | 2025-04-10 |            | 2025-06-05T00:00:00 | 2025-07-05T00:00:00
        ended      | 2025-04-10 | 2025-06-20 | 2025-07-05T00:00:00 | 2025-08-05T00:00:00
        overdue    | 2025-04-10 |            | 2025-08-05T00:00:00 | 2025-09-05T00:00:00
        """
    same(spark, dated(arrears(lines(spark, months))), NAME, expected)


def test_a_corrected_line_that_names_no_arrears_takes_them_back_and_a_late_older_line_changes_nothing(spark):
    months = """
        record_id | key_hash | operation_code | known_from_at       | snapshot_month | adverse_start_date | adverse_end_date
        mistaken  | k5       | I              | 2025-06-05T00:00:00 | 2025-05-01     | 2025-04-10         |
        corrected | k5       | U              | 2025-07-05T00:00:00 | 2025-05-01     |                    |
        ended     | k9       | I              | 2025-10-05T00:00:00 | 2025-09-01     | 2025-08-10         | 2025-09-20
        late      | k8       | I              | 2025-12-05T00:00:00 | 2025-08-01     | 2025-08-10         |
        """
    expected = """
        record_ids | start_date | end_date   | known_from_at       | known_to_at
        mistaken   | 2025-04-10 |            | 2025-06-05T00:00:00 | 2025-07-05T00:00:00
        ended      | 2025-08-10 | 2025-09-20 | 2025-10-05T00:00:00 |
        """
    same(spark, dated(arrears(lines(spark, months))), NAME, expected)


def test_a_penalty_ends_when_performed_and_repair_or_removal_end_nothing(spark):
    decisions = """
        record_id | key_hash | operation_code | known_from_at       | kind_code | uscc_no            | decided_date | performed_date | repaired_date | removed_date
        decided   | k1       | I              | 2024-03-02T00:00:00 | PENALTY   | 92310115MA1H8XYQ73 | 2024-02-01   |                |               |
        performed | k1       | U              | 2024-04-02T00:00:00 | PENALTY   | 92310115MA1H8XYQ73 | 2024-02-01   | 2024-02-29     |               |
        repaired  | k1       | U              | 2025-01-02T00:00:00 | PENALTY   | 92310115MA1H8XYQ73 | 2024-02-01   | 2024-02-29     | 2024-12-20    |
        unpaid    | k2       | I              | 2024-03-02T00:00:00 | PENALTY   |                    | 2024-02-01   |                | 2024-06-01    | 2024-06-01
        firms     | k3       | I              | 2024-03-02T00:00:00 | PENALTY   | 91110000600037341L | 2024-02-01   | 2024-02-10     |               |
        nobodys   | k4       | I              | 2024-03-02T00:00:00 | PENALTY   |                    | 2024-02-01   |                |               |
        listing   | k5       | I              | 2024-03-02T00:00:00 | ABNORMAL  | 91110000600037341L | 2024-02-01   |                |               |
        """
    whose = linked(spark, "amr_penalty", zhang="decided, performed, repaired", li="unpaid")
    made = penalties(stated(recorded(spark, "silver.amr_penalty", decisions), "amr_penalty"), whose)
    expected = """
        person_id | uscc_no            | adverse_id | record_ids | adverse_kind_code | start_date | end_date   | expires_date | repaired_date | known_from_at       | known_to_at
        zhang     | 92310115MA1H8XYQ73 | k1         | decided    | ADMIN_PENALTY     | 2024-02-01 |            |              |               | 2024-03-02T00:00:00 | 2024-04-02T00:00:00
        zhang     | 92310115MA1H8XYQ73 | k1         | performed  | ADMIN_PENALTY     | 2024-02-01 | 2024-02-29 | 2029-02-28   |               | 2024-04-02T00:00:00 | 2025-01-02T00:00:00
        zhang     | 92310115MA1H8XYQ73 | k1         | repaired   | ADMIN_PENALTY     | 2024-02-01 | 2024-02-29 | 2029-02-28   | 2024-12-20    | 2025-01-02T00:00:00 |
        li        |                    | k2         | unpaid     | ADMIN_PENALTY     | 2024-02-01 |            |              | 2024-06-01    | 2024-03-02T00:00:00 |
                  | 91110000600037341L | k3         | firms      | ADMIN_PENALTY     | 2024-02-01 | 2024-02-10 | 2029-02-10   |               | 2024-03-02T00:00:00 |
        """
    same(spark, dated(made), NAME, expected)


ENDS = [
    # performed_date | close_kind_code | closed_date -> end_date
    ("2025-05-10", "PERFORMED", "2025-05-20", "2025-05-10"),
    ("2025-05-10", "", "", "2025-05-10"),
    ("", "PERFORMED", "2025-05-20", "2025-05-20"),
    ("", "SETTLED", "2025-05-20", "2025-05-20"),
    ("", "NO_ASSETS", "2025-05-20", ""),
    ("", "OTHER", "2025-05-20", ""),
    ("", "", "2025-05-20", ""),
    ("", "", "", ""),
]


def test_a_case_ends_by_performance_or_by_being_closed_so_and_never_for_want_of_assets(spark):
    head = "record_id | kind_code | filed_date | performed_date | close_kind_code | closed_date"
    cases = [f"c{n} | ENFORCEMENT | 2024-01-05 | {p} | {kind} | {c}" for n, (p, kind, c, _) in enumerate(ENDS)]
    silver = recorded(spark, "silver.court_enforcement", "\n".join([head, *cases]))
    whose = linked(spark, "court_enforcement", zhang=", ".join(f"c{n}" for n in range(len(ENDS))))
    head = "record_ids | adverse_kind_code | court_kind_code | start_date | end_date"
    ends = [f"c{n} | COURT_ENFORCEMENT | ENFORCEMENT | 2024-01-05 | {end}" for n, (*_, end) in enumerate(ENDS)]
    same(spark, dated(enforcements(silver, whose)), NAME, "\n".join([head, *ends]))


def test_an_entry_of_the_dishonest_list_carries_when_it_may_be_shown_and_is_nobodys_until_linked(spark):
    entries = """
        record_id | key_hash | operation_code | known_from_at       | kind_code | filed_date | published_date | removed_date | hidden_date | term_end_date | close_kind_code | closed_date
        listed    | k1       | I              | 2024-03-02T00:00:00 | DISHONEST | 2024-01-05 | 2024-03-01     |              |             | 2026-02-28    |                 |
        removed   | k1       | U              | 2024-09-02T00:00:00 | DISHONEST | 2024-01-05 | 2024-03-01     | 2024-09-01   |             | 2026-02-28    | PERFORMED       | 2024-08-28
        hidden    | k2       | I              | 2024-03-02T00:00:00 | DISHONEST | 2022-01-05 | 2022-03-01     |              | 2024-03-01  | 2024-02-29    |                 |
        unlinked  | k3       | I              | 2024-03-02T00:00:00 | DISHONEST | 2024-01-05 | 2024-03-01     |              |             | 2026-02-28    |                 |
        """
    silver = recorded(spark, "silver.court_enforcement", entries)
    made = enforcements(silver, linked(spark, "court_enforcement", zhang="listed, removed", li="hidden"))
    expected = """
        person_id | adverse_id | court_kind_code | start_date | end_date   | published_date | removed_date | hidden_date | term_end_date | known_to_at
        zhang     | k1         | DISHONEST       | 2024-01-05 |            | 2024-03-01     |              |             | 2026-02-28    | 2024-09-02T00:00:00
        zhang     | k1         | DISHONEST       | 2024-01-05 | 2024-08-28 | 2024-03-01     | 2024-09-01   |             | 2026-02-28    |
        li        | k2         | DISHONEST       | 2022-01-05 |            | 2022-03-01     |              | 2024-03-01  | 2024-02-29    |
        """
    same(spark, dated(made), NAME, expected)


@pytest.mark.parametrize("kind", ["LOAN", "ADMIN_PENALTY", "COURT_ENFORCEMENT"])
def test_the_kinds_are_those_of_the_law(kind):
    assert kind in {code.code for code in codes("adverse_kind").values()}
    assert table(NAME).column("adverse_kind_code").code_list == "adverse_kind"
