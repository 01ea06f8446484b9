"""Pairs counted from cluster sizes are the pairs one would list."""

from itertools import combinations

import polars
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.bench.pairs import Agreement, agreement


def written(place, clusters):
    place.mkdir(exist_ok=True)
    rows = {"record_id": [f"r{n}" for n in range(len(clusters))], "cluster_id": [str(c) for c in clusters]}
    polars.DataFrame(rows).write_parquet(place / "part.parquet")
    return place


def listed(clusters):
    return {(a, b) for a, b in combinations(range(len(clusters)), 2) if clusters[a] == clusters[b]}


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counted_as_listed(tmp_path, rows):
    one, other = [a for a, _ in rows], [b for _, b in rows]
    told = agreement(written(tmp_path / "one", one), written(tmp_path / "other", other))
    assert told == Agreement(len(listed(one)), len(listed(other)), len(listed(one) & listed(other)))


def test_shares_of_a_small_table(tmp_path):
    told = agreement(written(tmp_path / "one", "AAAB"), written(tmp_path / "other", "XXYY")).told()
    assert told == {"one": 3, "other": 2, "both": 1, "precision": 0.333333, "recall": 0.5, "equal": 0.25}


@pytest.mark.parametrize("other", ["XX", "XXYYZ"])
def test_answers_about_other_records_are_not_compared(tmp_path, other):
    with pytest.raises(ValueError, match="not about the same records"):
        agreement(written(tmp_path / "one", "AAAB"), written(tmp_path / "other", other))
