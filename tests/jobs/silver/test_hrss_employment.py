from pyspark.testing import assertDataFrameEqual

from jobs.silver.hrss_employment import clean
from tests.literal import delivered, rows


def test_a_registration_keeps_its_open_ranges_and_unread_values_become_null(spark):
    bronze = """
        record_id | registration_no | registration_kind_code | employer_uscc_no   | employment_form_code | contract_start_date | contract_end_date | exit_date  | unemployment_start_date
        open      | JY-1            | 就业登记               | 91310115ma1k3abc99 | 全日制               | 2025-03-01          | 9999-12-31        | 无         |
        left      | JY-2            | 就业                   | 91310115MA1K3ABC99 | 劳务派遣             | 20250301            | 2026年2月28日     | 2025/11/30 |
        jobless   | SY-3            | 失业登记               | -                  |                      |                     |                   |            | 2025-12-01
        unread    | JY-4            | 招聘                   | 9131               | 长期                 | 2025-02-30          | 2026              | 20251131   | 0
    """
    silver = """
        record_id | registration_no | registration_kind_code | employer_uscc_no   | employment_form_code | contract_start_date | contract_end_date | exit_date  | unemployment_start_date
        open      | JY-1            | EMPLOYMENT             | 91310115MA1K3ABC99 | EMPLOYEE             | 2025-03-01          |                   |            |
        left      | JY-2            | EMPLOYMENT             | 91310115MA1K3ABC99 | DISPATCH             | 2025-03-01          | 2026-02-28        | 2025-11-30 |
        jobless   | SY-3            | UNEMPLOYMENT           |                    |                      |                     |                   |            | 2025-12-01
        unread    | JY-4            |                        | 9131               |                      |                     |                   |            |
    """
    expected = rows(spark, "silver.hrss_employment", silver)
    cleaned = clean(delivered(spark, "bronze.hrss_employment", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
