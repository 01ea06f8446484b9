"""Schooling, fund, tax, enrolment, registrations and assistance follow from the same life, and only go on with it."""

from collections import defaultdict
from importlib import import_module

import pytest

from jobs.city import employers, lives, months
from jobs.city.assistance import assistance
from jobs.city.enrolment import enrolments
from jobs.city.fund import fund
from jobs.city.learning import learning
from jobs.city.people import Census
from jobs.city.profile import profile
from jobs.city.registration import registrations
from jobs.city.sources import desks
from jobs.city.taxes import filings

PEOPLE, UNTIL = 600, months.month("2026-09")
SOURCES = (
    "hpf_contribution",
    "hrss_employment",
    "hrss_skill_certificate",
    "mca_assistance",
    "nhsa_enrolment",
    "tax_income_filing",
)


@pytest.fixture(scope="module")
def census() -> Census:
    found = profile("shanghai")
    return Census(found, 11, PEOPLE, months.month("2026-07") - found.insurance_months)


@pytest.fixture(scope="module")
def everybody(census):
    return [lives.life(census, index, UNTIL) for index in range(PEOPLE)]


def rows(census, life, name):
    return [tuple(made.values) for _, items in import_module(f"jobs.city.sources.{name}").records(census, life)
            for made in items]  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_records_of_a_longer_history_hold_those_of_a_shorter_one(census, everybody, name):
    for life in everybody[:150]:
        shorter = lives.life(census, life.person.index, UNTIL - 5)
        assert set(rows(census, shorter, name)) <= set(rows(census, life, name))


@pytest.mark.parametrize("name", SOURCES)
def test_records_stand_in_order_of_time_and_nothing_is_told_of_the_dead_or_of_days_to_come(census, everybody, name):
    desk = next(desk for desk in desks() if desk.source.name == name)
    seen = 0
    for life in everybody:
        for _, items in desk.records(census, life):
            days = [made.day for made in items]
            assert days == sorted(days)
            assert all(day <= months.last(UNTIL) for day in days)
            if name != "mca_assistance" and life.presence.died_on:  # the end of assistance by death is told after it
                assert all(day <= life.presence.died_on for day in days)
            seen += len(days)
    assert seen > 10


@pytest.mark.parametrize("name", SOURCES)
def test_a_key_belongs_to_one_person(census, everybody, name):
    desk = next(desk for desk in desks() if desk.source.name == name)
    (layout,) = desk.layouts
    owners = defaultdict(set)
    for life in everybody:
        for _, items in desk.records(census, life):
            for made in items:
                owners[tuple(made.values[layout.places[column]] for column in layout.key)].add(life.person.index)
    assert all(len(people) == 1 for people in owners.values())


def test_nobody_graduates_before_the_age_for_it_or_works_full_time_at_school(census, everybody):
    levels = set()
    for life in everybody:
        learned = learning(census, life)
        levels.add(learned.level_code)
        days = [step.graduated_on for step in learned.attained]
        assert days == sorted(set(days))
        assert learned.graduated_on == (days[-1] if days else None)
        for step in learned.attained:
            least = {"80": 12, "70": 15, "60": 18, "40": 18, "30": 21, "20": 22, "10": 25}[step.level_code]
            assert step.graduated_on.year - life.person.born_on.year >= least
            assert learned.on(step.graduated_on) == step
        worked = [line.period for line in life.work.contributions if line.payment != "FLEXIBLE"]
        at_school = [day for day in days if worked and months.of(day) > min(worked)]
        assert all(day.month == 1 for day in at_school)  # what is earned beside work is given in January
    assert levels == {"10", "20", "30", "40", "60", "70", "80", "90"}


def test_a_skill_is_raised_step_by_step_by_grown_people_who_are_here(census, everybody):
    skilled = 0
    for life in everybody:
        skills = learning(census, life).skills
        levels = [skill.level for skill in skills if skill.level is not None]
        assert levels == sorted(levels, reverse=True)
        assert all(1 <= level <= 5 for level in levels)
        assert all(life.presence.holds(skill.issued_on) for skill in skills)
        assert all(months.later(life.person.born_on, 216) <= skill.issued_on for skill in skills)
        skilled += bool(skills)
    assert 0.05 < skilled / PEOPLE < 0.35


