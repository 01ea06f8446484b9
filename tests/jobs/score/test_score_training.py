"""A card weighs bins by what became of loans, and its points mean odds."""

import copy
import math
from decimal import Decimal
from fractions import Fraction

import pytest

import schemas
from jobs.errors import CreditFileError
from jobs.score import measures, training
from jobs.score import rule as rules
from jobs.score import variables as inputs
from jobs.score.binning import Bin, Seen, bins
from jobs.score.rule import rule
from jobs.score.training import CONSTANT, Cell
from jobs.score.variables import variables

RULE = rule()
NAMES = ("work_months_24_count", "adverse_5y_count")
SEEN = {
    NAMES[0]: [Seen(Decimal(0), 40, 40), Seen(Decimal(12), 160, 20)],
    NAMES[1]: [Seen(Decimal(0), 180, 30), Seen(Decimal(1), 20, 30)],
}

# kept out | months | events | good | bad
LOANS = """
    no  | 1 | 1 | 36  | 20
    no  | 1 | 2 | 4   | 20
    no  | 2 | 1 | 144 | 10
    no  | 2 | 2 | 16  | 10
    yes | 1 | 1 | 9   | 5
    yes | 2 | 1 | 36  | 3
    """


def cells():
    for line in LOANS.strip().splitlines():
        is_out, months, events, good, bad = (cell.strip() for cell in line.split("|"))
        for is_bad, loans in ((False, good), (True, bad)):
            yield Cell(is_out == "yes", "C06", is_bad, (int(months), int(events)), int(loans))


def cut():
    better = {each.name: each for each in variables()}
    return {name: bins(better[name], SEEN[name], RULE.bins) for name in NAMES}


def test_betas_solve_the_equations_of_a_logistic_regression():
    """At the optimum the good loans expected are those observed: in all, and weighed by each variable's WOE."""
    found, by_name = training.fitted(cells(), cut(), RULE), cut()
    assert all(found[name] > 0 for name in NAMES)
    sums = dict.fromkeys((CONSTANT, *NAMES), 0.0)
    for cell in cells():
        if cell.is_kept_out:
            continue
        weights = {CONSTANT: 1.0} | {
            name: float(by_name[name][place].woe) for name, place in zip(NAMES, cell.places, strict=True)
        }
        odds = math.exp(sum(float(found[name]) * weight for name, weight in weights.items()))
        for name, weight in weights.items():
            sums[name] += cell.loans * weight * ((not cell.is_bad) - odds / (1 + odds))
    assert sums == pytest.approx(dict.fromkeys(sums, 0.0), abs=0.05)


def test_points_by_hand():
    """One variable whose beta is 1 and a constant of ln(good / bad): the odds of a bin are those of its counts."""
    by_name = {NAMES[0]: cut()[NAMES[0]]}
    goods, bads = 200, 60
    betas = {NAMES[0]: Decimal(1), CONSTANT: Decimal(str(round(math.log(goods / bads), 4)))}
    terms = training.terms(by_name, betas, RULE.scale)
    for place, good, bad in ((1, 40, 40), (2, 160, 20)):
        points = measures.points_of((place,), (NAMES[0],), measures.tariff(terms))
        exact = 600 + 20 * (math.log2(Fraction(good, bad)) - math.log2(50))
        assert abs(points - exact) < 0.51
    assert str(next(t.points for t in terms if t.bin.variable == CONSTANT)) == "521.8630"  # 487.1229 + 28.8539 ln(10/3)


def test_fifty_good_to_one_bad_are_600_points_and_twice_the_odds_20_more():
    weights = {1: Decimal("0.0000"), 2: Decimal("0.6931")}
    two = [Bin(NAMES[0], place, None, None, 1, 1, woe, Decimal(0)) for place, woe in weights.items()]
    betas = {CONSTANT: Decimal("3.9120"), NAMES[0]: Decimal(1)}  # ln 50
    given = measures.tariff(training.terms({NAMES[0]: two}, betas, RULE.scale))
    assert [measures.points_of((place,), (NAMES[0],), given) for place in (1, 2)] == [600, 620]


