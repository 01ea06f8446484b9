from pyspark.testing import assertDataFrameEqual

from jobs.silver.hmb_rental_contract import clean, clean_project
from tests.literal import delivered, rows


def test_a_lease_gets_its_dates_money_and_counts(spark):
    bronze = """
        record_id | filing_no | program_code | lease_start_date | lease_end_date | monthly_rent_cny | rent_due_count | is_deposit_paid
        r1        | HT-1      | 保租房       | 2026-01-01       | 2026-12-31     | 3,200.50         | 9              | 是
        r2        | HT-2      | 市场化租赁   | 20260101         | 9999-12-31     | -5               | 1.5            | x
        r3        |           | 别墅         | 2026-02-30       |                | 1e3              | -              | 否
    """
    silver = """
        record_id | filing_no | program_code | lease_start_date | lease_end_date | monthly_rent_cny | rent_due_count | is_deposit_paid
        r1        | HT-1      | AFFORDABLE   | 2026-01-01       | 2026-12-31     | 3200.50          | 9              | true
        r2        | HT-2      | MARKET       | 2026-01-01       |                | -5.00            |                |
        r3        |           |              |                  |                |                  |                | false
    """
    expected = rows(spark, "silver.hmb_rental_contract", silver)
    cleaned = clean(delivered(spark, "bronze.hmb_rental_contract", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)


def test_a_project_gets_its_counts_and_stage(spark):
    bronze = """
        record_id | project_no   | developer_uscc_no  | district_code | unit_count | occupied_count | stage_code
        r1        | BZ310115007  | 91310115ma1k3abc99 | 310115        | 400        | 388            | 已运营
        r2        | ＢＺ３１０１１５００８ | -          | 999999        | 400套      |                | 烂尾
    """
    silver = """
        record_id | project_no   | developer_uscc_no  | district_code | unit_count | occupied_count | stage_code
        r1        | BZ310115007  | 91310115MA1K3ABC99 | 310115        | 400        | 388            | OPERATING
        r2        | BZ310115008  |                    |               |            |                |
    """
    expected = rows(spark, "silver.hmb_rental_contract_project", silver)
    cleaned = clean_project(delivered(spark, "bronze.hmb_rental_contract_project", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
