from pyspark.testing import assertDataFrameEqual

from jobs.silver.assn_catering import clean
from tests.literal import delivered, rows


def test_a_post_is_read_as_a_workbook_shows_it(spark):
    bronze = """
        record_id | certificate_no | has_share_consent | mobile_no     | member_no | staff_no | uscc_no            | shop_name   | grade_code | rating_ratio | post_code | post_start_date | post_end_date
        r1        |                | 是                | 13812348000   | HY-1      | 07       | 92310115MA1H8XYQ73 | 小杨 生煎   | 优秀       | 0.93         | 后厨      | 2026-03-01      |
        r2        | 3.10115E+17    | true              | 1.3812348E+10 | HY-1      | 8        |                    | 无          | b          | 93%          | CHEF      | 2026年3月1日    | 9999-12-31
        r3        |                | 否                |               | HY-2      |          | 92310115MA1H8XYQ73 | 小杨生煎馆  | D          | 93           | 老板娘    | 46082           | 2026-09-31
    """
    silver = """
        record_id | certificate_no | has_share_consent | mobile_no     | member_no | staff_no | uscc_no            | shop_name   | grade_code | rating_ratio | post_code | post_start_date | post_end_date
        r1        |                | true              | 13812348000   | HY-1      | 07       | 92310115MA1H8XYQ73 | 小杨 生煎   | A          | 0.930000     | KITCHEN   | 2026-03-01      |
        r2        | 3.10115E+17    | true              | 1.3812348E+10 | HY-1      | 8        |                    |             | B          | 0.930000     | CHEF      | 2026-03-01      |
        r3        |                | false             |               | HY-2      |          | 92310115MA1H8XYQ73 | 小杨生煎馆  |            | 93.000000    |           |                 |
    """
    expected = rows(spark, "silver.assn_catering", silver)
    cleaned = clean(delivered(spark, "bronze.assn_catering", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
