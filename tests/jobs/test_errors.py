"""Error codes: each complete, in its block, and said in one shape."""

import re

import pytest

from jobs.errors import CODES, CreditFileError

BLOCKS = {10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 30, 31, 32, 33, 40, 41, 42, 43, 50, 51, 52, 53, 54, 55}
BLOCKS |= {60, 61, 62, 63, 64, 65, 70, 71, 72, 73, 74, 80, 81, 82, 83, 84, 85, 86, 90, 91, 92, 93}


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_complete_and_in_a_block(code):
    assert re.fullmatch(r"CF-[0-9]{4}", code)
    assert int(code[3:5]) in BLOCKS
    entry = CODES[code]
    assert entry.title
    assert entry.why.endswith(".")
    assert entry.fix
    assert not entry.fix.endswith(".")
    assert 1 <= entry.exit <= 9


@pytest.mark.parametrize("code", CODES)
def test_what_may_pass_by_waiting_is_retryable_and_what_a_person_must_decide_is_not(code):
    entry = CODES[code]
    if entry.exit in (5, 7):
        assert entry.retryable
    if entry.exit in (2, 3, 4, 6, 9):
        assert not entry.retryable


def test_codes_stand_in_order():
    assert list(CODES) == sorted(CODES)


def test_the_text_says_what_where_what_was_not_done_and_the_fix():
    error = CreditFileError(
        "CF-1202",
        what="manifest 1,000 rows, file 999",
        where="hrss_social_insurance/2026-10/a.csv",
        undone="Nothing was loaded.",
    )
    assert str(error) == (
        "CF-1202 delivery incomplete: manifest 1,000 rows, file 999 (hrss_social_insurance/2026-10/a.csv). "
        "Nothing was loaded. Fix: ask the office to deliver again. More: creditfile explain CF-1202"
    )
    assert error.exit == 5


def test_the_json_form_has_the_agreed_keys():
    stated = CreditFileError("CF-9002", where="psb_residence").problem.as_json()
    assert list(stated) == ["code", "what", "where", "why", "undone", "fix", "retryable", "docs"]


def test_an_own_fix_goes_before_the_tables():
    assert CreditFileError("CF-8102", fix="chmod u+w x").problem.fix == "chmod u+w x"


def test_an_unknown_code_is_a_bug():
    with pytest.raises(KeyError):
        CreditFileError("CF-0000")
