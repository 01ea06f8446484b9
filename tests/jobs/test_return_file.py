"""What an office is told about its own delivery: place, column, code and words; no value, no duplicate."""

from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

import schemas
from jobs import return_file
from jobs.clock import FixedClock
from jobs.ingest.landing import Delivery
from jobs.ingest.order import Order
from jobs.ingest.periods import period
from jobs.lake import where
from jobs.settings import Endpoint

BATCH = "2026-09"
FIELDS = ("record_id", "disposition_code", "delivery_no", "file", "line", "reason_codes", "reason_column_names")
ASIDE = [
    ("r1", "QUARANTINE", 1, "b.csv", 12, ["ID_CHECKSUM", "CODE_UNKNOWN"], ["certificate_no", "payment_kind_code"]),
    ("r2", "QUARANTINE", 1, "b.csv", 3, ["PARSE_LINE"], [""]),
    ("r3", "DUPLICATE", 1, "b.csv", 4, ["EXACT_DUPLICATE"], [""]),
    ("r4", "SUPPRESSED", 1, "b.csv", 5, ["NO_CONSENT"], [""]),
    ("r5", "QUARANTINE", 2, "=HYPERLINK(a).csv", 2, ["MONTH_FORM"], ["period_month"]),
]


def aside(lake, source, *rows, batch=BATCH):
    table = pa.Table.from_pylist([dict(zip(FIELDS, row, strict=True)) | {"batch_id": batch} for row in rows])
    table = table.append_column("known_from_at", pa.array([datetime(2026, 10, 1, tzinfo=UTC)] * len(rows)))
    write_deltalake(str(where(lake, f"quarantine.{source}")), table, mode="append", partition_by=["batch_id"])


@pytest.fixture
def bureau():
    return schemas.source("hrss_social_insurance")


def test_the_bureau_gets_its_own_delimiter_and_encoding_sorted_by_place(tmp_path, bureau):
    aside(tmp_path, bureau.name, *ASIDE)
    told = return_file.write(tmp_path, bureau, BATCH)
    assert told == tmp_path / "return" / bureau.name / "2026-09.csv"
    lines = told.read_bytes().decode(bureau.server.encoding).splitlines()
    assert [line.split(bureau.server.delimiter)[:5] for line in lines] == [
        ["delivery_no", "file", "line", "column", "code"],
        ["1", "b.csv", "3", "", "PARSE_LINE"],
        ["1", "b.csv", "12", "证件号码", "ID_CHECKSUM"],
        ["1", "b.csv", "12", "缴费类型", "CODE_UNKNOWN"],
        ["2", "'=HYPERLINK(a).csv", "2", "费款所属期", "MONTH_FORM"],
    ]
    assert schemas.codes("reason")["ID_CHECKSUM"].zh_name in lines[2]
    assert schemas.codes("reason")["ID_CHECKSUM"].en_name in lines[2]


def test_an_office_that_answers_in_json_is_answered_in_json_lines(tmp_path):
    aside(tmp_path, "psb_residence", ("r1", "QUARANTINE", 1, "page-3", 7, ["DATE_FUTURE"], ["arrive_date"]))
    told = return_file.write(tmp_path, schemas.source("psb_residence"), BATCH)
    words = schemas.codes("reason")["DATE_FUTURE"]
    assert told.name == "2026-09.jsonl"
    assert told.read_text("utf-8") == (
        '{"delivery_no": 1, "file": "page-3", "line": 7, "column": "arrive_date", "code": "DATE_FUTURE", '
        f'"原因": "{words.zh_name}", "reason": "{words.en_name}"}}\n'
    )


def test_other_batches_are_not_told_and_a_mended_batch_has_no_file(tmp_path, bureau):
    aside(tmp_path, bureau.name, *ASIDE, batch="2026-08")
    assert return_file.write(tmp_path, bureau, BATCH) is None
    before = return_file.write(tmp_path, bureau, "2026-08")
    assert return_file.written(tmp_path) == return_file.written(tmp_path, bureau.name) == [before]
    DeltaTable(str(where(tmp_path, f"quarantine.{bureau.name}"))).delete("batch_id = '2026-08'")
    assert return_file.write(tmp_path, bureau, "2026-08") is None
    assert return_file.written(tmp_path) == []


def test_every_column_a_check_can_name_has_a_name_in_the_delivery():
    from expectations.rows import checks

    for source in schemas.sources():
        for item in source.objects:
            delivered = {column.physical_name for column in item.bronze.columns} | {""}
            assert {return_file.delivered_name(item, check.column) for check in checks(item.silver)} <= delivered


def test_a_column_without_purpose_is_asked_away_once_a_delivery(tmp_path, bureau):
    header = [column.physical_name for column in bureau.object().bronze.columns]
    listing = replace(bureau, strip_columns=("民族",))
    asked = period(BATCH, bureau.timezone)
    order = Order(listing, asked, tmp_path, Endpoint(url="file:///"), FixedClock(datetime(2026, 10, 1, tzinfo=UTC)))
    with Delivery(order) as delivery:
        for name in ("a.csv", "b.csv"):
            file = delivery.lines(name, "csv", bureau.server.encoding)
            file.write(f"{','.join([*header, '民族'])}\n{name}{',' * len(header)}\n".encode(bureau.server.encoding))
            delivery.add_csv(name, "", file, bureau.server.encoding, ",")
        delivery.seal(asked_by_time=False)
    aside(tmp_path, bureau.name, ("r1", "QUARANTINE", 1, "a.csv", 2, ["KEY_NULL"], ["certificate_no"]))
    lines = return_file.write(tmp_path, listing, BATCH).read_bytes().decode(bureau.server.encoding).splitlines()
    assert [line.split(",")[:5] for line in lines[1:]] == [
        ["1", "a.csv", "1", "民族", "COLUMN_UNWANTED"],
        ["1", "a.csv", "2", "证件号码", "KEY_NULL"],
    ]
