from pyspark.testing import assertDataFrameEqual

from jobs.silver.assn_construction import clean
from tests.literal import delivered, rows


def test_a_month_on_a_site_is_read_and_leaving_may_stay_open(spark):
    bronze = """
        record_id | certificate_no     | has_share_consent | site_no | worker_no | attendance_month | contractor_uscc_no | work_kind_code | entry_date | exit_date | attendance_days | is_wage_by_special_account
        r1        | 31011519900307451x | 是                | XM-1    | G0007     | 202609           | 91310115ma1k3abc99 | 瓦工           | 20260301   |           | 26              | 是
        r2        | 310115900307451    | 是                | ＸＭ－２ | G0008    | 2026-09          | －                 | REBAR          | 2026.3.1   | 99991231  | 0               | 否
        r3        |                    | 否                | XM-2    |           | 202613           |                    | 司机           | 20260230   | 20260901  | 半月            |
    """
    silver = """
        record_id | certificate_no     | has_share_consent | site_no | worker_no | attendance_month | contractor_uscc_no | work_kind_code | entry_date | exit_date  | attendance_days | is_wage_by_special_account
        r1        | 31011519900307451X | true              | XM-1    | G0007     | 2026-09-01       | 91310115MA1K3ABC99 | MASON          | 2026-03-01 |            | 26              | true
        r2        | 31011519900307451X | true              | XM-2    | G0008     | 2026-09-01       |                    | REBAR          | 2026-03-01 |            | 0               | false
        r3        |                    | false             | XM-2    |           |                  |                    |                |            | 2026-09-01 |                 |
    """
    expected = rows(spark, "silver.assn_construction", silver)
    cleaned = clean(delivered(spark, "bronze.assn_construction", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
