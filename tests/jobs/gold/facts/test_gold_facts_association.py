"""Standing with the associations: months, cards and posts, and nothing bad."""

from silver_rows import linked, recorded, same

import schemas
from jobs.gold.facts.association import attended_months, cards, delivered_months, driven_months, posts
from jobs.gold.facts.record import stated

NAME = "gold.fact_association_month"


def test_months_of_couriers_drivers_and_builders(spark):
    courier = """
        record_id | work_month | platform_code | platform_kind_code | order_count | active_days | covered_order_count
        courier   | 2025-06-01 | SONG          | FOOD               | 310         | 26          | 300
        no_order  | 2025-07-01 | SONG          | FOOD               | 0           | 0           | 0
        """
    driver = """
        record_id | work_month | platform_code | order_count | active_days | permit_valid_to_date
        driver    | 2025-06-01 | DIDA          | 210         | 20          | 2027-01-31
        """
    builder = """
        record_id | attendance_month | site_no | contractor_uscc_no | work_kind_code | attendance_days | is_wage_by_special_account
        builder   | 2025-06-01       | GD7     | 91110000600037341L | STEEL_FIXER    | 22              | true
        """
    delivered = delivered_months(
        recorded(spark, "silver.assn_delivery", courier), linked(spark, "assn_delivery", zhang="courier, no_order")
    )
    driven = driven_months(
        recorded(spark, "silver.assn_ride_hailing", driver), linked(spark, "assn_ride_hailing", zhang="driver")
    )
    attended = attended_months(
        recorded(spark, "silver.assn_construction", builder), linked(spark, "assn_construction", li="builder")
    )
    expected = """
        person_id | record_ids | period_month | valid_to_date | platform_code | platform_kind_code | order_count | covered_order_count | permit_valid_to_date | source_code
        zhang     | courier    | 2025-06-01   | 2025-06-30    | SONG          | FOOD               | 310         | 300                 |                      | assn_delivery
        zhang     | no_order   | 2025-07-01   | 2025-07-31    | SONG          | FOOD               | 0           | 0                   |                      | assn_delivery
        zhang     | driver     | 2025-06-01   | 2025-06-30    | DIDA          |                    | 210         |                     | 2027-01-31           | assn_ride_hailing
        """
    same(spark, delivered.unionByName(driven, True), NAME, expected)
    expected = """
        person_id | period_month | site_no | site_work_kind_code | employer_uscc_no   | attendance_days | is_wage_by_special_account | priority_count
        li        | 2025-06-01   | GD7     | STEEL_FIXER         | 91110000600037341L | 22              | true                       | 1
        """
    same(spark, attended, NAME, expected)


def test_a_card_and_a_post_hold_over_a_span_and_an_untold_end_is_open(spark):
    card = """
        record_id | key_hash | operation_code | known_from_at       | work_kind_code | company_uscc_no    | issue_date | valid_to_date | is_background_verified
        issued    | k1       | I              | 2024-02-02T00:00:00 | NANNY          | 91310115MA1K3ABC99 | 2024-02-01 | 2026-01-31    | true
        withdrawn | k1       | D              | 2025-02-02T00:00:00 | NANNY          |                    | 2024-02-01 | 2026-01-31    |
        """
    staff = """
        record_id | uscc_no            | grade_code | post_code | post_start_date | post_end_date
        cook      | 92310115MA1H8XYQ73 | A          | COOK      | 2024-05-01      |
        waiter    | 92310115MA1H8XYQ73 | A          | SERVICE   | 2024-05-01      | 2024-12-31
        """
    expected = """
        person_id | record_ids | period_month | valid_from_date | valid_to_date | domestic_work_kind_code | employer_uscc_no   | known_to_at
        zhang     | issued     |              | 2024-02-01      | 2026-01-31    | NANNY                   | 91310115MA1K3ABC99 | 2025-02-02T00:00:00
        """
    made = cards(
        recorded(spark, "silver.assn_domestic_service", card),
        linked(spark, "assn_domestic_service", zhang="issued, withdrawn"),
    )
    same(spark, made, NAME, expected)
    expected = """
        person_id | period_month | valid_from_date | valid_to_date | post_code | employer_uscc_no   | grade_code | priority_count
        li        |              | 2024-05-01      |               | COOK      | 92310115MA1H8XYQ73 | A          | 1
        wang      |              | 2024-05-01      | 2024-12-31    | SERVICE   | 92310115MA1H8XYQ73 | A          | 1
        """
    made = posts(
        stated(recorded(spark, "silver.assn_catering", staff), "assn_catering"),
        linked(spark, "assn_catering", li="cook", wang="waiter"),
    )
    same(spark, made, NAME, expected)


def test_complaints_and_violations_are_not_taken_over():
    names = {column.name for column in schemas.table(NAME).columns}
    assert not {"complaint_ratio", "complaint_count", "praise_count", "violation_count"} & names
