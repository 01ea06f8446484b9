"""Bins say one thing in one direction, are large enough, and weigh what their counts say."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.score import binning
from jobs.score.binning import Seen, bins
from jobs.score.rule import rule
from jobs.score.variables import Variable

RULE = rule().bins
MONTHS = Variable("work_months_24_count", 1)
EVENTS = Variable("adverse_5y_count", -1)

# value | good | bad | bin
BY_HAND = """
       | 20 | 10 | 0
    0  | 20 | 20 | 1
    6  | 40 | 20 | 2
    12 | 80 | 10 | 3
    """


def seen(text):
    for line in text.strip().splitlines():
        value, good, bad, *_ = (cell.strip() for cell in line.split("|"))
        yield Seen(Decimal(value) if value else None, int(good), int(bad))


def test_weights_by_hand():
    found = bins(MONTHS, [*seen(BY_HAND)], RULE)
    goods, bads = 160, 60
    assert [(b.place, b.from_, b.to, b.good, b.bad) for b in found] == [
        (0, None, None, 20, 10),
        (1, None, Decimal(6), 20, 20),
        (2, Decimal(6), Decimal(12), 40, 20),
        (3, Decimal(12), None, 80, 10),
    ]
    for one in found:
        of_good, of_bad = Fraction(one.good, goods), Fraction(one.bad, bads)
        exact = math.log(of_good / of_bad)
        assert float(one.woe) == pytest.approx(exact, abs=5.1e-5)
        assert float(one.iv) == pytest.approx(float(of_good - of_bad) * exact, abs=5.1e-5)
    assert str(found[1].woe) == "-0.9808"  # ln((20/160) / (20/60)) = ln(3/8)
    assert str(found[3].woe) == "1.0986"  # ln((80/160) / (10/60)) = ln 3


def test_who_is_alike_is_in_one_bin_and_an_order_against_the_card_is_none():
    against = [Seen(Decimal(0), 90, 10), Seen(Decimal(6), 60, 40), Seen(Decimal(12), 30, 70)]
    one = bins(MONTHS, against, RULE)
    assert [(b.good, b.bad, b.from_) for b in one[1:]] == [(180, 120, None)]
    assert not binning.tells(one, RULE)
    assert len(bins(EVENTS, against, RULE)) == 4


def test_missing_values_too_few_to_know_weigh_nothing():
    few = [Seen(None, 1, 3), Seen(Decimal(0), 50, 40), Seen(Decimal(6), 90, 10)]
    missing, *rest = bins(MONTHS, few, RULE)
    assert (missing.good, missing.bad, missing.woe, missing.iv) == (1, 3, 0, 0)
    assert len(rest) == 2


def test_a_variable_of_which_nobody_said_anything_has_a_bin_for_every_value():
    found = bins(MONTHS, [Seen(None, 80, 20)], RULE)
    assert [(b.place, b.good, b.bad, b.woe) for b in found] == [(0, 80, 20, 0), (1, 0, 0, 0)]


def test_a_large_bin_that_has_seen_too_few_of_a_kind_leaves_the_variable_out():
    certain = [Seen(None, 50, 50), Seen(Decimal(1), 50, 4)]
    assert not binning.tells(bins(MONTHS, certain, RULE), RULE)
    assert binning.tells(bins(MONTHS, [Seen(None, 50, 50), Seen(Decimal(1), 50, 5)], RULE), RULE)


COUNTS = st.tuples(st.one_of(st.none(), st.integers(-5, 60)), st.integers(0, 60), st.integers(0, 25))


@st.composite
def samples(draw):
    drawn = draw(st.lists(COUNTS, min_size=1, max_size=40, unique_by=lambda row: row[0]))
    found = [Seen(None if value is None else Decimal(value) / 4, good, bad) for value, good, bad in drawn]
    found = [one for one in found if one.good + one.bad]
    return [*found, Seen(Decimal(100), 1, 1)]


@given(samples(), st.sampled_from([1, -1]))
def test_bins_are_monotone_large_enough_and_lose_nobody(given_, better):
    found = bins(Variable("any", better), given_, RULE)
    missing, *known = found
    total = sum(one.good + one.bad for one in given_)
    assert (sum(b.good for b in found), sum(b.bad for b in found)) == (
        sum(one.good for one in given_),
        sum(one.bad for one in given_),
    )
    assert [b.place for b in found] == [*range(len(found))]
    assert (missing.good, missing.bad) == (
        sum(one.good for one in given_ if one.value is None),
        sum(one.bad for one in given_ if one.value is None),
    )
    assert known[0].from_ is None
    assert known[-1].to is None
    assert [b.to for b in known[:-1]] == [b.from_ for b in known[1:]]
    assert len(known) <= RULE.most
    for one in known:
        inside = [
            s for s in given_ if s.value is not None
            and (one.from_ is None or s.value >= one.from_) and (one.to is None or s.value < one.to)
        ]  # fmt: skip
        assert (one.good, one.bad) == (sum(s.good for s in inside), sum(s.bad for s in inside))
    if len(known) > 1:
        assert all(100 * (b.good + b.bad) >= 5 * total and min(b.good, b.bad) >= 5 for b in known)
        shares = [Fraction(b.good, b.good + b.bad) * better for b in known]
        assert all(one < other for one, other in zip(shares, shares[1:], strict=False))
        weights = [b.woe * better for b in known]
        assert weights == sorted(weights)


@given(samples(), st.randoms())
def test_the_order_in_which_loans_are_counted_changes_nothing(given_, random):
    shuffled = [*given_]
    random.shuffle(shuffled)
    assert bins(MONTHS, shuffled, RULE) == bins(MONTHS, given_, RULE)
