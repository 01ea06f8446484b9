"""Leases and the housing fund."""

from datetime import date

import pytest
from pyspark.sql import functions as F
from silver_rows import linked, recorded, same

from jobs.gold.blocks.housing import leases_told
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


COUNTED = """
    record_id | filing_no | key_hash | operation_code | event_at            | known_from_at       | lease_start_date | district_code | rent_due_count | rent_on_time_count
    filed     | ZL1       | k1       | I              | 2025-01-01T08:00:00 | 2025-01-05T00:00:00 | 2025-01-01       | 310115        | 0              | 0
    spring    | ZL1       | k1       | U              | 2025-04-01T08:00:00 | 2025-08-05T00:00:00 | 2025-01-01       | 310115        | 3              | 3
    summer    | ZL1       | k1       | U              | 2025-07-01T08:00:00 | 2025-07-05T00:00:00 | 2025-01-01       | 310112        | 6              | 5
    gone      | ZL1       | k1       | D              | 2025-10-01T08:00:00 | 2025-10-05T00:00:00 | 2025-01-01       | 310112        | 6              | 5
    anew      | ZL1       | k1       | U              | 2025-11-01T08:00:00 | 2025-11-05T00:00:00 | 2025-01-01       | 310112        | 9              | 9
    """

TOLD = [
    # as of T, known at K: what the lease says is what is known, its rents are those counted by T
    ("2025-06-30", "2025-07-31", ("310112", 0, 0)),  # what was counted in spring is not known yet
    ("2025-06-30", "2025-08-31", ("310112", 3, 3)),  # it came late, after what was counted in summer
    ("2025-07-01", "2025-08-31", ("310112", 6, 5)),
    ("2024-12-31", "2025-08-31", ("310112", None, None)),
    ("2025-07-01", "2025-10-31", None),  # the office deleted the filing
    ("2025-07-01", "2025-12-31", ("310112", None, None)),  # told anew, it says nothing of July
    ("2025-11-30", "2025-12-31", ("310112", 9, 9)),
]


@pytest.fixture(scope="module")
def counted(spark):
    silver = recorded(spark, "silver.hmb_rental_contract", COUNTED)
    return rent_spells(silver, linked(spark, "hmb_rental_contract", zhang="filed, spring, summer, anew")).cache()


@pytest.mark.parametrize(("as_of", "known", "expected"), TOLD)
def test_a_lease_says_what_is_known_and_its_rents_are_those_counted_by_the_day(counted, as_of, known, expected):
    rows = leases_told(counted, F.lit(known).cast("timestamp"), date.fromisoformat(as_of))
    found = rows.select("district_code", "rent_due_count", "rent_on_time_count").collect()
    assert [tuple(row) for row in found] == ([expected] if expected else [])


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