def test_the_whole_card_is_offset_plus_factor_times_the_sum():
    terms = training.terms(cut(), training.fitted(cells(), cut(), RULE), RULE.scale)
    by_bin = {(t.bin.variable, t.bin.place): t for t in terms}
    factor = 20 / math.log(2)
    for places in ((1, 1), (1, 2), (2, 1), (2, 2), (0, 2)):
        mine = [by_bin[CONSTANT, 0], *(by_bin[name, place] for name, place in zip(NAMES, places, strict=True))]
        exact = 600 - factor * math.log(50) + factor * sum(float(t.beta * t.bin.woe) for t in mine)
        assert abs(measures.points_of(places, NAMES, measures.tariff(terms)) - exact) < 0.5002


def test_a_variable_against_its_own_word_is_left_out():
    """Among equal months events do not matter: what they seemed to say by themselves was the months' word."""
    loans = [Cell(False, "C06", is_bad, (m, e), n) for m, e, good, bad in ((1, 1, 10, 10), (1, 2, 32, 30), (2, 1, 150, 20), (2, 2, 9, 1)) for is_bad, n in ((False, good), (True, bad))]  # fmt: skip
    found = training.fitted(loans, cut(), RULE)
    assert set(found) == {NAMES[0], CONSTANT}


def test_loans_kept_out_change_no_weight():
    taught = [cell for cell in cells() if not cell.is_kept_out]
    assert training.fitted(taught, cut(), RULE) == training.fitted(cells(), cut(), RULE)
    assert training.fitted(reversed(taught), cut(), RULE) == training.fitted(taught, cut(), RULE)


def test_if_nothing_tells_there_is_no_card():
    alike = {name: bins(variables()[0], [Seen(Decimal(0), 100, 50)], RULE.bins) for name in NAMES}
    with pytest.raises(CreditFileError) as held:
        training.fitted([Cell(False, "C06", is_bad, (1, 1), 50) for is_bad in (True, False)], alike, RULE)
    assert held.value.code == "CF-4302"


def test_which_way_a_variable_counts_is_the_expert_cards_word():
    worse = {each.name for each in variables() if each.better < 0}
    assert worse == {"employer_change_24_count", "adverse_5y_count", "adverse_open_count"}
    assert [each.name for each in variables()] == [each["name"] for each in schemas.rules("scorecard")["variables"]]


@pytest.mark.parametrize("barred", schemas.rules("scorecard")["never"])
def test_what_may_never_be_an_input_cannot_be_one(monkeypatch, barred):
    card = copy.deepcopy(schemas.rules("scorecard"))
    card["variables"].append({"name": barred, "bins": [{"from": 1, "points": 1}]})
    monkeypatch.setattr(inputs.schemas, "rules", lambda _: card)
    with pytest.raises(CreditFileError) as held:
        inputs.variables.__wrapped__()
    assert held.value.code == "CF-4101"
    assert barred in held.value.problem.what


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"extra": 1}, "Extra inputs are not permitted"),
        ({"ridge": "little"}, "valid number"),
        ({"kind_code": "EXPERT"}, "TRAINED"),
        ({"outcome": {"bad_dpd_days": 60}}, "Field required"),
        ({"bands": [{"band": "A", "above": 600}]}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_rule_stops_with_file_and_line(monkeypatch, change, said):
    raw = schemas.rules("scorecard_training") | change
    monkeypatch.setattr(rules.schemas, "rules", lambda _: raw)
    with pytest.raises(CreditFileError) as held:
        rules.rule.__wrapped__()
    assert held.value.code == "CF-4101"
    assert "scorecard_training.yaml:" in held.value.problem.what
    assert said in held.value.problem.what
