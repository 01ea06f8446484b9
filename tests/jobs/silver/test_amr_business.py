from pyspark.testing import assertDataFrameEqual

from jobs.silver.amr_business import clean
from tests.literal import delivered, rows


def test_a_business_gets_its_state_and_dates(spark):
    bronze = """
        record_id | uscc_no            | entity_name | entity_kind_code | established_date | status_code
        r1        | 91310115ma1k3abc99 | 某某 商店   | 个体户           | 2019-05-06       | 存续
        r2        | ９１３１０１１５ＭＡ１Ｋ３ＡＢＣ９９ | 无 | ENTERPRISE | 20190506 | 失踪
    """
    silver = """
        record_id | uscc_no            | entity_name | entity_kind_code | established_date | status_code
        r1        | 91310115MA1K3ABC99 | 某某 商店   | INDIVIDUAL       | 2019-05-06       | ALIVE
        r2        | 91310115MA1K3ABC99 |             | ENTERPRISE       | 2019-05-06       |
    """
    expected = rows(spark, "silver.amr_business", silver)
    cleaned = clean(delivered(spark, "bronze.amr_business", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
