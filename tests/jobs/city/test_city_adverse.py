"""Cases, penalties and grades as they are lived, before any fault: when they end, and what offices tell of it."""

from datetime import date

import pytest

from jobs.city import enforcement, lives, months, penalties
from jobs.city.adverse import adverse
from jobs.city.people import Census
from jobs.city.profile import profile
from jobs.city.sources import amr_penalty, court_enforcement, tax_enterprise_rating

UNTIL = months.month("2026-09")


@pytest.fixture(scope="module")
def census():
    return Census(profile("shanghai"), 11, 2000, months.month("2024-07"))


@pytest.fixture(scope="module")
def people(census):
    return [lives.life(census, index, UNTIL) for index in range(census.people)]


@pytest.fixture(scope="module")
def debtors(census, people):
    return [(life, found) for life in people if (found := enforcement.cases(census, life))]


def values(layout, item):
    return dict(zip(layout.columns, item.values, strict=True))


def test_an_adverse_event_goes_five_years_and_a_day_after_the_end_that_was_told():
    fact = adverse(date(2015, 1, 1), date(2020, 2, 29), date(2020, 2, 29), "x", None, "COURT_ENFORCEMENT")
    assert (fact.expires_on, fact.purge_on) == (date(2025, 2, 28), date(2025, 3, 1))
    untold = adverse(date(2015, 1, 1), date(2020, 2, 29), None, "x", None, "COURT_ENFORCEMENT")
    assert (untold.valid_to, untold.expires_on, untold.purge_on) == (date(2020, 2, 29), None, None)


def test_only_performance_and_settlement_end_a_case(debtors):
    found = [case for _, cases in debtors for case in cases]
    assert {case.close_kind for case in found} == {"PERFORMED", "SETTLED", "NO_ASSETS", "OTHER", None}
    for case in found:
        assert (case.ended_on is not None) == (case.close_kind in ("PERFORMED", "SETTLED"))
        assert case.filed_on < case.published_on
        assert case.closed_on is None or case.published_on < case.closed_on
        assert case.listed_on is None or case.published_on < case.listed_on
    assert any(case.ended_on and months.later(case.ended_on, 60) < date(2026, 9, 30) for case in found)


def test_a_longer_history_only_adds_to_cases_and_penalties(census, debtors):
    for life, cases in debtors:
        shorter = enforcement.cases(census, lives.life(census, life.person.index, UNTIL - 12))
        end = months.last(UNTIL - 12)
        assert [case.number for case in shorter] == [case.number for case in cases if case.published_on <= end]
    owners = [lives.life(census, index, UNTIL) for index in range(300)]
    for life in owners:
        shorter = penalties.of_life(census, lives.life(census, life.person.index, UNTIL - 12))
        known = [one for one in penalties.of_life(census, life) if one.decided_on <= months.last(UNTIL - 12)]
        assert [one.document_no for one in shorter] == [one.document_no for one in known]


def test_the_less_reliable_have_more_cases(people, debtors):
    doubtful = {life.person.index for life in people if life.person.reliability < 0.5}
    share = sum(life.person.index in doubtful for life, _ in debtors) / len(debtors)
    assert share > 1.5 * len(doubtful) / len(people)


def test_a_court_shows_a_mask_and_a_name_and_never_a_number(census, debtors):
    for life, _ in debtors:
        ((layout, items),) = court_enforcement.records(census, life)
        assert items
        for item in items:
            said = values(layout, item)
            head, _, tail = said["masked_certificate_no"].partition("*")
            number = life.person.certificate_no
            assert said["certificate_no"] is None
            assert (len(head), len(said["masked_certificate_no"])) in ((4, 18), (6, 18))
            assert number.startswith(head)
            assert number[-4:] == tail.lstrip("*")
            assert (said["person_name"], item.link_class) == (life.person.name, "MASKED")


def test_some_ends_are_never_told(census, debtors, people):
    facts = [fact for life, _ in debtors for fact in court_enforcement.facts(census, life)]
    facts += [fact for life in people for fact in amr_penalty.facts(census, life) if fact.kind == "ADVERSE"]
    assert all(fact.expires_on is None for fact in facts if fact.valid_to is None)
    ended = [fact for fact in facts if fact.valid_to is not None]
    assert 0 < sum(fact.expires_on is None for fact in ended) / len(ended) < 0.4


def test_penalties_name_the_person_punished_or_behind_the_shop_and_firms_name_nobody(census, people):
    found = [(layout, item) for life in people for layout, items in amr_penalty.records(census, life) for item in items]
    assert {values(*one)["uscc_no"] is None for one in found} == {True, False}
    assert all(values(*one)["certificate_no"] for one in found)
    ((layout, firms),) = amr_penalty.shared(census, 0)
    assert firms
    assert all(values(layout, item)["person_name"] is None and item.link_class == "NOT_LINKABLE" for item in firms)


def test_the_a_list_of_enterprises_is_public_and_nothing_else(census, people):
    found = [one for life in people[:500] for _, items in tax_enterprise_rating.records(census, life) for one in items]
    ((layout, firms),) = tax_enterprise_rating.shared(census, 0)
    public = [values(layout, item) for item in [*found, *firms] if tax_enterprise_rating.is_public(item)]
    other = [values(layout, item) for item in [*found, *firms] if not tax_enterprise_rating.is_public(item)]
    assert {said["rating_code"] for said in public} == {"A", "A级"}
    assert all(said["uscc_no"].startswith("91") for said in public)
    assert all(said["rating_code"][0] != "A" for said in other if said["uscc_no"].startswith("91"))
    assert any(said["rating_code"][0] == "A" for said in other)
    keys = [(said["uscc_no"], said["rating_year"]) for said in [*public, *other]]
    assert len(keys) == len(set(keys))
