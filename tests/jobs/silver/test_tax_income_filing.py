from pyspark.testing import assertDataFrameEqual

from jobs.silver.tax_income_filing import clean
from tests.literal import delivered, rows


def test_several_agents_file_for_one_month_and_a_settlement_gives_tax_back(spark):
    bronze = """
        record_id | certificate_no                       | agent_uscc_no      | income_item_code | period_month | filed_date | is_annual_settlement | income_cny | tax_cny
        wage      | 31011519900307451x                   | 91310115MA1K3ABC99 | 工资、薪金所得   | 202608       | 20260912   | 否                   | 9,800.00   | 144.00
        second    | 31011519900307451X                   | 93310115MA1GKL261D | 劳务报酬         | 2026-08      | 2026-09-14 | N                    | 1200       | 80
        settled   | ３１０１１５１９９００３０７４５１Ｘ | 91310115ma1k3abc99 | 综合所得（年度汇算） | 202512       | 20260410   | 是                   | 117600.00  | -260.00
        unread    | 31011519900307451X                   |                    | WAGES            | 2026         | 20260931   | 已汇算               | 9.8万      | 1.239
    """
    silver = """
        record_id | certificate_no     | agent_uscc_no      | income_item_code | period_month | filed_date | is_annual_settlement | income_cny | tax_cny
        wage      | 31011519900307451X | 91310115MA1K3ABC99 | WAGES            | 2026-08-01   | 2026-09-12 | false                | 9800.00    | 144.00
        second    | 31011519900307451X | 93310115MA1GKL261D | SERVICE          | 2026-08-01   | 2026-09-14 | false                | 1200.00    | 80.00
        settled   | 31011519900307451X | 91310115MA1K3ABC99 | COMPREHENSIVE    | 2025-12-01   | 2026-04-10 | true                 | 117600.00  | -260.00
        unread    | 31011519900307451X |                    | WAGES            |              |            |                      |            |
    """
    expected = rows(spark, "silver.tax_income_filing", silver)
    cleaned = clean(delivered(spark, "bronze.tax_income_filing", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
