from pyspark.testing import assertDataFrameEqual

from jobs.silver.hrss_social_insurance import clean
from tests.literal import delivered, rows


def test_a_line_gets_the_contracts_types_and_codes_or_null(spark):
    bronze = """
        record_id | certificate_no     | period_month | base_cny | paid_date  | payment_kind_code
        r1        | 31011519900307451x | 202609       | 7310.00  | 20260925   | 正常
        r2        | ３１０１１５１９９００３０７４５１Ｘ | 2026-07 | 0  | 2026-09-25 | 补缴
        r3        |                    | 202613       | 73l0     | 20260931   | 正長
        r4        | 310115900307451    | 2026年9月    | 7,310.5元 | 2026/9/5  | FLEXIBLE
    """
    silver = """
        record_id | certificate_no     | certificate_type_code | period_month | base_cny | paid_date  | payment_kind_code
        r1        | 31011519900307451X | RID                   | 2026-09-01   | 7310.00  | 2026-09-25 | NORMAL
        r2        | 31011519900307451X | RID                   | 2026-07-01   |          | 2026-09-25 | BACKPAY
        r3        |                    |                       |              |          |            |
        r4        | 31011519900307451X | RID15                 | 2026-09-01   | 7310.50  | 2026-09-05 | FLEXIBLE
    """
    expected = rows(spark, "silver.hrss_social_insurance", silver)
    cleaned = clean(delivered(spark, "bronze.hrss_social_insurance", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
