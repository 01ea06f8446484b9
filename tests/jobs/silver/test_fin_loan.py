from pyspark.testing import assertDataFrameEqual

from jobs.silver.fin_loan import clean, clean_branch, clean_staff
from tests.literal import delivered, rows


def test_a_loan_gets_its_month_money_rate_and_state(spark):
    """Product codes are each bank's own and stay as they are; a rate comes as a share or with its sign."""
    bronze = """
        record_id | loan_no | snapshot_month | product_code | grant_date | principal_cny | rate_ratio | dpd_days | status_code | channel_code | is_first_loan
        r1        | D-1     | 202606         | XSM-01       | 20260115   | 200,000.00    | 4.35%      | 0        | 正常        | 手机银行     | 是
        r2        | D-2     | 2026-06        | 新市民贷2号  | 2026-01-15 | 80000         | 0.0435     | 61       | 逾期        | 柜面         | 否
        r3        | D-3     | 202606         | NC07         | 20260230   | 8万           | 4.35       | 六十     | 已结清      | 电话         | x
        r4        | D-4     | 202613         | -            | 无         | -5            | 贷         | 1.5      | 呆账        | online       | Y
    """
    silver = """
        record_id | loan_no | snapshot_month | product_code | grant_date | principal_cny | rate_ratio | dpd_days | status_code | channel_code | is_first_loan
        r1        | D-1     | 2026-06-01     | XSM-01       | 2026-01-15 | 200000.00     | 0.043500   | 0        | OPEN        | ONLINE       | true
        r2        | D-2     | 2026-06-01     | 新市民贷2号  | 2026-01-15 | 80000.00      | 0.043500   | 61       | OPEN        | OFFLINE      | false
        r3        | D-3     | 2026-06-01     | NC07         |            |               | 4.350000   |          | SETTLED     |              |
        r4        | D-4     |                |              |            | -5.00         |            |          |             | ONLINE       | true
    """
    expected = rows(spark, "silver.fin_loan", silver)
    cleaned = clean(delivered(spark, "bronze.fin_loan", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)


def test_a_renewal_and_its_arrears_keep_their_days(spark):
    """An end that stands for no date is no end: the row checks then ask for it (ADV_END_MISSING)."""
    bronze = """
        record_id | renewal_of_loan_no | applied_at                | refinanced_cny | relief_code | adverse_start_date | adverse_end_date | notice_date | provided_date
        r1        | D-0                | 2026-01-10T09:30:00+08:00 | 50000.00       | 延期        | 20260401           | 20260520         | 20260510    | 20260605
        r2        |                    | 2026-01-10                |                | EXTEND      | 20260401           | 9999-12-31       | null        | 2026/6/5
    """
    silver = """
        record_id | renewal_of_loan_no | applied_at       | refinanced_cny | relief_code | adverse_start_date | adverse_end_date | notice_date | provided_date
        r1        | D-0                | 2026-01-10T01:30 | 50000.00       | DEFER       | 2026-04-01         | 2026-05-20       | 2026-05-10  | 2026-06-05
        r2        |                    |                  |                | EXTEND      | 2026-04-01         |                  |             | 2026-06-05
    """
    expected = rows(spark, "silver.fin_loan", silver)
    cleaned = clean(delivered(spark, "bronze.fin_loan", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)


def test_a_branch_gets_its_place(spark):
    bronze = """
        record_id | branch_code | district_code | street_code | longitude_value | latitude_value | is_street_level
        r1        | A310115007  | 310115        | 310115005   | 121.544371      | 31.221512      | 是
        r2        | B01         | 浦东          | 310115005   | 121°32′         | 31.2           | 否
    """
    silver = """
        record_id | branch_code | district_code | street_code | longitude_value | latitude_value | is_street_level
        r1        | A310115007  | 310115        | 310115005   | 121.5444        | 31.2215        | true
        r2        | B01         |               | 310115005   |                 | 31.2000        | false
    """
    expected = rows(spark, "silver.fin_loan_branch", silver)
    cleaned = clean_branch(delivered(spark, "bronze.fin_loan_branch", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)


def test_an_account_manager_gets_role_training_and_days(spark):
    bronze = """
        record_id | staff_no | branch_code | role_code | training_count | start_date | end_date
        r1        | A0071    | A310115007  | 客户经理  | 3              | 20240105   |
        r2        | B0002    | B01         | 行长      | 三             | 20240105   | 9999-12-31
    """
    silver = """
        record_id | staff_no | branch_code | role_code       | training_count | start_date | end_date
        r1        | A0071    | A310115007  | ACCOUNT_MANAGER | 3              | 2024-01-05 |
        r2        | B0002    | B01         |                 |                | 2024-01-05 |
    """
    expected = rows(spark, "silver.fin_loan_staff", silver)
    cleaned = clean_staff(delivered(spark, "bronze.fin_loan_staff", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
