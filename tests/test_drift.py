"""Columns that change: what is added is kept and told, what is taken away, renamed or retyped holds the batch (F31)."""

import json
import shutil

import polars
import pytest
from pyspark.sql import functions as F

import schemas
from jobs import cli, keys
from jobs.bronze import header
from jobs.hashing import opened, with_keys
from jobs.ingest.landing import receipts

SECRET = "11010519491231002X"


def unsealed(spark, desk, source, batch):
    """What stands sealed in bronze for the columns nobody agreed to."""
    rows = desk.table(f"bronze.{source}").filter(polars.col("batch_id") == batch).sort("line")
    frame = spark.createDataFrame([(text,) for text in rows["sealed_undeclared_text"]], "sealed STRING")
    plain = with_keys(spark, frame, keys.load(desk.lake, "sandbox"), "identity").select(opened(F.col("sealed")))
    return [row[0] and json.loads(row[0]) for row in plain.collect()]


@pytest.mark.fault("F31")
@pytest.mark.parametrize("source", ["hrss_social_insurance", "hmb_rental_contract"], ids=["CSV", "JSON"])
def test_a_column_added_is_kept_sealed_and_told(spark, desk, source, caplog, capsys):
    records = [desk.record(source, 1, 备注=f"本人 {SECRET}", grade="7"), desk.record(source, 2)]
    receipt = desk.deliver(source, "2026-01", records)
    assert receipt.unknown_columns == ("备注", "grade")
    assert desk.refine(source, "2026-01") == 0
    assert desk.run(source, "2026-01").counts["silver"] == 2
    assert unsealed(spark, desk, source, "2026-01") == [{"备注": f"本人 {SECRET}", "grade": "7"}, None]
    [note] = desk.run(source, "2026-01").notes
    assert "new 备注, grade; contract 1.0.0, a contract version is asked for" in note
    assert note in caplog.text
    files = [path for path in (desk.lake / "bronze").rglob("*") if path.is_file()]
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
    assert cli.run(["status", "--lake", str(desk.lake)]) == 0
    assert note in capsys.readouterr().out


@pytest.mark.fault("F31")
@pytest.mark.parametrize(
    ("source", "lost", "renamed", "told"),
    [
        ("hrss_social_insurance", ("paid_date",), (), "missing 缴费日期; contract"),
        ("hrss_social_insurance", (), (("base_cny", "基数"),), "new 基数; likely renamed 缴费基数 → 基数; contract"),
        ("hrss_social_insurance", (), (("base_cny", "WAGE"),), "likely renamed 缴费基数 → WAGE; contract"),
        ("hrss_social_insurance", (), (("base_cny", SECRET),), "missing 缴费基数; new 1 not shown; contract"),
        ("hmb_rental_contract", ("status_code",), (), "missing status_code; contract"),
        ("hmb_rental_contract", (), (("status_code", "state_code"),), "likely renamed status_code → state_code"),
    ],
    ids=["CSV lost", "CSV renamed", "CSV same place", "CSV a person's number", "JSON lost", "JSON renamed"],
)
def test_a_column_taken_away_or_renamed_holds_the_batch_with_the_difference(desk, source, lost, renamed, told, capsys):
    batch = "2026-02"
    desk.deliver(source, batch, [desk.record(source, 1)], lost=lost, renamed=renamed)
    before = desk.table(f"bronze.{source}").height
    assert desk.refine(source, batch) == 4
    said = capsys.readouterr().err
    assert "CF-2101" in said
    assert told in said
    assert "a contract version is asked for" in said
    assert SECRET not in said
    assert desk.run(source, batch).status == "held"
    assert desk.table(f"bronze.{source}").height == before
    shutil.rmtree(desk.lake / "landing" / source / batch)


def test_a_json_key_left_out_of_one_page_is_not_missing(desk):
    desk.deliver("hmb_rental_contract", "2026-03", [desk.record("hmb_rental_contract", 3)])
    [receipt] = receipts(desk.lake, "hmb_rental_contract", "2026-03")
    [page] = receipt.files
    short = page.model_copy(update={"name": "page-2", "header": page.header[:3]})
    source = schemas.source("hmb_rental_contract")
    assert list(header.drifts(source, receipt.model_copy(update={"files": (page, short)}))) == []
    [drift] = header.drifts(source, receipt.model_copy(update={"files": (short, short)}))
    assert drift.missing[-1] == "status_code"
