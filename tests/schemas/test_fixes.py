"""Fixes are looked up after folding: one written with full-width brackets or an inner space would never be found."""

from pathlib import Path

import pytest

import schemas
from schemas.codes import HERE
from schemas.delivered import ABSENT, INVISIBLE, NARROW, WIDE

LISTS = sorted(path.stem for path in Path(HERE, "fixes").glob("*.csv"))


def folded(text):
    return text.translate(str.maketrans(WIDE, NARROW, INVISIBLE))


@pytest.mark.parametrize("name", LISTS)
def test_what_an_office_writes_is_found_after_folding(name):
    assert [text for text in schemas.fixes(name) if text != folded(text)] == []
    assert [text for text in schemas.fixes(name) if text.upper() in ABSENT] == []


def test_a_fix_with_full_width_brackets_would_be_seen():
    assert folded("综合所得（年度汇算）") == "综合所得(年度汇算)"
