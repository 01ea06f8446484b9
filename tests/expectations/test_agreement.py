"""The row predicates and stock Great Expectations agree, rule by rule, on batches of typical bad values.

Both come from the contract by different ways: predicates as SQL, expectations by the library's own means wherever it
has them. Hypothesis draws the batches; each is many rows, because a run of the library costs seconds.
"""

import os
import random
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from pyspark.sql import types as T

import schemas
from expectations.rows import checks
from expectations.suite import native
from schemas.spark import logical

RECEIVED = date(2026, 10, 5)
ROWS = 120
TABLES = [item.silver.name for source in schemas.sources() for item in source.objects]

CERTIFICATES = (
    *("31011519900307451X", "110101200002290018", "810000199501010015", "931840198507040010", "ABC123456789012"),
    *("310115900307451", "340104000101997", "310115199003074512", "110101190002290011", "310115209901010012"),
    *(
        "310115188001010017",
        "31011519900307451",
        "3.10115E+17",
        "3101**********4512",
        "31011519900O07451X",
        "E12345678",
    ),
)
CREDIT_CODES = (
    *("91110000600037341L", "91310115MA1K3ABC99", "91110000600037341K", "92310115MA1H8XYQ0D", "91110000600037341"),
    *("9111000060003734IL", "91110000600037341L\n"),
)
DATES = ("2026-09-01", "2026-10-05", "2026-10-06", "1999-12-31", "2099-01-01")
TEXTS = ("x", "I62", "I6", "310115", "310115\n", "3101150", "*", "BANK_A", "a" * 64, "长" * 201, "长" * 2001)


def stands_for(column):
    """What may stand in a cleaned column, each with what the office wrote: read, absent, unreadable, placeholder."""
    rules = {rule.implementation for rule in column.rules}
    kind = column.physical_type
    nothing = [(None, None), *((None, word) for word in column.absent_values)]
    if column.code_list:
        codes = list(schemas.codes(column.code_list))
        return [*((code, code) for code in codes[:3]), ("STRANGE", "STRANGE"), (None, "正長"), *nothing]
    if "certificate_check_digit" in rules:
        return [*((number, number) for number in CERTIFICATES), *nothing]
    if "uscc_check_digit" in rules:
        return [*((number, number) for number in CREDIT_CODES), *nothing]
    if kind == "DATE":
        days = [(date.fromisoformat(day), day) for day in DATES]
        return [*days, (None, "20260231"), (None, "1900-01-01"), (None, "99991231"), *nothing]
    if kind == "TIMESTAMP":
        return [
            *((datetime.fromisoformat(day).replace(hour=10, tzinfo=UTC), day) for day in DATES),
            (None, "x"),
            *nothing,
        ]
    if kind == "DECIMAL(9,6)":
        return [*((Decimal(share), share) for share in ("0.25", "0", "1", "-0.01", "80")), (None, "1/4"), *nothing]
    if kind.startswith("DECIMAL"):
        return [*((Decimal(sum_), sum_) for sum_ in ("7310.00", "0.00", "-0.01")), (None, "73l0"), *nothing]
    if kind == "INT":
        return [(12, "12"), (0, "0"), (-1, "-1"), (None, "x"), *nothing]
    if kind == "BOOLEAN":
        return [(True, "1"), (False, "0"), (None, "x"), *nothing]
    if kind == "ARRAY<STRING>":
        return [(["WORK"], "WORK"), (["WORK", "all"], "WORK,all"), ([], "[]"), (None, "["), *nothing]
    assert kind == "STRING", kind
    return [*((text, text) for text in TEXTS), *nothing]


def batch(spark, table, seed):
    """A cleaned batch drawn from a seed: about half of each column is what comes first, which is well."""
    chance = random.Random(seed)
    names = sorted({column.sources[0].split(".")[-1] for column in table.columns})
    drawn = []
    for _ in range(ROWS):
        cells = {}
        for column in table.columns:
            choices = stands_for(column)
            cells[column.name] = (column, choices[0] if chance.random() < 0.5 else chance.choice(choices))
        delivered = {column.sources[0].split(".")[-1]: said for column, (_, said) in cells.values()}
        drawn.append((*(value for _, (value, _) in cells.values()), tuple(delivered[n] for n in names), RECEIVED))
    struct = T.StructType([T.StructField(name, T.StringType()) for name in names])
    schema = T.StructType(
        [*logical(table).fields, T.StructField("delivered", struct), T.StructField("received_date", T.DateType())]
    )
    return drawn, spark.createDataFrame(drawn, schema).coalesce(1).cache()


@pytest.fixture(scope="module")
def library(spark):
    """Great Expectations on our session, without a word on stdout or to its makers.

    Interpreted, because a few hundred small queries would spend their time compiling.
    """
    interpreted = {
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.adaptive.enabled": "false",
    }
    before = {name: spark.conf.get(name) for name in interpreted}
    for name, value in interpreted.items():
        spark.conf.set(name, value)
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_spark("rows", persist=False)
    yield source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    for name, value in before.items():
        spark.conf.set(name, value)


def by_predicates(table, frame):
    """Rows that break each check, in one aggregate; checks of equal name together."""
    stated = checks(table)
    counted = frame.selectExpr(*(f"count_if({check.bad})" for check in stated)).first()
    found = Counter()
    for check, count in zip(stated, counted, strict=True):
        found[check.entry] += count
    return found


def by_expectations(table, frame, library):
    """Rows that the library finds unexpected, by the checks an expectation stands for."""
    result = library.get_batch({"dataframe": frame}).validate(native(table), result_format="BASIC")
    found, strange = Counter(), Counter()
    for outcome in result.results:
        assert not outcome.exception_info.get("raised_exception"), outcome.exception_info["exception_message"]
        count = outcome.result.get("unexpected_count", outcome.result.get("observed_value"))
        entries = tuple(outcome.expectation_config.meta["entries"])
        if entries:
            found[entries] += count
        else:
            strange[outcome.expectation_config.kwargs["column"]] += count
    return found, strange


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=1, deadline=None, database=None, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_predicates_and_great_expectations_find_the_same_rows_rule_by_rule(spark, library, name, seed):
    assume(seed)  # Hypothesis begins with zero each time; the one batch a run can afford is to be a new one
    table = schemas.table(name)
    drawn, frame = batch(spark, table, seed)
    broken = by_predicates(table, frame)
    found, strange = by_expectations(table, frame, library)
    frame.unpersist()

    assert {entry for entries in found for entry in entries} == set(broken)  # no check without its expectation
    assert found == {entries: sum(broken[entry] for entry in entries) for entries in found}
    coded = [(at, column.name) for at, column in enumerate(table.columns) if column.code_list]
    assert strange == {name: sum(row[at] == "STRANGE" for row in drawn) for at, name in coded}
    assert sum(broken.values()) > ROWS  # the batch is bad enough to say something
