from pyspark.testing import assertDataFrameEqual

from jobs.silver.amr_penalty import clean
from tests.literal import delivered, rows


def test_penalties_of_firms_and_of_persons_stand_in_one_table(spark):
    bronze = """
        record_id | document_no       | certificate_no     | person_name | uscc_no            | kind_code  | decided_date | amount_cny | performed_date | removed_date
        r1        | 沪市监罚〔2025〕7号 |                    |             | 91310115ma1k3abc99 | 行政处罚   | 2025-06-30   | 5,000元    | 2025-07-10     |
        r2        | 沪市监罚〔2025〕8号 | 31011519900307451x | 张伟        | 无                 | PENALTY    | 20250630     | 200.00     | 9999-12-31     |
        r3        | 沪市监异〔2025〕9号 |                    |             | 92310115MA1H8XYQ73 | 经营异常名录 | 2025/6/30  |            |                | 2025-12-01
        r4        | -                 |                    |             | 92310115MA1H8XYQ73 | 警告       | 2025-06-31   | 五千       | 已履行         |
    """
    silver = """
        record_id | document_no       | certificate_no     | person_name | uscc_no            | kind_code  | decided_date | amount_cny | performed_date | removed_date
        r1        | 沪市监罚〔2025〕7号 |                    |             | 91310115MA1K3ABC99 | PENALTY    | 2025-06-30   | 5000.00    | 2025-07-10     |
        r2        | 沪市监罚〔2025〕8号 | 31011519900307451X | 张伟        |                    | PENALTY    | 2025-06-30   | 200.00     |                |
        r3        | 沪市监异〔2025〕9号 |                    |             | 92310115MA1H8XYQ73 | ABNORMAL   | 2025-06-30   |            |                | 2025-12-01
        r4        |                   |                    |             | 92310115MA1H8XYQ73 |            |              |            |                |
    """
    expected = rows(spark, "silver.amr_penalty", silver)
    cleaned = clean(delivered(spark, "bronze.amr_penalty", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
