from pyspark.testing import assertDataFrameEqual

from jobs.silver.tax_enterprise_rating import clean
from tests.literal import delivered, rows


def test_a_grade_gets_its_year_code_and_day_or_null(spark):
    bronze = """
        record_id | certificate_no     | uscc_no            | rating_year | rating_code   | published_date | has_tax_arrears
        r1        | 31011519900307451x | 91310115ma1k3abc99 | 2025        | A级           | 2026-04-28     | 否
        r2        |                    | ９１３１０１１５ＭＡ１Ｋ３ＡＢＣ９９ | 2025年度 | m    | 2026年4月28日  | 是
        r3        | 无                 | 92310115MA1H8XYQ73 | 2025-04     | E             | 2026-04-31     | 欠税3万元
        r4        |                    | 92310115MA1H8XYQ73 | 25          | 纳税信用D级   | 1900-01-01     |
    """
    silver = """
        record_id | certificate_no     | certificate_type_code | uscc_no            | rating_year | rating_code | published_date | has_tax_arrears
        r1        | 31011519900307451X | RID                   | 91310115MA1K3ABC99 | 2025        | A           | 2026-04-28     | false
        r2        |                    |                       | 91310115MA1K3ABC99 | 2025        | M           | 2026-04-28     | true
        r3        |                    |                       | 92310115MA1H8XYQ73 |             |             |                |
        r4        |                    |                       | 92310115MA1H8XYQ73 |             | D           |                |
    """
    expected = rows(spark, "silver.tax_enterprise_rating", silver)
    cleaned = clean(delivered(spark, "bronze.tax_enterprise_rating", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
