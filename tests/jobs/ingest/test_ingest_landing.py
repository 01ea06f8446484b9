"""Landing: cuts, hashes, receipts, duplicates, and that nothing half done is seen."""

import errno
import json
import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from jobs.clock import FixedClock
from jobs.ingest import landing, stored
from jobs.ingest.landing import Delivery, folder, receipts
from jobs.ingest.order import Order
from jobs.ingest.periods import period
from jobs.ingest.stored import Lines
from jobs.settings import Endpoint


@pytest.fixture
def order(contract, tmp_path):
    source = contract("sftp", "csv", {"": ("record_no=编号 person_name=姓名", "record_no")}, encoding="GB18030")
    endpoint = Endpoint(url="sftp://us@sftp.office.example:2022/", host_key="x", private_key_file=Path("k"))
    clock = FixedClock(datetime(2026, 9, 25, 1, 2, 3, tzinfo=UTC))
    return Order(source, period("2026-09", "Asia/Shanghai"), tmp_path, endpoint, clock)


def land(order, *files, number=None):
    with Delivery(order, number) as delivery:
        for name, body in files:
            file = delivery.lines(name, "csv")
            file.write(body)
            delivery.add_csv(name, "", file, "GB18030", ",")
        return delivery.seal(asked_by_time=False)


BODY = "编号,姓名\r\n1,王芳\r\n2,𠮷田\r\n".encode("gb18030")


def test_a_receipt_says_all_there_is_to_say(order, tmp_path):
    land(order, ("a.csv", BODY))
    file = {
        "name": "a.csv",
        "object": "",
        "format": "csv",
        "encoding": "GB18030",
        "rows": 2,
        "bytes": len(BODY),
        "sha256": sha256(BODY).hexdigest(),
        "header": ["编号", "姓名"],
        "duplicate_of": None,
        "parts": [{"path": "00001-00001.csv", "first_line": 1, "lines": 3, "bytes": len(BODY)}],
    }
    lying = folder(tmp_path, "office", "2026-09", 1)
    assert json.loads((lying / "receipt.json").read_text("utf-8")) == {
        "source": "office",
        "batch": "2026-09",
        "delivery_no": 1,
        "transport": "sftp",
        "sender": "office-data <sftp://sftp.office.example>",
        "received_at": "2026-09-25T01:02:03Z",
        "contract_version": "1.2.0",
        "legal_basis": "CONSENT",
        "agreement_no": "AG-1",
        "since": None,
        "before": None,
        "rows": 2,
        "bytes": len(BODY),
        "sha256": sha256(sha256(BODY).hexdigest().encode()).hexdigest(),
        "duplicate_of": None,
        "unknown_columns": [],
        "missing_columns": [],
        "files": [file],
        "received": [],
        "stripped_columns": [],
    }
    assert (lying / "00001-00001.csv").read_bytes() == BODY
    assert not lying.with_name("1.part").exists()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64])
def test_parts_cut_at_line_ends_and_concatenate_to_the_bytes_received(tmp_path, size):
    body = b"h\r\n\n1234567\r\n\n\n22\n" + b"3\n" * 9 + b"\r\nlast"
    lines = Lines(tmp_path, "00001", "csv", "a.csv", limit=12)
    for start in range(0, len(body), size):
        lines.write(body[start : start + size])
    parts = lines.close()
    pieces = [(tmp_path / part.path).read_bytes() for part in parts]
    assert b"".join(pieces) == body
    assert all(len(piece) <= 12 and piece.endswith(b"\n") for piece in pieces[:-1])
    assert [part.lines for part in parts] == [piece.count(b"\n") + (not piece.endswith(b"\n")) for piece in pieces]
    assert [part.first_line for part in parts] == [1 + sum(p.lines for p in parts[:i]) for i in range(len(parts))]
    assert (lines.lines, lines.blank_lines, lines.first_line) == (17, 4, b"h\r")
    assert lines.digest == sha256(body).hexdigest()


@pytest.mark.fault("F38")
def test_a_file_without_line_ends_is_refused_before_it_fills_memory(order, refused, landed, monkeypatch):
    monkeypatch.setattr(stored.Lines.__init__, "__kwdefaults__", {"limit": 64})
    refused("CF-1402", land, order, ("a.csv", b"x" * 65))
    refused("CF-1402", land, order, ("a.csv", b"h\n" + b"x" * 70 + b"\n"))
    assert landed() == []


def test_a_large_file_is_streamed(tmp_path):
    lines = Lines(tmp_path, "00001", "csv", "a.csv")
    chunk = b"0123456789,abcdef,2026-09-25,WORK\n" * 8_000
    tracemalloc.start()
    for _ in range(100):
        lines.write(chunk)
    parts = lines.close()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(parts) == 4
    assert max(part.bytes for part in parts) <= 8 * 1024 * 1024
    assert peak < 4 * len(chunk)


