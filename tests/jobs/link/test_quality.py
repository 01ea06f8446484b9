"""How good links are, counted: the same as when every pair is looked at."""

import itertools

import pytest

from jobs.link import quality

# record | linked to | truly of | source
RECORDS = """
    r1 | p1      | t1      | police
    r2 | p1      | t1      | police
    r3 | p1      | t1      | courier
    r4 | p1      | t2      | courier | a wrong link
    r5 | p2      | t2      | court
    r6 | alone:6 | t2      | court   | a missed one
    r7 | p3      | alone:7 | court   | somebody who is nobody
    r8 | p4      | t4      |         | of no group
    r9 | p4      | t4      | police
"""


def rows():
    for line in RECORDS.strip().splitlines():
        yield [cell.strip() for cell in line.split("|")][1:4]


def looked_at(source):
    """Precision and recall over every pair with a record of the source."""
    pairs = [pair for pair in itertools.combinations(rows(), 2) if source in (pair[0][2], pair[1][2])]
    ours, true = ([one[at] == two[at] for one, two in pairs] for at in (0, 1))
    both = sum(a and b for a, b in zip(ours, true, strict=True))
    return {
        "pairs": sum(true),
        "precision": round(both / sum(ours), 6) if any(ours) else None,
        "recall": round(both / sum(true), 6) if any(true) else None,
    }


@pytest.mark.parametrize("parts", ["1", "5"])
def test_pairs_of_a_source_are_counted_as_if_each_were_looked_at(spark, parts):
    stood = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", parts)
    try:
        table = [(person, true, source or None) for person, true, source in rows()]
        found = quality.by(spark.createDataFrame(table, "person_id string, true_id string, source string"), "source")
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", stood)
    assert found == {source: looked_at(source) for source in ("courier", "court", "police")}
    assert found["court"] == {"pairs": 3, "precision": None, "recall": 0.0}
