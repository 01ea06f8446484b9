from pyspark.testing import assertDataFrameEqual

from jobs.silver.hrss_skill_certificate import clean
from tests.literal import delivered, rows


def test_levels_count_down_from_the_highest_and_titles_are_no_levels(spark):
    bronze = """
        record_id | certificate_serial_no | occupation_code | occupation_text | skill_level_code | title_code | issue_date | valid_to_date
        cook      | Ｓ000031000001        | 4-03-02-01      | 中式烹调师      | 四级/中级工      |            | 20240620   | 长期
        master    | S000031000002         | 6-18-02-04      | 焊工            | 高级技师         | 无         | 2024.6.20  |
        digit     | S000031000003         | 4-10-01-06      | 家政服务员      | 5                | -          | 2024-06-20 | 20290619
        title     | S000031000004         |                 | 工程师          |                  | 中级       | 20240620   |
        unread    | S000031000005         | X2-10-02-05     | 车工            | 六级             | 博士       | 20240631   | 2024
    """
    silver = """
        record_id | certificate_serial_no | occupation_code | occupation_text | skill_level_code | title_code   | issue_date | valid_to_date
        cook      | S000031000001         | 4-03-02-01      | 中式烹调师      | 4                |              | 2024-06-20 |
        master    | S000031000002         | 6-18-02-04      | 焊工            | 1                |              | 2024-06-20 |
        digit     | S000031000003         | 4-10-01-06      | 家政服务员      | 5                |              | 2024-06-20 | 2029-06-19
        title     | S000031000004         |                 | 工程师          |                  | INTERMEDIATE | 2024-06-20 |
        unread    | S000031000005         | X2-10-02-05     | 车工            |                  |              |            |
    """
    expected = rows(spark, "silver.hrss_skill_certificate", silver)
    cleaned = clean(delivered(spark, "bronze.hrss_skill_certificate", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
