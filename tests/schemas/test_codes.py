"""Code lists: each code once, dates in order, a successor that exists, a source; and what GB/T 2260 is known to hold."""

import re
import sys
from datetime import date
from pathlib import Path

import pytest

import schemas

HERE = Path(schemas.__file__).parent / "codes"
LISTS = sorted(path.stem for path in HERE.glob("*.csv"))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_states_for_each_code_its_name_its_source_and_dates_in_order(name):
    """The loader takes a code once: so one interval a code, and none can overlap."""
    listed = schemas.codes(name)
    assert listed
    for code in listed.values():
        assert code.zh_name, code
        assert code.source_text, code
        assert (code.valid_from_date or date.min) <= (code.valid_to_date or date.max), code


@pytest.mark.parametrize("name", LISTS)
def test_a_code_is_succeeded_only_by_a_code_of_the_list_and_only_once_it_has_ended(name):
    listed = schemas.codes(name)
    for code in listed.values():
        if code.successor_code:
            assert code.valid_to_date, code
            after = listed[code.successor_code].valid_to_date or date.max
            assert after >= code.valid_to_date, code
            chain = [code.code]
            while (following := listed[chain[-1]].successor_code) is not None:
                assert following not in chain, chain
                chain.append(following)


@pytest.mark.parametrize("name", LISTS)
def test_the_fixes_of_a_list_lead_to_its_codes(name):
    assert set(schemas.fixes(name).values()) <= set(schemas.codes(name))


@pytest.mark.parametrize("name", LISTS)
def test_the_pattern_of_a_list_matches_its_codes_and_nothing_near_them(name):
    known = set(schemas.codes(name))
    whole = re.compile(schemas.pattern(name))
    near = {code[:-1] for code in known} | {code + "0" for code in known} | {code[:-1] + "7" for code in known}
    assert all(whole.fullmatch(code) for code in known)
    assert [code for code in near - known if whole.fullmatch(code)] == []


def test_a_code_that_stands_twice_is_an_error_of_the_list(tmp_path, monkeypatch):
    codes = sys.modules["schemas.codes"]  # the package exports a function of this name
    head = ",".join(codes.HEADER)
    (tmp_path / "twice.csv").write_text(f"{head}\n1,甲,,,1990-12-31,,x\n1,乙,,1991-01-01,,,x\n", "utf-8")
    monkeypatch.setattr(codes, "HERE", tmp_path)
    with pytest.raises(schemas.ContractError, match=r"twice.csv:3: 1 stands twice"):
        codes.codes("twice")


REGIONS = """
    310000 上海市    -    -    -
    310101 黄浦区    -    -    -
    310115 浦东新区  1992 -    -
    310151 崇明区    2016 -    -
    310103 卢湾区    -    2011 310101
    310108 闸北区    -    2015 310106
    310119 南汇区    2001 2009 310115
    310225 南汇县    -    2001 310115
    510211 江北区    -    1997 500105
    500105 江北区    1997 2026 500157
    411626 淮阳县    2000 2019 411603
    421023 监利县    1994 2020 421088
    810000 香港特别行政区 1997 - -
    830000 台湾居民居住证 - - -
"""


@pytest.mark.parametrize("line", REGIONS.strip().splitlines())
def test_divisions_have_their_years_and_what_became_of_them(line):
    """Lists begin about 1980: a code listed by 1984 has no first day (domain.md, section 3.1)."""
    code, name, first, last, successor = (None if word == "-" else word for word in line.split())
    found = schemas.codes("region")[code]
    assert (found.zh_name, found.successor_code) == (name, successor)
    assert found.valid_from_date == (first and date(int(first), 1, 1))
    assert found.valid_to_date == (last and date(int(last), 12, 31))


@pytest.mark.parametrize("code", ["169999", "310199", "999999", "931840"])
def test_what_was_never_a_division_is_in_no_year(code):
    assert code not in schemas.codes("region")


def test_every_district_of_the_city_is_a_division_of_today():
    today = {code for code, found in schemas.codes("region").items() if found.valid_to_date is None}
    assert set(schemas.codes("district")) <= today
    assert {district.code for district in schemas.city("shanghai").districts} <= today


def test_the_pboc_s_own_education_code_is_brought_to_the_standard_s():
    assert schemas.fixes("education_level")["91"] == "90"
    assert "91" not in schemas.codes("education_level")


@pytest.mark.parametrize(("old", "new"), [("O79", "O80"), ("P82", "P83"), ("S90", "S91"), ("T96", "T97")])
def test_a_division_that_only_the_2011_edition_has_leads_to_the_one_of_2017(old, new):
    found = schemas.codes("industry")[old]
    assert (found.valid_to_date, found.successor_code) == (date(2017, 9, 30), new)
    assert schemas.codes("industry")[new].valid_from_date == date(2017, 10, 1)


def test_the_97_divisions_of_2017_are_there_each_under_one_letter():
    today = [code for code, found in schemas.codes("industry").items() if found.valid_to_date is None]
    assert sorted(code[1:] for code in today if len(code) == 3) == [f"{number:02}" for number in range(1, 98)]
    assert {code[0] for code in today if len(code) == 3} == {code for code in today if len(code) == 1}


def test_a_zero_that_may_have_meant_a_woman_becomes_no_gender():
    """In GB/T 2261.1 a 0 says 'unknown'; an office with codes {0, 1} may mean a woman: no fix decides that."""
    assert {"男": "1", "女": "2", "M": "1", "F": "2"}.items() <= schemas.fixes("gender").items()
    assert "0" not in schemas.fixes("gender")
    assert schemas.codes("gender")["0"].zh_name == "未知"