@pytest.mark.fault("F18")
def test_the_same_file_or_delivery_again_is_marked_as_a_duplicate(order):
    other = BODY.replace(b"1,", b"3,")
    first = land(order, ("a.csv", BODY))
    second = land(order, ("b.csv", other), ("c.csv", BODY), ("d.csv", other))
    third = land(order, ("z.csv", BODY))
    found = [file.duplicate_of and file.duplicate_of.model_dump() for file in second.files]
    assert found == [
        None,
        {"batch": "2026-09", "delivery_no": 1, "name": "a.csv"},
        {"batch": "2026-09", "delivery_no": 2, "name": "b.csv"},
    ]
    assert (first.duplicate_of, second.duplicate_of) == (None, None)
    assert third.duplicate_of.model_dump() == {"batch": "2026-09", "delivery_no": 1}
    assert [r.delivery_no for r in receipts(order.lake, "office", "2026-09")] == [1, 2, 3]


def test_files_without_records_are_no_duplicates_of_each_other(order):
    land(order, ("a.csv", "编号,姓名\n".encode("gb18030")))
    empty = land(order, ("a.csv", "编号,姓名\n".encode("gb18030")))
    assert (empty.rows, empty.files[0].duplicate_of, empty.duplicate_of) == (0, None, None)


@pytest.mark.parametrize(
    ("header", "unknown", "missing"),
    [
        ("姓名,编号", (), ()),
        ("编号,姓名,备注", ("备注",), ()),
        ("编号", (), ("姓名",)),
        ("编号,名字", ("名字",), ("姓名",)),
        ("编号,姓名,姓名", ("姓名",), ()),
        ("\ufeff编号,姓名", (), ()),
        ('"编号", 姓名 ', (), ()),
    ],
)
@pytest.mark.fault("F38")
def test_another_header_is_recorded_and_kept(order, header, unknown, missing):
    receipt = land(order, ("a.csv", f"{header}\n1,x\n".encode("gb18030")))
    assert (receipt.unknown_columns, receipt.missing_columns) == (unknown, missing)


@pytest.mark.parametrize("body", [b"", b"\n", b"\r\n1,x\n"])
@pytest.mark.fault("F39")
def test_a_file_without_a_header_is_held(order, body, refused, landed):
    refused("CF-1403", land, order, ("a.csv", body))
    assert landed() == []


@pytest.mark.fault("F37")
def test_a_header_in_another_encoding_is_held(order, refused, landed):
    refused("CF-1401", land, order, ("a.csv", b"\xff\xff,x\n1,2\n"))
    assert landed() == []


def test_what_a_killed_run_left_behind_is_thrown_away(order, landed):
    left = folder(order.lake, "office", "2026-09", 1).with_name("1.part")
    left.mkdir(parents=True)
    (left / "00001-00009.csv").write_bytes(b"half")
    assert receipts(order.lake, "office", "2026-09") == ()
    land(order, ("a.csv", BODY))
    assert landed() == ["office/2026-09/1/00001-00001.csv", "office/2026-09/1/receipt.json"]


def test_a_delivery_landed_by_another_run_meanwhile_is_never_overwritten(order, refused):
    def late():
        with Delivery(order, 1) as delivery:
            land(order, ("a.csv", BODY), number=1)
            (order.lake / "landing/office/2026-09/1.part").mkdir()
            file = delivery.lines("b.csv", "csv")
            file.write(b"other\n")
            delivery.add_csv("b.csv", "", file, "GB18030", ",")
            delivery.seal(asked_by_time=False)

    refused("CF-8002", late)
    assert [file.name for file in receipts(order.lake, "office")[0].files] == ["a.csv"]


@pytest.mark.fault("F09")
@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "CF-8101"), (errno.EACCES, "CF-8102")])
def test_a_full_or_locked_disk_is_told_and_leaves_nothing(order, refused, landed, monkeypatch, number, code):
    def fail(_):
        raise OSError(number, "no")

    monkeypatch.setattr(landing, "close_safely", fail)
    refused(code, land, order, ("a.csv", BODY))
    assert landed() == []


def test_a_receipt_that_was_edited_is_not_believed(order, refused):
    land(order, ("a.csv", BODY))
    path = folder(order.lake, "office", "2026-09", 1) / "receipt.json"
    path.write_text(path.read_text("utf-8").replace('"rows"', '"lines"'), "utf-8")
    assert "office/2026-09/1" in str(refused("CF-1002", receipts, order.lake, "office"))


def test_ingest_starts_without_spark():
    loaded = "import sys, jobs.ingest.step; print({'pyspark', 'great_expectations', 'airflow'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True).stdout == "set()\n"
    )
