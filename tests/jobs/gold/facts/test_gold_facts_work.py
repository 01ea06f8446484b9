"""Months of work from every source that has evidence of them, and registered employment."""

from silver_rows import linked, recorded, same

from jobs.gold.facts.association import attended_months, delivered_months, driven_months
from jobs.gold.facts.housing import fund_months
from jobs.gold.facts.work import association_work, employer_spells, filed_months, fund_work, insured_months

WORK = "gold.fact_work_month"

INSURED = """
    record_id | insurance_kind_code | payment_kind_code | period_month | paid_date  | employer_uscc_no   | employer_name | base_cny
    normal    | PENSION             | NORMAL            | 2025-06-01   | 2025-06-20 | 91110000600037341L | 大众物流      | 6500.00
    second    | PENSION             | NORMAL            | 2025-06-01   | 2025-06-20 | 91310115MA1K3ABC99 | 申江餐饮      |
    last_day  | PENSION             | BACKPAY           | 2025-05-01   | 2025-08-31 | 91110000600037341L | 大众物流      |
    too_late  | PENSION             | BACKPAY           | 2025-05-01   | 2025-09-01 | 91310115MA1K3ABC99 | 申江餐饮      |
    flexible  | PENSION             | FLEXIBLE          | 2025-07-01   |            | 91110000600037341L |               |
    medical   | MEDICAL             | NORMAL            | 2025-07-01   | 2025-07-20 | 91110000600037341L | 大众物流      |
    """


def test_pension_months_are_employed_or_flexible_and_two_employers_are_two_rows(spark):
    silver = recorded(spark, "silver.hrss_social_insurance", INSURED)
    whose = linked(spark, "hrss_social_insurance", zhang="normal, second, last_day, too_late, flexible, medical")
    expected = """
        person_id | record_ids | work_kind_code | period_month | employer_uscc_no   | is_backpaid | base_band | valid_from_date | valid_to_date | priority_count
        zhang     | normal     | SI             | 2025-06-01   | 91110000600037341L | false       | 5000-8000 | 2025-06-01      | 2025-06-30    | 1
        zhang     | second     | SI             | 2025-06-01   | 91310115MA1K3ABC99 | false       |           | 2025-06-01      | 2025-06-30    | 1
        zhang     | last_day   | SI             | 2025-05-01   | 91110000600037341L | false       |           | 2025-05-01      | 2025-05-31    | 1
        zhang     | too_late   | SI             | 2025-05-01   | 91310115MA1K3ABC99 | true        |           | 2025-05-01      | 2025-05-31    | 1
        zhang     | flexible   | FLEX           | 2025-07-01   | 91110000600037341L | false       |           | 2025-07-01      | 2025-07-31    | 1
        """
    same(spark, insured_months(silver, whose), WORK, expected)


def test_a_fund_line_is_work_of_the_same_month_beside_social_insurance(spark):
    fund = """
        record_id | period_month | paid_date  | employer_uscc_no   | employer_name | monthly_cny
        in_time   | 2025-06-01   | 2025-06-25 | 91110000600037341L | 大众物流      | 900.00
        made_up   | 2025-01-01   | 2025-06-25 | 91110000600037341L | 大众物流      |
        """
    months = fund_months(
        recorded(spark, "silver.hpf_contribution", fund), linked(spark, "hpf_contribution", zhang="in_time, made_up")
    )
    expected = """
        person_id | record_ids | work_kind_code | period_month | employer_uscc_no   | employer_name | is_backpaid | source_code      | priority_count
        zhang     | in_time    | HF             | 2025-06-01   | 91110000600037341L | 大众物流      | false       | hpf_contribution | 4
        zhang     | made_up    | HF             | 2025-01-01   | 91110000600037341L | 大众物流      | true        | hpf_contribution | 4
        """
    same(spark, fund_work(months), WORK, expected)


def test_a_filing_is_a_month_and_a_settlement_is_none_even_where_it_corrects_a_filing(spark):
    filings = """
        record_id | key_hash | operation_code | known_from_at       | agent_uscc_no      | period_month | is_annual_settlement
        wages     | k1       | I              | 2025-07-10T00:00:00 | 91110000600037341L | 2025-06-01   | false
        settled   | k2       | I              | 2026-04-10T00:00:00 | 91110000600037341L | 2025-12-01   | true
        misfiled  | k3       | I              | 2026-01-10T00:00:00 | 91310115MA1K3ABC99 | 2025-12-01   | false
        mended    | k3       | U              | 2026-04-10T00:00:00 | 91310115MA1K3ABC99 | 2025-12-01   | true
        """
    silver = recorded(spark, "silver.tax_income_filing", filings)
    whose = linked(spark, "tax_income_filing", zhang="wages, settled, misfiled, mended")
    expected = """
        person_id | record_ids | work_kind_code | period_month | employer_uscc_no   | is_backpaid | known_from_at       | known_to_at         | priority_count
        zhang     | wages      | PIT            | 2025-06-01   | 91110000600037341L | false       | 2025-07-10T00:00:00 |                     | 3
        zhang     | misfiled   | PIT            | 2025-12-01   | 91310115MA1K3ABC99 | false       | 2026-01-10T00:00:00 | 2026-04-10T00:00:00 | 3
        """
    same(spark, filed_months(silver, whose), WORK, expected)


