"""A contract may grow; what it takes away from readers needs a new major version."""

import pytest

import schemas
from jobs import reference
from schemas import surface

BEFORE = {"silver.x": {"version": "1.4.0", "columns": {"a_no": "STRING NOT NULL", "b_date": "DATE"}}}


def changed(version, **columns):
    return {"silver.x": {"version": version, "columns": columns}}


@pytest.mark.parametrize(
    ("after", "taken"),
    [
        (changed("1.4.0", a_no="STRING NOT NULL", b_date="DATE"), ()),
        (changed("1.5.0", a_no="STRING NOT NULL", b_date="DATE", c_code="STRING"), ()),
        (changed("1.5.0", a_no="STRING NOT NULL", b_date="DATE NOT NULL"), ()),
        (changed("1.5.0", a_no="STRING NOT NULL"), ("silver.x.b_date is gone; version 1.4.0 -> 1.5.0",)),
        (
            changed("1.5.0", a_no="STRING", b_date="STRING"),
            (
                "silver.x.a_no was STRING NOT NULL, is STRING; version 1.4.0 -> 1.5.0",
                "silver.x.b_date was DATE, is STRING; version 1.4.0 -> 1.5.0",
            ),
        ),
        (changed("2.0.0", a_no="STRING NOT NULL"), ()),
        ({}, ("silver.x is gone",)),
    ],
)
def test_what_is_taken_away_is_named_unless_the_major_version_rises(after, taken):
    assert surface.breaking(BEFORE, after) == taken


def test_the_committed_surface_is_that_of_the_contracts():
    kept = (reference.FOLDER / surface.NAME).read_text("utf-8")
    assert surface.read(kept) == surface.of(schemas.tables())
    assert surface.page(surface.read(kept)) == kept
