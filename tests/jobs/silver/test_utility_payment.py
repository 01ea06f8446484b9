from pyspark.testing import assertDataFrameEqual

from jobs.silver.utility_payment import clean
from tests.literal import delivered, rows


def test_a_bill_gets_its_kind_month_and_money_and_keeps_whose_account_it_is(spark):
    bronze = """
        record_id | certificate_no     | person_name | utility_kind_code | account_no   | account_holder_name | bill_month | billed_cny | paid_cny | paid_date
        r1        | 31011519900307451x | 张伟        | 自来水            | 0012345678   | 李芳                | 202508     | 86.40      | 86.40    | 20250903
        r2        | 31011519900307451X | 张伟        | POWER             | ００１２３４５６７９ | 张伟          | 2025-08    | 120元      |          |
        r3        | 31011519900307451X | 张伟        | 暖气              | NULL         | 无                  | 202513     | 1e3        | -5       | 20250931
    """
    silver = """
        record_id | certificate_no     | person_name | utility_kind_code | account_no   | account_holder_name | bill_month | billed_cny | paid_cny | paid_date
        r1        | 31011519900307451X | 张伟        | WATER             | 0012345678   | 李芳                | 2025-08-01 | 86.40      | 86.40    | 2025-09-03
        r2        | 31011519900307451X | 张伟        | POWER             | 0012345679   | 张伟                | 2025-08-01 | 120.00     |          |
        r3        | 31011519900307451X | 张伟        |                   |              |                     |            |            | -5.00    |
    """
    expected = rows(spark, "silver.utility_payment", silver)
    cleaned = clean(delivered(spark, "bronze.utility_payment", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
