"""Suites as plain values, without Spark: each is valid, says what it means, and forgets no rule of its contract."""

import re

import pytest

import schemas
from expectations import extra, limits, metrics, trend
from expectations.rows import checks
from expectations.suite import metrics_suite, native
from jobs.session import CONF

SILVER = [item.silver for source in schemas.sources() for item in source.objects]
WRITTEN = [table for table in schemas.tables() if table.layer == "gold"]
LIMIT = {"quarantine_ratio": 0.05}

ids = [table.name for table in SILVER]


@pytest.mark.parametrize("table", [*SILVER, *WRITTEN], ids=lambda table: table.name)
def test_a_suite_reads_only_figures_that_the_aggregate_gives(table):
    """A rule about a figure that nobody makes would hold every batch."""
    row = dict.fromkeys(metrics.expressions(table), 0)
    figures = set(metrics.figures(table, row)) | {"volume_z", *trend.WORST}
    figures |= {f"unit__{c.name}" for c in table.stored_columns if c.name.endswith("_cny")}
    assert {rule.figure for rule in limits.rules(table, LIMIT)} <= figures


@pytest.mark.parametrize("table", [*SILVER, *WRITTEN], ids=lambda table: table.name)
def test_a_suite_is_valid_and_each_rule_says_what_it_means_in_two_languages(table):
    suite = metrics_suite(table, LIMIT)
    stated = [expectation.meta for expectation in suite.expectations]
    assert len(suite.to_json_dict()["expectations"]) == len(limits.rules(table, LIMIT))
    assert all(meta["rule"] and meta["severity"] in ("error", "warning") for meta in stated)
    assert all(re.search(r"[\u4e00-\u9fff]", meta["zh"]) and re.search(r"[a-z]", meta["en"]) for meta in stated)
    asked = [(expectation.column, expectation.meta["severity"]) for expectation in suite.expectations]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("table", SILVER, ids=ids)
def test_the_gate_asks_every_row_check_again(table):
    rules = {(rule.rule, rule.column) for rule in limits.rules(table, LIMIT)}
    stated = {(c.reason, c.column if c.severity == "error" else "") for c in checks(table)}
    assert stated <= rules


@pytest.mark.parametrize("table", SILVER, ids=ids)
def test_the_suite_for_real_rows_is_valid_and_covers_every_row_check(table):
    suite = native(table)
    covered = {entry for expectation in suite.expectations for entry in expectation.meta["entries"]}
    assert covered == {check.entry for check in checks(table)}
    assert suite.to_json_dict()["expectations"]


@pytest.mark.parametrize("table", SILVER, ids=ids)
def test_written_rows_can_be_judged_without_what_was_delivered(table):
    text = str(native(table, has_delivered=False).to_json_dict())
    assert "delivered." not in text


@pytest.mark.parametrize("table", [*SILVER, *WRITTEN], ids=lambda table: table.name)
def test_one_aggregate_stays_small_enough_to_be_compiled_as_one(table):
    """Beyond `spark.sql.codegen.maxFields` columns Spark leaves whole-stage code generation."""
    assert len(metrics.expressions(table)) <= int(CONF["spark.sql.codegen.maxFields"])


def test_every_reason_has_words_in_the_code_list():
    reasons = {check.reason for table in SILVER for check in checks(table)} | set(metrics.STEP_REASONS)
    assert reasons <= set(schemas.codes("reason"))


def test_extra_checks_are_found_by_the_tables_name_and_absent_is_none():
    found = {table.name: [figure.rule for figure in extra.figures(table)] for table in [*SILVER, *WRITTEN]}
    assert found["silver.hrss_social_insurance"] == ["BACKPAY_SHARE", "PENSION_MISSING", "PAID_EARLY"]
    assert found["gold.credit_file"] == ["TIER_T1_EMPTY", "TIER_T2_EMPTY", "CATEGORY_PRIMARY", "RECORDS_MISSING"]
    assert found["silver.amr_business"] == []


def test_every_module_of_extra_checks_belongs_to_a_table():
    from pathlib import Path

    modules = {path.stem for path in Path(extra.__file__).parent.glob("*.py")} - {"__init__"}
    assert modules <= {extra.suite_name(table) for table in schemas.tables()}


def test_a_source_states_its_own_limits():
    source = schemas.source("psb_residence")
    assert limits.of(source)["quarantine_ratio"] == source.quarantine_limit_ratio


def test_offices_asked_daily_for_what_is_new_may_have_nothing_and_a_monthly_register_may_not():
    assert {source.name: limits.of(source)["may_be_empty"] for source in schemas.sources()} == {
        "amr_business": 1,
        "amr_penalty": 1,
        "assn_catering": 1,
        "assn_construction": 1,
        "assn_delivery": 0,
        "assn_domestic_service": 1,
        "assn_ride_hailing": 1,
        "consent_grant": 1,
        "court_enforcement": 1,
        "dispute_intake": 1,
        "edu_qualification": 1,
        "fin_fee": 0,
        "fin_guarantee": 1,
        "fin_loan": 1,
        "fin_policy": 1,
        "hmb_rental_contract": 1,
        "hpf_contribution": 0,
        "hrss_employment": 1,
        "hrss_skill_certificate": 1,
        "hrss_social_insurance": 0,
        "mca_assistance": 1,
        "nhsa_enrolment": 0,
        "park_membership": 1,
        "psb_residence": 1,
        "tax_enterprise_rating": 1,
        "tax_income_filing": 0,
        "utility_payment": 0,
    }
