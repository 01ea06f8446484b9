from pyspark.testing import assertDataFrameEqual

from jobs.silver.park_membership import clean, clean_cluster
from tests.literal import delivered, rows


def test_a_business_in_a_park_keeps_the_name_its_office_wrote(spark):
    bronze = """
        record_id | cluster_code | uscc_no            | entry_date | cluster_name | cluster_kind_code | exit_date  | list_name
        r1        | nt-jd        | 91310115ma1k3abc99 | 2026-03-01 | 嘉定 新城    | 新城              |            | 2026 年名录
        r2        | PK-01        | 91310115MA1K3ABC99 | 2026-02-30 |              | 商圈              | 9999-12-31 | 无
    """
    silver = """
        record_id | cluster_code | uscc_no            | entry_date | cluster_name | cluster_kind_code | exit_date | list_name
        r1        | NT-JD        | 91310115MA1K3ABC99 | 2026-03-01 | 嘉定 新城    | NEW_TOWN          |           | 2026 年名录
        r2        | PK-01        | 91310115MA1K3ABC99 |            |              |                   |           |
    """
    expected = rows(spark, "silver.park_membership", silver)
    cleaned = clean(delivered(spark, "bronze.park_membership", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)


def test_a_boundary_gets_one_form_whatever_its_spaces(spark):
    bronze = """
        record_id | cluster_code | boundary_text                                             | cluster_alias_name
        r1        | nt-nh        | polygon (( 121.9 30.8,122.0 30.8 , 122.0  30.9,121.9 30.8 )) | 南汇、临港
        r2        | PK-01        | MultiPolygon(((1 2,3 4,5 6,1 2)),((7 8,9 8,9 9,7 8)))     |
        r3        | PK-02        | 无                                                        | -
    """
    silver = """
        record_id | cluster_code | boundary_text                                                | cluster_alias_name
        r1        | NT-NH        | POLYGON((121.9 30.8, 122.0 30.8, 122.0 30.9, 121.9 30.8))    | 南汇、临港
        r2        | PK-01        | MULTIPOLYGON(((1 2, 3 4, 5 6, 1 2)), ((7 8, 9 8, 9 9, 7 8))) |
        r3        | PK-02        |                                                              |
    """
    expected = rows(spark, "silver.park_membership_cluster", silver)
    cleaned = clean_cluster(delivered(spark, "bronze.park_membership_cluster", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
