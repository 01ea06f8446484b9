from pyspark.testing import assertDataFrameEqual

from jobs.silver.assn_domestic_service import clean
from tests.literal import delivered, rows


def test_a_card_is_read_and_a_background_nobody_checked_stays_unknown(spark):
    bronze = """
        record_id | certificate_no     | has_share_consent | mobile_no      | card_no | company_uscc_no    | work_kind_code | issue_date | valid_to_date | praise_count | is_background_verified
        r1        | 31011519900307451x | 是                | +8613812348000 | JZ-1    | 91310115ma1k3abc99 | 月嫂           | 2026-09-03 | 2028-09-02    | 12           | 是
        r2        |                    | 否                | 13800000000    | ＪＺ－２ |                   | HOURLY         | 2026/9/3   | 9999-12-31    | 一           | 否
        r3        | 无                 |                   |                | JZ-1    | N/A                | 保镖           | 20260230   |               |              |
    """
    silver = """
        record_id | certificate_no     | certificate_type_code | has_share_consent | mobile_no   | card_no | company_uscc_no    | work_kind_code | issue_date | valid_to_date | praise_count | is_background_verified
        r1        | 31011519900307451X | RID                   | true              | 13812348000 | JZ-1    | 91310115MA1K3ABC99 | MATERNITY      | 2026-09-03 | 2028-09-02    | 12           | true
        r2        |                    |                       | false             | 13800000000 | JZ-2    |                    | HOURLY         | 2026-09-03 |               |              |
        r3        |                    |                       |                   |             | JZ-1    |                    |                |            |               |              |
    """
    expected = rows(spark, "silver.assn_domestic_service", silver)
    cleaned = clean(delivered(spark, "bronze.assn_domestic_service", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
