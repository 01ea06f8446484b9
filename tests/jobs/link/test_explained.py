"""What speaks for a link, as steps and as a page; no JVM."""

import re

import pytest

from jobs.link import chart, explained

EVIDENCE = [
    {"comparison": "name", "agreement": 4, "weight": 10.5},
    {"comparison": "mobile", "agreement": 2, "weight": 15.5},
    {"comparison": "account", "agreement": -1, "weight": 0.0},
    {"comparison": "gender", "agreement": 0, "weight": -6.6},
]
STEPS = """
    prior    |                  | -14.29 | -14.29
    name     | same             | 10.5   | -3.79
    mobile   | same at the time | 15.5   | 11.71
    account  | missing          | 0.0    | 11.71
    gender   | other            | -6.6   | 5.11
"""


def cells(text):
    return [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()]


def test_the_steps_lead_from_the_prior_to_the_weight():
    found = [[str(value) for value in step.values()] for step in explained.waterfall(EVIDENCE)]
    assert found == cells(STEPS)


@pytest.mark.parametrize(
    ("comparison", "agreement", "called"),
    [("name", 3, "sounds alike"), ("name", 1, "a character lost"), ("name", 0, "other"), ("number", -1, "missing")],
)
def test_a_level_is_called_what_the_rules_call_it(comparison, agreement, called):
    assert explained.level(comparison, agreement) == called


def test_the_page_shows_each_step_that_says_something_and_needs_no_network(tmp_path):
    steps = explained.waterfall(EVIDENCE)
    assert [(bar["compared"], bar["side"]) for bar in chart.bars(steps)] == [
        ("prior", "prior"),
        ("name: same", "for"),
        ("mobile: same at the time", "for"),
        ("gender: other", "against"),
    ]
    place = tmp_path / "link.html"
    chart.write(place, "0f8e2b6c5d4a3918", steps)
    page = place.read_text("utf-8")
    assert "0f8e2b6c5d4a3918" in page
    assert not re.search(r"<(?:script|link)[^>]+(?:src|href)=", page)
