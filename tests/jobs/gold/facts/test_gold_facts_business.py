"""Businesses, who runs them, how they are graded: the firm's facts hang on its USCC and name nobody."""

import pytest
from silver_rows import linked, recorded, same

from jobs.gold.facts import shaped
from jobs.gold.facts.business import (
    abnormal_listings,
    business_roles,
    businesses,
    cluster_members,
    shop_grades,
    tax_ratings,
)
from jobs.gold.facts.record import stated

FIRMS = """
    record_id | key_hash | operation_code | known_from_at       | uscc_no            | entity_name | established_date | status_code | status_date
    opened    | k1       | I              | 2025-03-02T00:00:00 | 92310115MA1H8XYQ73 | 王记面馆    | 2025-03-01       | ALIVE       | 2025-03-01
    closed    | k1       | U              | 2026-01-11T00:00:00 | 92310115MA1H8XYQ73 | 王记面馆    | 2025-03-01       | CANCELLED   | 2026-01-10
    undated   | k2       | I              | 2025-03-02T00:00:00 | 91110000600037341L | 大众物流    | 2010-01-01       | REVOKED     |
    """


def test_a_business_is_valid_until_the_day_before_the_register_ended_it(spark):
    expected = """
        uscc_no            | record_ids | status_code | valid_from_date | valid_to_date | known_from_at       | known_to_at         | priority_count
        92310115MA1H8XYQ73 | opened     | ALIVE       | 2025-03-01      |               | 2025-03-02T00:00:00 | 2026-01-11T00:00:00 | 1
        92310115MA1H8XYQ73 | closed     | CANCELLED   | 2025-03-01      | 2026-01-09    | 2026-01-11T00:00:00 |                     | 1
        91110000600037341L | undated    | REVOKED     | 2010-01-01      |               | 2025-03-02T00:00:00 |                     | 1
        """
    same(spark, businesses(recorded(spark, "silver.amr_business", FIRMS)), "gold.fact_business", expected)


def test_only_operators_and_representatives_join_a_person_each_with_the_state_known_then(spark):
    roles = """
        record_id | known_from_at       | uscc_no            | role_code  | role_start_date | role_end_date
        operator  | 2025-03-05T00:00:00 | 92310115MA1H8XYQ73 | OPERATOR   | 2025-03-01      |
        director  | 2025-03-05T00:00:00 | 92310115MA1H8XYQ73 | DIRECTOR   | 2025-03-01      |
        unknown   | 2025-03-05T00:00:00 | 91310115MA1K3ABC99 | LEGAL_REP  | 2024-01-01      | 2025-12-31
        """
    known = shaped(businesses(recorded(spark, "silver.amr_business", FIRMS)), "gold.fact_business")
    whose = linked(spark, "amr_business", wang="operator, unknown", li="director")
    made = business_roles(recorded(spark, "silver.amr_business_role", roles), known, whose)
    expected = """
        person_id | record_ids       | uscc_no            | role_code | entity_name | status_code | valid_from_date | valid_to_date | known_from_at       | known_to_at
        wang      | operator, opened | 92310115MA1H8XYQ73 | OPERATOR  | 王记面馆    | ALIVE       | 2025-03-01      |               | 2025-03-05T00:00:00 | 2026-01-11T00:00:00
        wang      | operator, closed | 92310115MA1H8XYQ73 | OPERATOR  | 王记面馆    | CANCELLED   | 2025-03-01      |               | 2026-01-11T00:00:00 |
        wang      | unknown          | 91310115MA1K3ABC99 | LEGAL_REP |             |             | 2024-01-01      | 2025-12-31    | 2025-03-05T00:00:00 |
        """
    same(spark, made, "gold.fact_business_role", expected)


def test_a_role_is_known_before_and_after_the_register_says_anything_of_the_business(spark):
    # what is told later of the business does not change what was known of the role before
    firms = """
        record_id | key_hash | operation_code | known_from_at       | uscc_no            | entity_name | status_code
        opened    | k1       | I              | 2025-03-02T00:00:00 | 92310115MA1H8XYQ73 | 王记面馆    | ALIVE
        gone      | k1       | D              | 2025-06-02T00:00:00 | 92310115MA1H8XYQ73 | 王记面馆    | ALIVE
        anew      | k1       | U              | 2025-09-02T00:00:00 | 92310115MA1H8XYQ73 | 王记面馆    | ALIVE
        gone_too  | k1       | D              | 2025-12-02T00:00:00 | 92310115MA1H8XYQ73 | 王记面馆    | ALIVE
        """
    roles = """
        record_id | known_from_at       | uscc_no            | role_code | role_start_date
        early     | 2025-01-05T00:00:00 | 92310115MA1H8XYQ73 | OPERATOR  | 2025-01-01
        """
    known = shaped(businesses(recorded(spark, "silver.amr_business", firms)), "gold.fact_business")
    made = business_roles(
        recorded(spark, "silver.amr_business_role", roles), known, linked(spark, "amr_business", wang="early")
    )
    expected = """
        person_id | record_ids    | entity_name | status_code | valid_from_date | known_from_at       | known_to_at
        wang      | early         |             |             | 2025-01-01      | 2025-01-05T00:00:00 | 2025-03-02T00:00:00
        wang      | early, opened | 王记面馆    | ALIVE       | 2025-01-01      | 2025-03-02T00:00:00 | 2025-06-02T00:00:00
        wang      | early         |             |             | 2025-01-01      | 2025-06-02T00:00:00 | 2025-09-02T00:00:00
        wang      | early, anew   | 王记面馆    | ALIVE       | 2025-01-01      | 2025-09-02T00:00:00 | 2025-12-02T00:00:00
        wang      | early         |             |             | 2025-01-01      | 2025-12-02T00:00:00 |
        """
    same(spark, made, "gold.fact_business_role", expected)


