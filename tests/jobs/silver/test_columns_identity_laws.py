"""What the standards promise of any number: a check character finds every single slip and every swap of neighbours."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F

from expectations.predicates import PREDICATES
from jobs.silver.columns import identity

DIGITS, USCC = "0123456789", "0123456789ABCDEFGHJKLMNPQRTUWXY"
slow_start = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def slips(number, alphabet, last):
    """Every number with one other character, and every one with two unlike neighbours swapped."""
    for at, right in enumerate(number):
        letters = last if at == len(number) - 1 else alphabet
        yield from (number[:at] + wrong + number[at + 1 :] for wrong in letters if wrong != right)
    for at in range(len(number) - 1):
        if number[at] != number[at + 1] and number[at + 1] in alphabet:
            yield number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def passed(spark, predicate, numbers):
    """The numbers that a predicate finds nothing wrong with."""
    frame = spark.createDataFrame([(number,) for number in numbers], "no STRING")
    frame = frame.selectExpr("no", "'RID' AS certificate_type_code", "DATE'2026-06-30' AS received_date")
    return [row["no"] for row in frame.where(f"NOT ({PREDICATES[predicate]('no', {})})").collect()]


@pytest.mark.parametrize(
    ("predicate", "alphabet", "last"),
    [("certificate_check_digit", DIGITS, DIGITS + "X"), ("uscc_check_digit", USCC, USCC)],
)
def test_exactly_one_check_character_fits_and_no_slip_passes(spark, predicate, alphabet, last):
    @slow_start
    @given(st.text(alphabet, min_size=17, max_size=17))
    def law(body):
        right = passed(spark, predicate, [body + check for check in last])
        assert len(right) == 1
        assert passed(spark, predicate, list(slips(right[0], alphabet, last))) == []

    law()


def test_an_old_number_brought_to_18_digits_is_right_and_stays_as_it_is(spark):
    @slow_start
    @given(st.lists(st.text(DIGITS, min_size=15, max_size=15), min_size=50, max_size=100))
    def law(numbers):
        frame = spark.createDataFrame([(number,) for number in numbers], "old STRING")
        once = frame.select("old", identity.certificate(F.col("old")).alias("no"))
        found = once.select("old", "no", identity.certificate(F.col("no")).alias("twice")).collect()
        assert all(row["no"] == row["twice"] for row in found)
        late = {row["old"] for row in found if row["no"] == row["old"]}
        assert late == {number for number in numbers if number[12:] in ("996", "997", "998", "999")}
        upgraded = [row["no"] for row in found if row["old"] not in late]
        assert sorted(passed(spark, "certificate_check_digit", upgraded)) == sorted(upgraded)
        assert all(row["no"][:6] + row["no"][8:17] == row["old"] for row in found if row["old"] not in late)

    law()


def test_luhn_finds_every_single_slip(spark):
    @slow_start
    @given(st.text(DIGITS, min_size=12, max_size=18))
    def law(body):
        right = passed(spark, "bank_card", [body + check for check in DIGITS])
        assert len(right) == 1
        changed = [
            right[0][:at] + d + right[0][at + 1 :] for at in range(len(right[0])) for d in DIGITS if d != right[0][at]
        ]
        assert passed(spark, "bank_card", changed) == []

    law()
