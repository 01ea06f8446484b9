from pyspark.testing import assertDataFrameEqual

from jobs.silver.nhsa_enrolment import clean
from tests.literal import delivered, rows


def test_a_month_of_enrolment_here_and_one_at_home_are_two_lines(spark):
    bronze = """
        record_id | scheme_code  | period_month | status_code | contribution_count | insured_region_code | account_balance_band
        here      | 职工医保     | 202608       | 参保缴费    | 31                 | 310000              | 1000-3000
        home      | 城乡居民医保 | 2026-08      | 暂停参保    | 12                 | ３４１２００        | 无
        unread    | 商业         | 202600       | 欠费        | 1.5                | 沪                  | -
    """
    silver = """
        record_id | scheme_code | period_month | status_code | contribution_count | insured_region_code | account_balance_band
        here      | EMPLOYEE    | 2026-08-01   | ACTIVE      | 31                 | 310000              | 1000-3000
        home      | RESIDENT    | 2026-08-01   | SUSPENDED   | 12                 | 341200              |
        unread    |             |              |             |                    |                     |
    """
    expected = rows(spark, "silver.nhsa_enrolment", silver)
    cleaned = clean(delivered(spark, "bronze.nhsa_enrolment", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
