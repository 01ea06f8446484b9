"""Loans month by month and as a whole, fees, guarantees."""

from silver_rows import linked, recorded, same

from jobs.gold.facts.finance import fee_months, guarantees, loan_lines, loan_months, loans

LINES = """
    record_id | key_hash | operation_code | known_from_at       | institution_code | loan_no | snapshot_month | grant_date | settled_date | status_code | balance_cny | dpd_days | relief_code
    june      | k6       | I              | 2025-07-05T00:00:00 | B01              | D1      | 2025-06-01     | 2025-06-10 |              | OPEN        | 50000.00    | 0        |
    july      | k7       | U              | 2025-08-05T00:00:00 | B01              | D1      | 2025-07-01     | 2025-06-10 |              | OPEN        | 46000.00    | 0        |
    restated  | k7       | U              | 2025-09-05T00:00:00 | B01              | D1      | 2025-07-01     | 2025-06-10 |              | OPEN        | 46000.00    | 12       | DEFER
    paid_off  | k8       | U              | 2025-09-05T00:00:00 | B01              | D1      | 2025-08-01     | 2025-06-10 | 2025-08-20   | SETTLED     | 0.00        | 0        |
    taken_back | k8      | D              | 2025-10-05T00:00:00 | B01              | D1      | 2025-08-01     | 2025-06-10 |              |             |             |          |
    """


def lines(spark):
    whose = linked(spark, "fin_loan", zhang="june, july, restated, paid_off, taken_back")
    return loan_lines(recorded(spark, "silver.fin_loan", LINES), whose)


def test_a_month_stated_anew_replaces_itself(spark):
    expected = """
        person_id | record_ids | period_month | valid_to_date | balance_cny | dpd_days | relief_code | known_from_at       | known_to_at
        zhang     | june       | 2025-06-01   | 2025-06-30    | 50000.00    | 0        |             | 2025-07-05T00:00:00 |
        zhang     | july       | 2025-07-01   | 2025-07-31    | 46000.00    | 0        |             | 2025-08-05T00:00:00 | 2025-09-05T00:00:00
        zhang     | restated   | 2025-07-01   | 2025-07-31    | 46000.00    | 12       | DEFER       | 2025-09-05T00:00:00 |
        zhang     | paid_off   | 2025-08-01   | 2025-08-31    | 0.00        | 0        |             | 2025-09-05T00:00:00 | 2025-10-05T00:00:00
        """
    same(spark, loan_months(lines(spark)), "gold.fact_loan_month", expected)


def test_a_loan_is_what_its_newest_line_says_and_is_open_again_once_that_is_withdrawn(spark):
    expected = """
        person_id | record_ids | loan_no | status_code | valid_from_date | valid_to_date | known_from_at       | known_to_at
        zhang     | june       | D1      | OPEN        | 2025-06-10      |               | 2025-07-05T00:00:00 | 2025-09-05T00:00:00
        zhang     | paid_off   | D1      | SETTLED     | 2025-06-10      | 2025-08-20    | 2025-09-05T00:00:00 | 2025-10-05T00:00:00
        zhang     | june       | D1      | OPEN        | 2025-06-10      |               | 2025-10-05T00:00:00 |
        """
    same(spark, loans(lines(spark)), "gold.fact_loan", expected)


def test_a_line_that_comes_late_is_a_month_and_changes_nothing_of_the_loan(spark):
    late = """
        record_id | known_from_at       | institution_code | loan_no | snapshot_month | grant_date | status_code | rate_ratio
        july      | 2025-08-05T00:00:00 | B01              | D1      | 2025-07-01     | 2025-06-10 | EXTENDED    | 0.045000
        june      | 2025-11-05T00:00:00 | B01              | D1      | 2025-06-01     | 2025-06-10 | OPEN        | 0.045000
        """
    made = loan_lines(recorded(spark, "silver.fin_loan", late), linked(spark, "fin_loan", zhang="july, june"))
    expected = """
        person_id | record_ids | status_code | rate_ratio | known_from_at       | known_to_at
        zhang     | july       | EXTENDED    | 0.045000   | 2025-08-05T00:00:00 |
        """
    same(spark, loans(made), "gold.fact_loan", expected)
    assert loan_months(made).count() == 2


def test_a_fee_is_a_person_s_or_a_business_s_and_shows_bands_only(spark):
    fees = """
        record_id | uscc_no            | institution_code | fee_kind_code | fee_month  | charged_cny | deposit_band
        account   |                    | B01              | MAINTENANCE   | 2025-06-01 | 0.00        | 0-1000
        till      | 92310115MA1H8XYQ73 | B01              | ACQUIRING     | 2025-06-01 | 38.00       |
        """
    expected = """
        person_id | uscc_no            | fee_kind_code | period_month | valid_to_date | charged_cny | deposit_band
        zhang     |                    | MAINTENANCE   | 2025-06-01   | 2025-06-30    | 0.00        | 0-1000
                  | 92310115MA1H8XYQ73 | ACQUIRING     | 2025-06-01   | 2025-06-30    | 38.00       |
        """
    made = fee_months(recorded(spark, "silver.fin_fee", fees), linked(spark, "fin_fee", zhang="account"))
    same(spark, made, "gold.fact_fee_month", expected)


def test_a_guarantee_runs_between_its_days(spark):
    lines = """
        record_id | institution_code | guarantee_no | uscc_no            | loan_no | guarantee_cny | gov_ratio | start_date | end_date   | status_code
        backed    | G01              | DB1          | 92310115MA1H8XYQ73 | D1      | 50000.00      | 0.200000  | 2025-06-10 | 2026-06-09 | ACTIVE
        """
    expected = """
        person_id | uscc_no            | guarantee_no | loan_no | guarantee_cny | gov_ratio | valid_from_date | valid_to_date | status_code
        wang      | 92310115MA1H8XYQ73 | DB1          | D1      | 50000.00      | 0.200000  | 2025-06-10      | 2026-06-09    | ACTIVE
        """
    made = guarantees(recorded(spark, "silver.fin_guarantee", lines), linked(spark, "fin_guarantee", wang="backed"))
    same(spark, made, "gold.fact_guarantee", expected)
