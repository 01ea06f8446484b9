"""Tables: what a contract makes of a new one, and that the short way of reading gives what Delta's own gives."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pyspark.sql import functions as F
from pyspark.sql.types import BinaryType, StringType, StructField, StructType
from pyspark.testing import assertDataFrameEqual

import schemas
from jobs import lake as tables
from schemas.spark import commented

NAME = "vault.psb_residence"
KNOWN = datetime(2026, 9, 1, tzinfo=UTC)


def identities(spark, batch, *hashes):
    rows = [(one, batch, f"sealed {one}", KNOWN) for one in hashes]
    return spark.createDataFrame(
        rows, "identity_hash STRING, batch_id STRING, sealed_text STRING, known_from_at TIMESTAMP"
    )


@pytest.fixture
def lake(spark, tmp_path):
    tables.replace_batch(spark, tmp_path, NAME, "2026-08", identities(spark, "2026-08", "a", "b"))
    tables.replace_batch(spark, tmp_path, NAME, "2026-09", identities(spark, "2026-09", "c"))
    tables.replace_batch(spark, tmp_path, NAME, "2026-08", identities(spark, "2026-08", "a", "d"))
    return tmp_path


def test_a_replaced_batch_holds_just_its_new_rows(spark, lake):
    found = tables.read(spark, lake, NAME).select("batch_id", "identity_hash").collect()
    assert sorted(map(tuple, found)) == [("2026-08", "a"), ("2026-08", "d"), ("2026-09", "c")]


def test_a_column_the_contract_got_later_is_added_and_older_rows_have_none(spark, lake, monkeypatch):
    table = schemas.table(NAME)
    more = replace(table.system[-1], name="later_text", physical_type="STRING", required=False)
    grown = replace(table, system=(*table.system, more))
    monkeypatch.setattr(schemas, "table", lambda name: grown)
    rows = identities(spark, "2026-09", "c").withColumn("later_text", F.lit("x"))
    tables.replace_batch(spark, lake, NAME, "2026-09", rows)
    found = tables.read(spark, lake, NAME).select("identity_hash", "later_text").collect()
    assert sorted(map(tuple, found)) == [("a", None), ("c", "x"), ("d", None)]


@pytest.mark.parametrize("few", [0, 64])
def test_few_files_are_read_as_delta_reads_them(spark, lake, monkeypatch, few):
    monkeypatch.setattr(tables, "FEW_FILES", few)
    ours = tables.read(spark, lake, NAME)
    deltas = spark.read.format("delta").load(str(tables.where(lake, NAME)))
    assert ours.columns == deltas.columns
    assert ours.dtypes == deltas.dtypes
    assertDataFrameEqual(ours, deltas)
    assert ("format: delta" in plan(ours)) == (few == 0)


def test_what_was_never_written_is_empty_and_has_the_contracts_columns(spark, tmp_path):
    rows = tables.read(spark, tmp_path, NAME)
    assert rows.columns == [column.name for column in schemas.table(NAME).stored_columns]
    assert rows.count() == 0


@pytest.mark.parametrize("name", ["silver.hmb_rental_contract", "gold.credit_file", "bronze.consent_grant"])
def test_a_new_table_is_what_its_contract_says(spark, tmp_path, name):
    table = schemas.table(name)
    tables.create(spark, tmp_path, table)
    log = tables.where(tmp_path, name) / "_delta_log" / f"{0:020}.json"
    said = next(json.loads(line)["metaData"] for line in log.read_text().splitlines() if "metaData" in line)
    assert json.loads(said["schemaString"])["fields"] == commented(table).jsonValue()["fields"]
    assert said["partitionColumns"] == list(table.partition_by)
    assert said["description"] == table.description
    kept = {key for key in said["configuration"] if key.startswith("delta.constraints.")}
    bounded = {"silver.hmb_rental_contract": 2, "gold.credit_file": 4, "bronze.consent_grant": 0}
    assert len(kept) == bounded[name]


def test_a_key_beside_every_row_stands_in_no_plan(spark):
    key = b"never shown in any plan"
    row = tables.inline(spark, StructType([StructField("key", BinaryType())]), [{"key": key}])
    text = tables.inline(spark, StructType([StructField("word", StringType())]), [{"word": "open"}])
    both = text.crossJoin(row).selectExpr("sha2(concat(key, encode(word, 'UTF-8')), 256) AS hashed")
    assert both.count() == 1
    shown = plan(both)
    assert "LocalTableScan" in shown
    for form in (key.decode(), key.hex(), key.hex().upper()):
        assert form not in shown


def plan(frame):
    """All plans of a frame in full, as `explain` would print them; the session itself cuts them short."""
    spark = frame.sparkSession
    short = spark.conf.get("spark.sql.maxPlanStringLength")
    spark.conf.set("spark.sql.maxPlanStringLength", "1000000")
    try:
        return frame._jdf.queryExecution().toString()
    finally:
        spark.conf.set("spark.sql.maxPlanStringLength", short)