def test_a_tax_grade_stands_from_its_publication_and_a_late_correction_replaces_it(spark):
    grades = """
        record_id | key_hash | operation_code | known_from_at       | uscc_no            | rating_year | rating_code | published_date | has_tax_arrears
        published | k1       | I              | 2026-05-02T00:00:00 | 91110000600037341L | 2025        | B           | 2026-04-30     | false
        corrected | k1       | U              | 2026-08-02T00:00:00 | 91110000600037341L | 2025        | A           | 2026-04-30     | false
        """
    expected = """
        uscc_no            | record_ids | rating_year | rating_code | grade_code | valid_from_date | valid_to_date | known_from_at       | known_to_at         | source_code
        91110000600037341L | published  | 2025        | B           |            | 2026-04-30      |               | 2026-05-02T00:00:00 | 2026-08-02T00:00:00 | tax_enterprise_rating
        91110000600037341L | corrected  | 2025        | A           |            | 2026-04-30      |               | 2026-08-02T00:00:00 |                     | tax_enterprise_rating
        """
    made = tax_ratings(recorded(spark, "silver.tax_enterprise_rating", grades))
    same(spark, made, "gold.fact_business_rating", expected)


def test_a_shop_has_one_grade_however_many_of_its_staff_state_it(spark):
    lines = """
        record_id | known_from_at       | member_no | uscc_no            | grade_code | rating_ratio | joined_date | left_date
        cook      | 2025-04-02T00:00:00 | CY1       | 92310115MA1H8XYQ73 | B          | 0.910000     | 2025-03-10  |
        waiter    | 2025-04-03T00:00:00 | CY1       | 92310115MA1H8XYQ73 | B          | 0.910000     | 2025-03-10  |
        graded_up | 2025-07-02T00:00:00 | CY1       | 92310115MA1H8XYQ73 | A          | 0.950000     | 2025-03-10  |
        unknown   | 2025-07-02T00:00:00 | CY2       |                    | A          | 0.950000     | 2025-03-10  |
        ungraded  | 2025-07-02T00:00:00 | CY3       | 91310115MA1K3ABC99 |            |              | 2025-03-10  |
        """
    expected = """
        uscc_no            | record_ids | grade_code | rating_ratio | rating_code | valid_from_date | valid_to_date | known_from_at       | known_to_at         | source_code
        92310115MA1H8XYQ73 | cook       | B          | 0.910000     |             | 2025-03-10      |               | 2025-04-02T00:00:00 | 2025-07-02T00:00:00 | assn_catering
        92310115MA1H8XYQ73 | graded_up  | A          | 0.950000     |             | 2025-03-10      |               | 2025-07-02T00:00:00 |                     | assn_catering
        """
    made = shop_grades(stated(recorded(spark, "silver.assn_catering", lines), "assn_catering"))
    same(spark, made, "gold.fact_business_rating", expected)


def test_an_abnormal_listing_is_the_firms_and_lasts_until_it_is_removed(spark):
    decisions = """
        record_id | kind_code | uscc_no            | decided_date | listed_date | removed_date
        listed    | ABNORMAL  | 92310115MA1H8XYQ73 | 2025-07-08   | 2025-07-09  |
        removed   | ABNORMAL  | 91110000600037341L | 2025-07-08   |             | 2025-09-01
        persons   | ABNORMAL  |                    | 2025-07-08   | 2025-07-09  |
        penalty   | PENALTY   | 91110000600037341L | 2025-07-08   |             |
        """
    expected = """
        uscc_no            | record_ids | valid_from_date | valid_to_date
        92310115MA1H8XYQ73 | listed     | 2025-07-09      |
        91110000600037341L | removed    | 2025-07-08      | 2025-09-01
        """
    made = abnormal_listings(stated(recorded(spark, "silver.amr_penalty", decisions), "amr_penalty"))
    same(spark, made, "gold.fact_business_abnormal", expected)


def test_a_business_on_two_lists_is_in_two_clusters(spark):
    lists = """
        record_id | uscc_no            | cluster_code | cluster_kind_code | entry_date | exit_date
        town      | 91110000600037341L | JIADING      | NEW_TOWN          | 2024-01-01 |
        park      | 91110000600037341L | PARK07       | PARK              | 2023-01-01 | 2025-06-30
        """
    expected = """
        uscc_no            | cluster_code | cluster_kind_code | valid_from_date | valid_to_date
        91110000600037341L | JIADING      | NEW_TOWN          | 2024-01-01      |
        91110000600037341L | PARK07       | PARK              | 2023-01-01      | 2025-06-30
        """
    same(spark, cluster_members(recorded(spark, "silver.park_membership", lists)), "gold.fact_cluster_member", expected)


@pytest.mark.parametrize("name", ["business", "business_rating", "business_abnormal", "cluster_member"])
def test_a_firms_fact_names_no_person(name):
    import schemas

    assert not {"person_id", "certificate_hash"} & {c.name for c in schemas.table(f"gold.fact_{name}").columns}
