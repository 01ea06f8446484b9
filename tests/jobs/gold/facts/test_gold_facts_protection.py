"""Enrolment and policies, and social assistance."""

from silver_rows import linked, recorded, same

import schemas
from jobs.gold.facts.benefit import benefits
from jobs.gold.facts.protection import enrolment_months, policies


def test_a_double_enrolment_is_two_months_and_a_band_is_all_that_is_known_of_the_account(spark):
    months = """
        record_id | scheme_code | period_month | status_code | contribution_count | insured_region_code | account_balance_band
        here      | EMPLOYEE    | 2025-02-01   | ACTIVE      | 14                 | 310000              | 1000-2000
        at_home   | RESIDENT    | 2025-02-01   | ACTIVE      |                    | 341122              |
        """
    silver = recorded(spark, "silver.nhsa_enrolment", months)
    expected = """
        person_id | period_month | valid_to_date | scheme_code | status_code | contribution_count | insured_region_code | account_balance_band
        zhang     | 2025-02-01   | 2025-02-28    | EMPLOYEE    | ACTIVE      | 14                 | 310000              | 1000-2000
        zhang     | 2025-02-01   | 2025-02-28    | RESIDENT    | ACTIVE      |                    | 341122              |
        """
    made = enrolment_months(silver, linked(spark, "nhsa_enrolment", zhang="here, at_home"))
    same(spark, made, "gold.fact_enrolment_month", expected)


def test_a_policy_runs_from_its_first_to_its_last_day(spark):
    lines = """
        record_id | institution_code | policy_no | policy_kind_code | start_date | end_date   | paid_from_code  | premium_band
        health    | I01              | P1        | COMMERCIAL_HEALTH | 2025-01-01 | 2025-12-31 | MEDICAL_ACCOUNT | 0-1000
        """
    silver = recorded(spark, "silver.fin_policy", lines)
    expected = """
        person_id | policy_no | policy_kind_code  | valid_from_date | valid_to_date | paid_from_code  | premium_band
        zhang     | P1        | COMMERCIAL_HEALTH | 2025-01-01      | 2025-12-31    | MEDICAL_ACCOUNT | 0-1000
        """
    same(spark, policies(silver, linked(spark, "fin_policy", zhang="health")), "gold.fact_policy", expected)


def test_assistance_whose_end_is_not_told_is_open_and_a_withdrawn_one_is_known_no_more(spark):
    grants = """
        record_id | key_hash | operation_code | known_from_at       | assistance_kind_code | start_date | end_date
        living    | k1       | I              | 2025-02-10T00:00:00 | MINIMUM_LIVING       | 2025-01-01 |
        ended     | k1       | U              | 2025-08-10T00:00:00 | MINIMUM_LIVING       | 2025-01-01 | 2025-06-30
        once      | k2       | I              | 2025-02-10T00:00:00 | TEMPORARY            | 2025-02-01 |
        withdrawn | k2       | D              | 2025-03-10T00:00:00 | TEMPORARY            | 2025-02-01 |
        """
    silver = recorded(spark, "silver.mca_assistance", grants)
    expected = """
        person_id | record_ids | assistance_kind_code | valid_from_date | valid_to_date | known_from_at       | known_to_at
        zhang     | living     | MINIMUM_LIVING       | 2025-01-01      |               | 2025-02-10T00:00:00 | 2025-08-10T00:00:00
        zhang     | ended      | MINIMUM_LIVING       | 2025-01-01      | 2025-06-30    | 2025-08-10T00:00:00 |
        li        | once       | TEMPORARY            | 2025-02-01      |               | 2025-02-10T00:00:00 | 2025-03-10T00:00:00
        """
    made = benefits(silver, linked(spark, "mca_assistance", zhang="living, ended", li="once, withdrawn"))
    same(spark, made, "gold.fact_benefit", expected)


def test_no_fact_holds_an_amount_of_article_14():
    for table in schemas.tables():
        if table.name.startswith("gold.fact_"):
            amounts = {column.name for column in table.columns if column.name.endswith("_cny")}
            assert not amounts & {"base_cny", "monthly_cny", "income_cny", "tax_cny", "deposit_cny"}, table.name
