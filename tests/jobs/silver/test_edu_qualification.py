from pyspark.testing import assertDataFrameEqual

from jobs.silver.edu_qualification import clean, clean_schooling
from tests.literal import delivered, rows


def test_a_qualification_gets_its_level_and_day_and_keeps_the_schools_own_name(spark):
    bronze = """
        record_id | certificate_no     | level_code | graduation_date | school_name      | enrolment_status_code | is_foreign_degree
        r1        | 31011519900307451x | 本科       | 2012年7月1日    | 某某 大学（原某某学院） | 毕业            | 否
        r2        | 310115900307451    | 20         | 20120701        | University of X  | 结业                  | 1
        r3        |                    | 博士后     | 2012-06-31      | N/A              | 在读                  | 国外
    """
    silver = """
        record_id | certificate_no     | certificate_type_code | level_code | graduation_date | school_name      | enrolment_status_code | is_foreign_degree
        r1        | 31011519900307451X | RID                   | 20         | 2012-07-01      | 某某 大学(原某某学院) | GRADUATED         | false
        r2        | 31011519900307451X | RID15                 | 20         | 2012-07-01      | University of X  | COMPLETED             | true
        r3        |                    |                       |            |                 |                  |                       |
    """
    expected = rows(spark, "silver.edu_qualification", silver)
    cleaned = clean(delivered(spark, "bronze.edu_qualification", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)


def test_schooling_is_one_yes_or_no_about_the_parent_and_a_year(spark):
    bronze = """
        record_id | certificate_no     | school_year  | has_child_in_local_school
        r1        | 31011519900307451X | 2025         | 是
        r2        | 31011519900307451X | 2025-2026学年 | 否
        r3        | 31011519900307451X | 2025学年     | Y
        r4        | 31011519900307451X | 2025-09      | 三年级
    """
    silver = """
        record_id | certificate_no     | school_year | has_child_in_local_school
        r1        | 31011519900307451X | 2025        | true
        r2        | 31011519900307451X | 2025        | false
        r3        | 31011519900307451X | 2025        | true
        r4        | 31011519900307451X |             |
    """
    expected = rows(spark, "silver.edu_qualification_schooling", silver)
    cleaned = clean_schooling(delivered(spark, "bronze.edu_qualification_schooling", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
