"""KS, AUC, PSI and CSI against scikit-learn and by hand."""

from collections import Counter
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from jobs.score import measures

POINTS = st.dictionaries(st.integers(400, 620), st.integers(1, 9), min_size=1, max_size=30)


@given(POINTS, POINTS)
def test_auc_and_ks_are_those_of_scikit_learn(good, bad):
    points = [p for side in (good, bad) for p, count in side.items() for _ in range(count)]
    labels = [label for label, side in ((1, good), (0, bad)) for count in side.values() for _ in range(count)]
    assert measures.auc(good, bad) == pytest.approx(roc_auc_score(labels, points))
    false, true, _ = roc_curve(labels, points, drop_intermediate=False)
    assert measures.ks(good, bad) == pytest.approx(max(abs(true - false)))


def test_of_one_kind_nothing_is_told():
    assert measures.auc({500: 3}, {}) is None
    assert measures.ks({}, {500: 3}) is None


def test_a_shift_by_hand():
    before, now = {1: 50, 2: 30, 3: 20}, {1: 25, 2: 45, 3: 30}
    expected = (0.25 - 0.5) * log(0.25 / 0.5) + (0.45 - 0.3) * log(0.45 / 0.3) + (0.3 - 0.2) * log(0.3 / 0.2)
    assert measures.shift(before, now, 0.0001) == pytest.approx(expected)
    assert measures.shift(before, {place: 7 * count for place, count in before.items()}, 0.0001) == 0


def test_a_share_of_nothing_counts_as_the_floor():
    told = measures.shift({1: 1, 2: 1}, {1: 2}, 0.0001)
    assert told == pytest.approx((1 - 0.5) * log(1 / 0.5) + (0.0001 - 0.5) * log(0.0001 / 0.5))
    assert measures.shift({}, {1: 2}, 0.0001) is None


@pytest.mark.parametrize(
    ("value", "said"), [(None, None), (0.0999, "FINE"), (0.1, "WATCH"), (0.25, "WATCH"), (0.2501, "ALARM")]
)
def test_what_a_shift_means(value, said):
    assert measures.verdict(value, 0.1, 0.25) == said


@given(st.dictionaries(st.integers(400, 620), st.integers(1, 50), min_size=1))
def test_parts_are_in_order_and_hold_everybody(scores):
    begins = measures.edges(scores, 10)
    assert begins == sorted(set(begins))
    assert len(begins) < 10
    parts = measures.parted(scores, begins)
    assert sum(parts.values()) == sum(scores.values())
    assert set(parts) == set(range(1, len(begins) + 2))


def test_equal_numbers_are_cut_into_equal_parts():
    assert measures.edges(Counter(range(100)), 10) == [10, 20, 30, 40, 50, 60, 70, 80, 90]
