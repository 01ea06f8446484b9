"""Bills paid in time, late, or not at all."""

from silver_rows import linked, recorded, same

from jobs.gold.facts.utility import utility_months

BILLS = """
    record_id | key_hash | operation_code | known_from_at       | utility_kind_code | bill_month | due_date   | paid_date
    due_day   | k1       | I              | 2025-09-05T00:00:00 | WATER             | 2025-08-01 | 2025-09-20 | 2025-09-20
    day_after | k2       | I              | 2025-10-05T00:00:00 | POWER             | 2025-08-01 | 2025-09-20 | 2025-09-21
    unpaid    | k3       | I              | 2025-10-05T00:00:00 | GAS               | 2025-08-01 | 2025-09-20 |
    paid_late | k3       | U              | 2025-11-05T00:00:00 | GAS               | 2025-08-01 | 2025-09-20 | 2025-10-15
    no_due    | k4       | I              | 2025-10-05T00:00:00 | TELECOM           | 2025-08-01 |            | 2025-09-20
    landlord  | k5       | I              | 2025-10-05T00:00:00 | WATER             | 2025-08-01 | 2025-09-20 | 2025-09-01
    """


def test_a_bill_is_on_time_on_its_due_day_and_belongs_to_whom_the_record_names(spark):
    whose = linked(spark, "utility_payment", zhang="due_day, day_after, unpaid, paid_late, no_due")
    expected = """
        person_id | record_ids | utility_kind_code | period_month | is_on_time | known_from_at       | known_to_at         | priority_count
        zhang     | due_day    | WATER             | 2025-08-01   | true       | 2025-09-05T00:00:00 |                     | 3
        zhang     | day_after  | POWER             | 2025-08-01   | false      | 2025-10-05T00:00:00 |                     | 3
        zhang     | unpaid     | GAS               | 2025-08-01   | false      | 2025-10-05T00:00:00 | 2025-11-05T00:00:00 | 3
        zhang     | paid_late  | GAS               | 2025-08-01   | false      | 2025-11-05T00:00:00 |                     | 3
        zhang     | no_due     | TELECOM           | 2025-08-01   |            | 2025-10-05T00:00:00 |                     | 3
        """
    made = utility_months(recorded(spark, "silver.utility_payment", BILLS), whose)
    same(spark, made, "gold.fact_utility_month", expected)
