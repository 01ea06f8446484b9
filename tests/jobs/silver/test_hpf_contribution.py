from pyspark.testing import assertDataFrameEqual

from jobs.silver.hpf_contribution import clean
from tests.literal import delivered, rows


def test_a_line_gets_its_months_state_and_shares(spark):
    """A bare 7 stays the number seven: the contract's bounds set it aside, nobody guesses that it was a percentage."""
    bronze = """
        record_id | hpf_account_no | period_month | paid_date  | first_month | paid_to_month | status_code | employer_ratio | personal_ratio | monthly_cny
        share     | １２３４５６７ | 202608       | 20260812   | 202311      | 202608        | 缴存        | 0.07           | 7%             | 1,022.00
        percent   | 1234567        | 2026-08      | 2026-08-12 | 2023年11月  | 202607        | 封存        | 7              | 1              | 1022.5元
        unread    |                | 202613       | 20260832   | 2023        | 0             | 冻结        | 七             | 0.0700001      | 1e3
    """
    silver = """
        record_id | hpf_account_no | period_month | paid_date  | first_month | paid_to_month | status_code | employer_ratio | personal_ratio | monthly_cny
        share     | 1234567        | 2026-08-01   | 2026-08-12 | 2023-11-01  | 2026-08-01    | ACTIVE      | 0.07           | 0.07           | 1022.00
        percent   | 1234567        | 2026-08-01   | 2026-08-12 | 2023-11-01  | 2026-07-01    | SEALED      | 7              | 1              | 1022.50
        unread    |                |              |            |             |               |             |                |                |
    """
    expected = rows(spark, "silver.hpf_contribution", silver)
    cleaned = clean(delivered(spark, "bronze.hpf_contribution", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
