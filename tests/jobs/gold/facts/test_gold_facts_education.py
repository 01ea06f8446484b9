"""Degrees, certificates, and children's schooling as one yes or no."""

from silver_rows import linked, recorded, same

from jobs.gold.facts.education import educations, schoolings, skills


def test_a_degree_stands_from_graduation_on(spark):
    degrees = """
        record_id | level_code | graduation_date | school_name | enrolment_status_code | is_foreign_degree
        bachelor  | 20         | 2024-06-30      | 安徽大学    | GRADUATED             | false
        """
    silver = recorded(spark, "silver.edu_qualification", degrees)
    expected = """
        person_id | level_code | graduation_date | school_name | enrolment_status_code | is_foreign_degree | valid_from_date | valid_to_date | source_code       | priority_count
        zhang     | 20         | 2024-06-30      | 安徽大学    | GRADUATED             | false             | 2024-06-30      |               | edu_qualification | 1
        """
    same(
        spark, educations(silver, linked(spark, "edu_qualification", zhang="bachelor")), "gold.fact_education", expected
    )


def test_schooling_says_yes_or_no_for_a_year_and_no_days(spark):
    years = """
        record_id | key_hash | operation_code | known_from_at       | school_year | has_child_in_local_school
        at_school | k1       | I              | 2025-09-10T00:00:00 | 2025        | true
        mistaken  | k1       | U              | 2025-10-10T00:00:00 | 2025        | false
        """
    silver = recorded(spark, "silver.edu_qualification_schooling", years)
    made = schoolings(silver, linked(spark, "edu_qualification", zhang="at_school, mistaken"))
    expected = """
        person_id | school_year | has_child_in_local_school | valid_from_date | valid_to_date | known_from_at       | known_to_at
        zhang     | 2025        | true                      |                 |               | 2025-09-10T00:00:00 | 2025-10-10T00:00:00
        zhang     | 2025        | false                     |                 |               | 2025-10-10T00:00:00 |
        """
    same(spark, made, "gold.fact_schooling", expected)


def test_a_certificate_holds_from_issue_to_its_last_day_if_it_has_one(spark):
    certificates = """
        record_id | occupation_code | skill_level_code | title_code | issue_date | valid_to_date
        cook      | 4-03-02-01      | 3                |            | 2023-05-10 | 2026-05-09
        engineer  |                 |                  | MIDDLE     | 2021-11-01 |
        """
    silver = recorded(spark, "silver.hrss_skill_certificate", certificates)
    whose = linked(spark, "hrss_skill_certificate", zhang="cook", li="engineer")
    expected = """
        person_id | occupation_code | skill_level_code | title_code | issue_date | valid_from_date | valid_to_date | priority_count
        zhang     | 4-03-02-01      | 3                |            | 2023-05-10 | 2023-05-10      | 2026-05-09    | 2
        li        |                 |                  | MIDDLE     | 2021-11-01 | 2021-11-01      |               | 2
        """
    same(spark, skills(silver, whose), "gold.fact_skill", expected)
