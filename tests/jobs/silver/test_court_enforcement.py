from pyspark.testing import assertDataFrameEqual

from jobs.silver.court_enforcement import clean
from tests.literal import delivered, rows


def test_a_case_keeps_its_mask_and_a_case_without_assets_is_closed_but_not_ended(spark):
    bronze = """
        record_id | certificate_type_code | masked_certificate_no | kind_code    | gender_code | age_count | performance_code | performed_date | closed_date | close_kind_code
        r1        | 居民身份证            | 3101**********451x    | 失信被执行人 | 男          | 35        | 全部未履行       |                | 2025-06-30  | 终本
        r2        |                       | 310115＊＊＊＊＊＊＊＊4512 | 被执行   | 女          | 35岁      | 全部履行         | 2025-06-30     | 2025年7月1日 | 执行完毕
        r3        | MASKED                | 310115********4512    | DISHONEST    | 2           | -         | PART             | 2025-06-31     | 9999-12-31  | 和解
        r4        |                       | 张某                  | 失踪         | X           | 35.5      | NONE             |                |             | 撤销
    """
    silver = """
        record_id | certificate_type_code | masked_certificate_no | kind_code   | gender_code | age_count | performance_code | performed_date | closed_date | close_kind_code
        r1        | MASKED                | 3101**********451X    | DISHONEST   | 1           | 35        | NONE             |                | 2025-06-30  | NO_ASSETS
        r2        | MASKED                | 310115********4512    | ENFORCEMENT | 2           |           | FULL             | 2025-06-30     | 2025-07-01  | PERFORMED
        r3        | MASKED                | 310115********4512    | DISHONEST   | 2           |           | PART             |                |             | SETTLED
        r4        |                       | 张某                  |             |             |           |                  |                |             |
    """
    expected = rows(spark, "silver.court_enforcement", silver)
    cleaned = clean(delivered(spark, "bronze.court_enforcement", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
