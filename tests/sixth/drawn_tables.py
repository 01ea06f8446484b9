from jobs.silver.skl_award import clean
from pyspark.testing import assertDataFrameEqual

from tests.literal import delivered, rows


def test_an_award_gets_its_day_and_its_prize(spark):
    bronze = """
        record_id | award_no | award_date   | prize_cny
        r1        | A-1      | 2026年6月1日 | 5,000元
    """
    silver = """
        record_id | award_no | award_date | prize_cny
        r1        | A-1      | 2026-06-01 | 5000.00
    """
    expected = rows(spark, "silver.skl_award", silver)
    cleaned = clean(delivered(spark, "bronze.skl_award", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
