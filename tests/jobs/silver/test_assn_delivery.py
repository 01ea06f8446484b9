from pyspark.testing import assertDataFrameEqual

from jobs.silver.assn_delivery import clean
from tests.literal import delivered, rows


def test_a_couriers_month_is_read_with_and_without_a_number(spark):
    bronze = """
        record_id | certificate_no     | has_share_consent | platform_code | platform_worker_no | work_month | platform_kind_code | registered_date | order_count | active_days | complaint_ratio | covered_order_count
        r1        | 31011519900307451X | true              | pt-a          | W00017             | 2026-09    | 外卖               | 2024-03-01      | 912         | 26          | 0.0125          | 900
        r2        |                    | true              | PT-B          | 8008               | 202609     | EXPRESS            | 1900-01-01      | 3           | 31          | 1.25%           |
        r3        |                    | false             |               |                    | 2026-13    | 跑腿               | 2026-02-30      | 1,000       | 2.5         | 低              | -7
    """
    silver = """
        record_id | certificate_no     | has_share_consent | platform_code | platform_worker_no | work_month | platform_kind_code | registered_date | order_count | active_days | complaint_ratio | covered_order_count
        r1        | 31011519900307451X | true              | PT-A          | W00017             | 2026-09-01 | FOOD               | 2024-03-01      | 912         | 26          | 0.012500        | 900
        r2        |                    | true              | PT-B          | 8008               | 2026-09-01 | EXPRESS            |                 | 3           | 31          | 0.012500        |
        r3        |                    | false             |               |                    |            |                    |                 |             |             |                 | -7
    """
    expected = rows(spark, "silver.assn_delivery", silver)
    cleaned = clean(delivered(spark, "bronze.assn_delivery", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
