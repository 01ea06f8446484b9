from pyspark.testing import assertDataFrameEqual

from jobs.silver.fin_policy import clean, clean_staff
from tests.literal import delivered, rows


def test_an_insured_gets_kind_days_and_who_pays(spark):
    """One policy covers several insured, none of them perhaps the holder: policy and number in it name the line."""
    bronze = """
        record_id | policy_no | insured_no | policy_kind_code | start_date | end_date   | status_code | paid_from_code | filing_no | service_code | service_count | premium_band
        r1        | PA-77     | 1          | 雇主责任险       | 20260101   | 20261231   | 承保        | 单位           |           |              |               | 100-500
        r2        | PA-77     | 2          | 雇主责任险       | 2026/1/1   | 2026年12月31日 | 有效     | EMPLOYER       |           |              |               | 100-500
        r3        | PB-01     | 1          | 租客责任险       | 20260230   | 9999-12-31 | 退保        | 信用卡         | ZL31011   | 开锁         | 2             | 35
    """
    silver = """
        record_id | policy_no | insured_no | policy_kind_code    | start_date | end_date   | status_code | paid_from_code | filing_no | service_code | service_count | premium_band
        r1        | PA-77     | 1          | OCCUPATIONAL_INJURY | 2026-01-01 | 2026-12-31 | ACTIVE      | EMPLOYER       |           |              |               | 100-500
        r2        | PA-77     | 2          | OCCUPATIONAL_INJURY | 2026-01-01 | 2026-12-31 | ACTIVE      | EMPLOYER       |           |              |               | 100-500
        r3        | PB-01     | 1          | TENANT_LIABILITY    |            |            | SURRENDERED |                | ZL31011   | LOCKSMITH    | 2             | 35
    """
    expected = rows(spark, "silver.fin_policy", silver)
    cleaned = clean(delivered(spark, "bronze.fin_policy", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)


def test_an_adviser_gets_role_training_and_days(spark):
    bronze = """
        record_id | staff_no | branch_code | role_code | training_count | start_date | end_date
        r1        | P0012    | P310101001  | 保险专家  | 5              | 20230901   | 20260331
    """
    silver = """
        record_id | staff_no | branch_code | role_code         | training_count | start_date | end_date
        r1        | P0012    | P310101001  | INSURANCE_ADVISER | 5              | 2023-09-01 | 2026-03-31
    """
    expected = rows(spark, "silver.fin_policy_staff", silver)
    cleaned = clean_staff(delivered(spark, "bronze.fin_policy_staff", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
