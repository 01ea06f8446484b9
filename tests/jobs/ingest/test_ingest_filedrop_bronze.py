"""What was dropped, as bronze reads it: the right value under each name, and each bad row set aside by itself."""

import pytest

from jobs.bronze import delivered
from jobs.ingest.landing import receipts
from jobs.settings import Endpoint
from tests.jobs.ingest.test_ingest_filedrop import BATCH, Drop, workbook, zipped


@pytest.fixture
def bronze(spark, contract, run, tmp_path):
    """Land what is dropped and return bronze's rows: line, reason, number, name."""

    def read(form, name, body):
        drop = Drop(tmp_path / "inbox")
        drop.put(name, body, done=True)
        source = contract("file", form, {"": ("record_no=编号 person_name=姓名", "record_no")})
        result = run(source, BATCH, Endpoint(url=f"file://{drop.root}"))
        rows = delivered.read(spark, source, source.object(), receipts(tmp_path, "office", BATCH), tmp_path)
        found = [(r["file"], r["line"], r["parse_reason"], r["record_no"], r["person_name"]) for r in rows.collect()]
        assert len(found) == result.rows, "as many as were landed"
        return sorted(found, key=lambda row: row[:2])

    return read


@pytest.mark.fault("F38")
def test_files_of_one_delivery_may_order_their_columns_differently(bronze):
    packed = zipped([("a.csv", "编号,姓名\n1,王芳\n"), ("b.csv", "姓名,编号\n李,2\n")])
    assert bronze("csv", "a.zip", packed) == [("a.csv", 2, None, "1", "王芳"), ("b.csv", 2, None, "2", "李")]


@pytest.mark.fault("F38")
def test_a_newline_in_a_field_and_ragged_rows_are_set_aside_by_line(bronze):
    body = '编号,姓名\n1,"王\n芳"\n2,"say ""hi"""\n3,5" pipe\n4\n5,x,y\n6,"z"\n'
    assert bronze("csv", "a.csv", body) == [
        ("a.csv", 2, "PARSE_LINE", None, None),
        ("a.csv", 3, "PARSE_LINE", None, None),
        ("a.csv", 4, None, "2", 'say "hi"'),
        ("a.csv", 5, None, "3", '5" pipe'),
        ("a.csv", 6, "PARSE_LINE", None, None),
        ("a.csv", 7, "PARSE_LINE", None, None),
        ("a.csv", 8, None, "6", "z"),
    ]


def test_a_workbooks_rows_have_their_own_numbers(bronze):
    rows = [["编号", "姓名"], [110105194912310021, "王\n芳"], [], ["2", "x", "y"], ["3", None]]
    assert bronze("xlsx", "a.xlsx", workbook(rows)) == [
        ("a.xlsx", 2, None, "1.1010519491231E+17", "王\n芳"),
        ("a.xlsx", 4, "PARSE_LINE", None, None),
        ("a.xlsx", 5, None, "3", None),
    ]


def test_a_json_number_keeps_its_digits(bronze):
    body = '{"编号": 0.0009, "姓名": 12345678901234567.89}\n{"编号": 1e3, "姓名": ["a", {"b": 2.5}]}\n[1]\n{"编号": 4\n'
    assert bronze("jsonl", "a.jsonl", body) == [
        ("a.jsonl", 1, None, "0.0009", "12345678901234567.89"),
        ("a.jsonl", 2, None, "1000.0", '["a",{"b":2.5}]'),
        ("a.jsonl", 3, "PARSE_LINE", None, None),
        ("a.jsonl", 4, "PARSE_LINE", None, None),
    ]
