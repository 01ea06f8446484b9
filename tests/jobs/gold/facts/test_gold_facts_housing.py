"""Leases and the housing fund."""

from silver_rows import linked, recorded, same

from jobs.gold.facts.housing import fund_months, rent_spells


def test_a_lease_ends_on_the_earlier_of_agreed_end_and_termination_and_has_a_band_of_rent(spark):
    leases = """
        record_id  | filing_no | lease_start_date | lease_end_date | terminated_date | monthly_rent_cny
        full       | ZL1       | 2024-03-01       | 2025-02-28     |                 | 2999.99
        terminated | ZL2       | 2024-03-01       | 2025-02-28     | 2024-10-15      | 3000.00
        overdue    | ZL3       | 2024-03-01       | 2025-02-28     | 2025-03-10      |
        endless    | ZL4       | 2024-03-01       |                |                 | 25000.00
        """
    silver = recorded(spark, "silver.hmb_rental_contract", leases)
    whose = linked(spark, "hmb_rental_contract", zhang="full, terminated", li="overdue, endless")
    expected = """
        person_id | filing_no | valid_from_date | valid_to_date | rent_band | priority_count
        zhang     | ZL1       | 2024-03-01      | 2025-02-28    | 2000-3000 | 1
        zhang     | ZL2       | 2024-03-01      | 2024-10-15    | 3000-5000 | 1
        li        | ZL3       | 2024-03-01      | 2025-02-28    |           | 1
        li        | ZL4       | 2024-03-01      |               | 20000+    | 1
        """
    same(spark, rent_spells(silver, whose), "gold.fact_rent_spell", expected)


def test_a_fund_line_is_a_month_with_a_band_and_no_amount(spark):
    lines = """
        record_id | key_hash | operation_code | known_from_at       | employer_uscc_no   | period_month | paid_date  | status_code | employer_ratio | monthly_cny
        paid      | k1       | I              | 2025-07-10T00:00:00 | 91110000600037341L | 2025-06-01   | 2025-09-30 | ACTIVE      | 0.070000       | 900.00
        sealed    | k1       | U              | 2025-10-10T00:00:00 | 91110000600037341L | 2025-06-01   | 2025-10-01 | SEALED      | 0.070000       |
        withdrawn | k1       | D              | 2025-11-10T00:00:00 | 91110000600037341L | 2025-06-01   |            | SEALED      |                |
        """
    silver = recorded(spark, "silver.hpf_contribution", lines)
    made = fund_months(silver, linked(spark, "hpf_contribution", zhang="paid, sealed, withdrawn"))
    expected = """
        person_id | record_ids | period_month | valid_to_date | is_backpaid | status_code | employer_ratio | monthly_band | known_from_at       | known_to_at         | priority_count
        zhang     | paid       | 2025-06-01   | 2025-06-30    | false       | ACTIVE      | 0.070000       | 0-1000       | 2025-07-10T00:00:00 | 2025-10-10T00:00:00 | 4
        zhang     | sealed     | 2025-06-01   | 2025-06-30    | true        | SEALED      | 0.070000       |              | 2025-10-10T00:00:00 | 2025-11-10T00:00:00 | 4
        """
    same(spark, made, "gold.fact_fund_month", expected)
