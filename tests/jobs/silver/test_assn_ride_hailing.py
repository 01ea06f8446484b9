from pyspark.testing import assertDataFrameEqual

from jobs.silver.assn_ride_hailing import clean
from tests.literal import delivered, rows


def test_a_drivers_month_keeps_the_two_permits_apart(spark):
    bronze = """
        record_id | has_share_consent | driver_permit_no | platform_code | work_month | permit_valid_to_date | vehicle_permit_no | platform_worker_no | order_count | active_days | violation_count
        r1        | true              | rz-310115-01     | pt-r          | 2026-09    | 2029-05-31           | cz-77             | D-9                | 310         | 24          | 1
        r2        | 1                 | RZ 310115 02     | PT-R          | 2026年9月  | 9999-12-31           |                   | null               | -           | x           | 0
        r3        | maybe             |                  | PT-R          | 2026-00    | 2029-02-30           | CZ-77             |                    | 12          | 3           | -1
    """
    silver = """
        record_id | has_share_consent | driver_permit_no | platform_code | work_month | permit_valid_to_date | vehicle_permit_no | platform_worker_no | order_count | active_days | violation_count
        r1        | true              | RZ-310115-01     | PT-R          | 2026-09-01 | 2029-05-31           | CZ-77             | D-9                | 310         | 24          | 1
        r2        | true              | RZ31011502       | PT-R          | 2026-09-01 |                      |                   |                    |             |             | 0
        r3        |                   |                  | PT-R          |            |                      | CZ-77             |                    | 12          | 3           | -1
    """
    expected = rows(spark, "silver.assn_ride_hailing", silver)
    cleaned = clean(delivered(spark, "bronze.assn_ride_hailing", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