def test_fund_months_are_months_of_social_insurance_of_the_same_employer(census, everybody):
    held = 0
    for life in everybody:
        account = fund(census, life)
        insured = {(line.period, line.payer_uscc) for line in life.work.contributions if line.payment == "NORMAL"}
        paid = {(month.period, month.employer_uscc) for month in account.paid} if account else set()
        assert paid <= insured
        if account:
            held += 1
            assert account.first <= min(period for period, _ in paid)
            assert all(50 <= month.ratio <= 70 and 0 <= month.supplement <= 50 for month in account.paid)
            assert all(account.first <= month.paid_to <= month.period for month in account.paid)
            assert all(state.day > state.month.paid_on for state in account.states)
    assert 0.2 < held / PEOPLE < 0.6


def test_wages_are_filed_in_the_month_after_a_month_of_work_and_only_a_settlement_gives_tax_back(census, everybody):
    settled = given_back = 0
    for life in everybody:
        for filing in filings(census, life):
            if filing.item == "WAGES":
                jobs = [job for job in life.work.jobs if job.employer.uscc == filing.agent_uscc]
                assert any(job.since <= filing.period and (job.until or UNTIL) >= filing.period for job in jobs)
                assert months.of(filing.filed_on) == filing.period + 1
            assert filing.is_settlement == (filing.item == "COMPREHENSIVE")
            assert filing.is_settlement or filing.tax >= 0
            settled += filing.is_settlement
            given_back += filing.tax < 0
    assert 0 < given_back < settled


def test_an_employee_is_enrolled_in_the_months_paid_for_and_never_twice_in_the_citys_schemes(census, everybody):
    at_home = 0
    for life in everybody:
        told = {(line.scheme, line.period): line for line in enrolments(census, life)}
        active = {period for (scheme, period), line in told.items() if (scheme, line.status) == ("EMPLOYEE", "ACTIVE")}
        end = life.presence.died_on or months.last(UNTIL)
        assert active <= {line.period for line in life.work.contributions}
        assert {line.period for line in life.work.contributions if line.paid < months.of(end)} <= active
        here = [line.period for line in told.values() if line.scheme == "RESIDENT" and line.region == "310000"]
        assert not active & set(here)
        at_home += any(line.region != "310000" for line in told.values())
    assert 0.04 < at_home / PEOPLE < 0.15


def test_a_registration_is_of_a_job_that_was_held_or_of_the_time_after_one(census, everybody):
    kinds = set()
    for life in everybody:
        for one in registrations(census, life):
            kinds.add(one.form)
            if one.employer is not None:
                jobs = [job for job in life.work.jobs if job.employer.uscc == one.employer.uscc]
                assert any(months.of(one.since) <= job.since for job in jobs)
            if one.form is None:
                assert any(job.until is not None and job.until < months.of(one.since) for job in life.work.jobs)
            assert one.ended_on is None or one.since <= one.ended_on <= one.end_told_on
            assert one.form is None or life.person.born_on.year + 18 <= one.since.year
    assert kinds == {"EMPLOYEE", "DISPATCH", "PART_TIME", "FLEXIBLE", None}


def test_dispatched_workers_are_those_of_labour_dispatch(census, everybody):
    trades = {
        (one.form == "DISPATCH", one.employer.industry_code == "L7263")
        for life in everybody
        for one in registrations(census, life)
        if one.employer is not None
    }
    assert trades == {(True, True), (False, False)}


def test_assistance_goes_to_grown_people_who_are_here_and_the_low_income_kinds_to_holders_of_the_hukou(
    census, everybody
):
    kinds = set()
    for life in everybody:
        for grant in assistance(census, life):
            kinds.add(grant.kind)
            assert life.presence.holds(grant.since)
            assert life.person.born_on.year + 18 <= grant.since.year
            if grant.kind != "TEMPORARY":
                assert life.home.hukou_on(grant.since).code.startswith("31")
            assert grant.until is None or grant.since <= grant.until
    assert "TEMPORARY" in kinds


def test_an_employer_pays_all_its_people_at_one_rate(census, everybody):
    rates = defaultdict(set)
    for life in everybody:
        account = fund(census, life)
        for month in account.paid if account else ():
            rates[month.employer_uscc].add((month.ratio, month.supplement))
    assert all(len(found) == 1 for found in rates.values())
    known = {employers.employer(census, number).uscc for number in employers.of_quarter(0)}
    assert set(rates) <= known
