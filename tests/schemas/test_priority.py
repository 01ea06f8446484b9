"""The ranks of sources (一数一源): what the page says, and what a mistake in the file says."""

import pytest

import schemas
from schemas.priority import problems
from schemas.profile import rules


def test_the_ranks_are_those_of_the_domain_page():
    ranks = schemas.priorities()
    assert ranks["employer"] == ("hrss_social_insurance", "hrss_employment", "tax_income_filing", "hpf_contribution")
    assert ranks["dwelling"] == ("hmb_rental_contract", "psb_residence", "utility_payment")
    assert ranks["education"][0] == "edu_qualification"
    assert ranks["business"] == ("amr_business",)
    order = ("psb_residence", "hrss_social_insurance", "amr_business", "fin_loan", "assn_delivery")
    places = [schemas.rank("identity", source) for source in order]
    assert places == sorted(places)


def test_a_source_that_is_not_ranked_comes_last():
    assert schemas.rank("dwelling", "amr_business") == 4
    assert schemas.rank("dwelling", "hrss_employment") == 4
    with pytest.raises(schemas.ContractError, match=r"priority.yaml:1: no attribute income"):
        schemas.rank("income", "tax_income_filing")


WRONG = """
rule_version_code: x
employer: [hrss_social_insurance,
  hrss_employmnt]
dwelling: [psb_residence, psb_residence]
education:
"""


def test_each_mistake_is_named_with_its_line():
    raw = {
        "rule_version_code": "x",
        "employer": ["hrss_social_insurance", "hrss_employmnt"],
        "dwelling": ["psb_residence", "psb_residence"],
        "education": None,
    }
    assert problems(raw, WRONG) == (
        "priority.yaml:4: hrss_employmnt in employer is no source of the register and has no contract",
        "priority.yaml:5: psb_residence stands twice in dwelling",
        "priority.yaml:6: education is no list of sources",
    )


def test_what_the_facts_rank_by_has_a_rank_and_the_file_a_version():
    assert rules("priority")["rule_version_code"].startswith("priority-")
    assert {"identity", "hukou", "employer", "dwelling", "education", "business"} <= set(schemas.priorities())
