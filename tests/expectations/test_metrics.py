"""One aggregate gives every figure of a batch: drawn batches, and what is read from the row they become."""

import pytest
from literal import rows

import schemas
from expectations import metrics

INSURANCE = schemas.table("silver.hrss_social_insurance")
ADDED = {"disposition_code": "STRING", "reason_entries": "ARRAY<STRING>"}

BATCH = """
    record_id | disposition_code | reason_entries                     | warning_codes    | payment_kind_code | insurance_kind_code | base_cny
    r1        |                  | []                                 | []               | NORMAL            | PENSION             | 8000.00
    r2        |                  | []                                 | ID_15_AMBIGUOUS  | NORMAL            | PENSION             | 8000.00
    r3        |                  | []                                 | []               | BACKPAY           | MEDICAL             |
    r4        |                  | MONTH_FORM period_month            | []               | STRANGE           | MEDICAL             | 0.00
    r5        | QUARANTINE       | ID_LENGTH certificate_no, KEY_NULL period_month | [] | NORMAL          | PENSION             | 8000.00
    r6        | QUARANTINE       | PARSE_LINE                         | []               |                   |                     |
    r7        | QUARANTINE       | PARSE_LINE                         | []               |                   |                     |
    r8        | DUPLICATE        | EXACT_DUPLICATE                    | []               | NORMAL            | PENSION             | 8000.00
    r9        | SUPPRESSED       | NO_CONSENT                         | []               | NORMAL            | PENSION             | 8000.00
    """


def classified(spark, table, text):
    """A drawn batch as classifying leaves it; stored columns that are not drawn are null."""
    drawn = rows(spark, table.name, text, **ADDED)
    others = [
        f"CAST(NULL AS {c.physical_type}) AS {c.name}" for c in table.stored_columns if c.name not in drawn.columns
    ]
    return drawn.selectExpr("*", *others)


def figures(spark, table, text):
    row = classified(spark, table, text).agg(*metrics.columns(table)).first()
    return metrics.figures(table, row.asDict())


def test_one_row_counts_each_fate_each_reason_and_what_it_was_set_aside_for(spark):
    found = figures(spark, INSURANCE, BATCH)
    counts = {
        name: found[name] for name in ("received", "silver", "quarantine", "duplicate", "suppressed", "unaccounted")
    }
    assert counts == {"received": 9, "silver": 4, "quarantine": 3, "duplicate": 1, "suppressed": 1, "unaccounted": 0}
    assert {name: n for name, n in found.items() if name.startswith("bad__") and n} == {
        "bad__MONTH_FORM__period_month": 1
    }
    assert {name: n for name, n in found.items() if name.startswith("aside__") and n} == {
        "aside__ID_LENGTH__certificate_no": 1,
        "aside__KEY_NULL__period_month": 1,
        "aside__PARSE_LINE": 2,
    }
    assert found["quarantine_ratio"] == pytest.approx(3 / 7)
    assert found["warn__ID_15_AMBIGUOUS"] == 1


def test_values_are_counted_only_of_rows_that_stay(spark):
    found = figures(spark, INSURANCE, BATCH)
    assert found["filled__base_cny"] == 3
    assert found["outside__payment_kind_code"] == 1
    assert found["typical__base_cny"] == pytest.approx(8000)  # 0 and null say nothing of the usual amount
    assert found["extra__BACKPAY_SHARE"] == pytest.approx(0.25)
    assert found["extra__PENSION_MISSING"] == 0
    assert found["incomplete"] == 4  # what is not drawn is missing


def test_an_empty_batch_has_figures_and_no_division_by_nothing(spark):
    found = metrics.figures(
        INSURANCE, classified(spark, INSURANCE, BATCH).where("false").agg(*metrics.columns(INSURANCE)).first().asDict()
    )
    assert found["received"] == 0
    assert found["quarantine_ratio"] == 0
    assert "typical__base_cny" not in found


@pytest.mark.parametrize("table", [t for t in schemas.tables() if t.layer in ("silver", "gold")], ids=lambda t: t.name)
def test_every_tables_aggregate_is_understood_by_spark(spark, table):
    from schemas.spark import stored

    frame = spark.createDataFrame([], stored(table)).selectExpr(
        "*", "CAST(NULL AS STRING) AS disposition_code", "CAST(NULL AS ARRAY<STRING>) AS reason_entries"
    )
    assert set(frame.agg(*metrics.columns(table)).columns) == set(metrics.expressions(table))


def test_a_credit_file_is_counted_as_it_is_written(spark):
    table = schemas.table("gold.credit_file")
    text = """
        person_id | version_count | tier_code | residence                        | work                                                     | category_codes | primary_category_code | completeness_ratio | record_ids
        p1        | 1             | T1        | [{"district_code": "310115"}]    | {"base_months_24_count": 14, "work_months_12_count": 12} | C01            | C01                   | 0.9                | r1
        p2        | 1             | T1        |                                  | {"base_months_24_count": 14, "work_months_12_count": 12} | C01            | C02                   | 1.1                | r2
        p2        | 1             | T4        |                                  |                                                          | []             | X                     | 0.1                | []
        """
    found = figures(spark, table, text)
    assert found["received"] == 3
    assert found["beyond__completeness_ratio"] == 1
    assert found["outside__primary_category_code"] == 1
    assert found["missing__file_no"] == 3
    assert found["key_repeat_ratio"] == pytest.approx(1 / 3)
    extras = {name: n for name, n in found.items() if name.startswith("extra__")}
    assert extras == {
        "extra__TIER_T1_EMPTY": 1,
        "extra__TIER_T2_EMPTY": 0,
        "extra__CATEGORY_PRIMARY": 2,
        "extra__RECORDS_MISSING": 1,
    }


def test_a_file_that_came_twice_is_accounted_for():
    row = dict.fromkeys(metrics.expressions(INSURANCE), 0) | {"received": 110, "silver": 100}
    assert metrics.figures(INSURANCE, row)["unaccounted"] == 10
    assert metrics.figures(INSURANCE, row | {"duplicate": 10})["unaccounted"] == 0


def test_a_code_of_a_long_list_is_asked_by_pattern_and_counted_like_any_other(spark):
    batch = """
        record_id | disposition_code | reason_entries | warning_codes | hukou_code
        r1        |                  | []             | []            | 310115
        r2        |                  | []             | []            | 310225
        r3        |                  | []             | []            |
        r4        |                  | []             | []            | 169999
        r5        | QUARANTINE       | []             | []            | 169999
        """
    table = schemas.table("silver.psb_residence")
    assert len(schemas.codes("region")) > schemas.MANY
    assert figures(spark, table, batch)["outside__hukou_code"] == 1
