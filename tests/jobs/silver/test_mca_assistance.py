from pyspark.testing import assertDataFrameEqual

from jobs.silver.mca_assistance import clean
from tests.literal import delivered, rows


def test_a_grant_of_assistance_gets_its_kind_and_days(spark):
    bronze = """
        record_id | certificate_no     | assistance_kind_code | start_date | end_date   | district_code
        open      | 310115900307451    | 低保                 | 20250101   | 9999-12-31 | 310115
        ended     | 31011519900307451X | 临时救助             | 2025-01-01 | 2025-03-31 | 310104
        unread    | 31011519900307451X | 困难                 | 20250001   | 2025       | 浦东
    """
    silver = """
        record_id | certificate_no     | assistance_kind_code | start_date | end_date   | district_code
        open      | 31011519900307451X | MINIMUM_LIVING       | 2025-01-01 |            | 310115
        ended     | 31011519900307451X | TEMPORARY            | 2025-01-01 | 2025-03-31 | 310104
        unread    | 31011519900307451X |                      |            |            |
    """
    expected = rows(spark, "silver.mca_assistance", silver)
    cleaned = clean(delivered(spark, "bronze.mca_assistance", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
