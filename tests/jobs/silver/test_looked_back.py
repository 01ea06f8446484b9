"""How records of one key judge each other: copies, withdrawals of nothing, and what is stated anew."""

import pytest

from jobs.silver.classify import looked_back

MINE = """
    key  said  op  line  clean
    k1   a     I   1     yes    -
    k1   a     I   2     yes    copy of this batch's line 1
    k2   a     I   3     yes    copy of an earlier batch's
    k2   b     I   4     yes    anew: earlier batches said a
    k2   c     U   5     yes    -
    k3   a     D   6     yes    stranger
    k4   w     D   7     yes    -
    k4   a     I   8     yes    -
    k5   a     D   9     yes    -
    k6   a     I   10    no     -
    k6   a     I   11    yes    -
    k7   a     I   12    yes    -
    k7   b     I   13    yes    anew
"""
EARLIER = [("k2", "a", "2026-01", 1, "old2"), ("k5", "z", "2026-01", 1, "old5"), ("k9", "a", "2026-01", 1, "old9")]


@pytest.mark.fault("F18")
@pytest.mark.fault("F19")
def test_records_of_one_key_judge_each_other(spark):
    table = [line.split(None, 5) for line in MINE.strip().splitlines()[1:]]
    rows = spark.createDataFrame(
        [
            (f"r{line}", key, said, op, [] if clean == "yes" else ["CODE_UNKNOWN x"], "2026-02", 1, "f", int(line))
            for key, said, op, line, clean, _ in table
        ],
        "record_id string, key_hash string, content_hash string, operation_code string, reason_entries array<string>,"
        " batch_id string, delivery_no int, file string, line bigint",
    )
    earlier = spark.createDataFrame(
        EARLIER, "key_hash string, content_hash string, batch_id string, delivery_no int, record_id string"
    )
    found = {row["record_id"]: row for row in looked_back(rows, earlier).collect()}
    assert {name: row["duplicate_of_id"] for name, row in found.items() if row["duplicate_of_id"]} == {
        "r2": "r1",
        "r3": "old2",
    }
    assert {name for name, row in found.items() if row["is_stranger"]} == {"r6"}
    assert {name for name, row in found.items() if row["is_restated"]} == {"r4", "r13"}
    assert found.keys() == {"r2", "r3", "r4", "r6", "r13"}