def test_orders_and_days_on_site_are_work_and_none_of_them_is_not(spark):
    rides = """
        record_id | key_hash | operation_code | known_from_at       | work_month | platform_code | order_count
        drove     | k1       | I              | 2025-07-02T00:00:00 | 2025-06-01 | DIDA          | 120
        idle      | k2       | I              | 2025-08-02T00:00:00 | 2025-07-01 | DIDA          | 0
        counted   | k3       | I              | 2025-09-02T00:00:00 | 2025-08-01 | DIDA          | 8
        no_order  | k3       | U              | 2025-09-09T00:00:00 | 2025-08-01 | DIDA          | 0
        """
    orders = """
        record_id | work_month | platform_code | order_count
        carried   | 2025-06-01 | SONG          | 1
        """
    sites = """
        record_id | attendance_month | contractor_uscc_no | attendance_days
        came      | 2025-06-01       | 91110000600037341L | 1
        away      | 2025-07-01       | 91110000600037341L | 0
        """
    drivers = linked(spark, "assn_ride_hailing", zhang="drove, idle, counted, no_order")
    expected = """
        person_id | record_ids | work_kind_code | period_month | known_from_at       | known_to_at         | source_code       | priority_count
        zhang     | drove      | GIG            | 2025-06-01   | 2025-07-02T00:00:00 |                     | assn_ride_hailing | 5
        zhang     | counted    | GIG            | 2025-08-01   | 2025-09-02T00:00:00 | 2025-09-09T00:00:00 | assn_ride_hailing | 5
        """
    driven = driven_months(recorded(spark, "silver.assn_ride_hailing", rides), drivers)
    carried = delivered_months(
        recorded(spark, "silver.assn_delivery", orders), linked(spark, "assn_delivery", li="carried")
    )
    attended = attended_months(
        recorded(spark, "silver.assn_construction", sites), linked(spark, "assn_construction", wang="came, away")
    )
    all_of_them = driven.unionByName(carried, True).unionByName(attended, True)
    same(spark, association_work(all_of_them).where("person_id = 'zhang'"), WORK, expected)
    expected = """
        person_id | record_ids | work_kind_code | period_month | employer_uscc_no   | is_backpaid | source_code
        li        | carried    | GIG            | 2025-06-01   |                    | false       | assn_delivery
        wang      | came       | SITE           | 2025-06-01   | 91110000600037341L | false       | assn_construction
        """
    same(spark, association_work(all_of_them).where("person_id <> 'zhang'"), WORK, expected)


def test_employment_is_open_until_the_day_of_leaving_is_told_whatever_the_contract_says(spark):
    registrations = """
        record_id | registration_kind_code | employment_form_code | contract_start_date | contract_end_date | exit_date  | unemployment_start_date | unemployment_end_date
        left      | EMPLOYMENT             | EMPLOYEE             | 2024-03-01          | 2027-02-28        | 2025-05-20 |                         |
        untold    | EMPLOYMENT             | EMPLOYEE             | 2022-03-01          | 2025-02-28        |            |                         |
        flexible  | EMPLOYMENT             | FLEXIBLE             | 2025-06-01          |                   |            |                         |
        jobless   | UNEMPLOYMENT           |                      |                     |                   |            | 2025-05-21              | 2025-05-31
        """
    silver = recorded(spark, "silver.hrss_employment", registrations)
    expected = """
        person_id | record_ids | registration_kind_code | employment_form_code | valid_from_date | valid_to_date | contract_end_date | priority_count
        zhang     | left       | EMPLOYMENT             | EMPLOYEE             | 2024-03-01      | 2025-05-20    | 2027-02-28        | 2
        zhang     | untold     | EMPLOYMENT             | EMPLOYEE             | 2022-03-01      |               | 2025-02-28        | 2
        zhang     | flexible   | EMPLOYMENT             | FLEXIBLE             | 2025-06-01      |               |                   | 2
        zhang     | jobless    | UNEMPLOYMENT           |                      | 2025-05-21      | 2025-05-31    |                   | 2
        """
    whose = linked(spark, "hrss_employment", zhang="left, untold, flexible, jobless")
    same(spark, employer_spells(silver, whose), "gold.fact_employer_spell", expected)
