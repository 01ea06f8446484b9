"""A golden file for each category, to be read like a document: tests/jobs/gold/golden/C01.json and its brothers.

After a change that was meant, `GOLDEN=write uv run pytest tests/jobs/gold/test_gold_golden.py` writes them anew; what
changed is then read in review.
"""

import json
import os
from pathlib import Path

import pytest
from golden_lives import AS_OF, KNOWN_AT, LIVES, records
from oracle.known import CADENCES
from told_rows import Drawn

import schemas
from jobs.gold import form

FOLDER = Path(__file__).parent / "golden"
OURS = ("record_ids",)
"""Numbers of records say nothing to a reader."""


@pytest.fixture(scope="module")
def files(spark):
    rows = Drawn(spark, records()).files(AS_OF, KNOWN_AT, frozenset(CADENCES))
    return {row["person_id"]: form.as_json(row.asDict(recursive=True)) for row in rows.collect()}


def page(document):
    shown = {name: value for name, value in document.items() if name not in OURS}
    shown["compliance"] = document["compliance"] | {
        "adverse": [item | {"adverse_id": "..."} for item in document["compliance"]["adverse"]]
    }
    return json.dumps(shown, ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("category", LIVES)
def test_a_life_of_each_category_makes_the_file_that_was_read_in_review(files, category):
    made, place = page(files[category]), FOLDER / f"{category}.json"
    if os.environ.get("GOLDEN") == "write":
        place.write_text(made, "utf-8")
    assert made == place.read_text("utf-8")


def test_there_is_a_life_for_every_category_and_it_is_the_primary_one(files):
    assert {*LIVES} == {*schemas.codes("category")}
    assert {person: file["primary_category_code"] for person, file in files.items()} == {name: name for name in LIVES}
