"""The file-drop connector: real folders, real files of every kind, and archives made to hurt."""

import gzip
import io
import json
import os
import random
import stat
import struct
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

import schemas
from jobs.clock import FixedClock
from jobs.ingest import archive
from jobs.ingest import inbox as inboxes
from jobs.ingest import workbook as workbooks
from jobs.ingest.landing import folder, receipts
from jobs.ingest.step import ingest
from jobs.settings import Endpoint

HEADER = "编号,姓名"
BATCH = "2026-09"
CSV = f"{HEADER}\r\n1,王芳\r\n2,李\r\n"


class Drop:
    """An office's inbox and how the office fills it."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / "office" / BATCH
        root.mkdir()

    def put(self, name: str, body: str | bytes, rows: int = 2, done: bool = False, encoding: str = "utf-8") -> dict:
        """Drop a file and return what a manifest says of it; `done` makes it a delivery by itself."""
        content = body.encode(encoding) if isinstance(body, str) else body
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(content)
        if done:
            (self.folder / f"{name}.done").touch()
        return {"name": name, "bytes": len(content), "rows": rows, "sha256": sha256(content).hexdigest()}

    def state(self, number: int, *files: dict, done: bool = True, **other: object) -> None:
        """Drop a manifest, and its marker."""
        manifest = {"source": "office", "batch": BATCH, "delivery_no": number, "files": files} | other
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"manifest-{number}.json").write_text(json.dumps(manifest))
        if done:
            (self.folder / f"manifest-{number}.json.done").touch()

    def left(self) -> list[str]:
        """Name what lies in the inbox; the lock is ours."""
        found = [path for path in self.folder.rglob("*") if path.is_file() or path.is_symlink()]
        return sorted(str(path.relative_to(self.folder)) for path in found if path.name != ".lock")


@pytest.fixture
def drop(tmp_path):
    return Drop(tmp_path / "inbox")


@pytest.fixture
def source(contract):
    def make(form="csv", encoding="UTF-8", **properties):
        objects = {"": ("record_no=编号 person_name=姓名", "record_no"), "staff": ("staff_no=工号", "staff_no")}
        return contract("file", form, objects, encoding, **properties)

    return make


@pytest.fixture
def endpoint(drop):
    return Endpoint(url=f"file://{drop.root}")


@pytest.fixture
def take(run, endpoint):
    return lambda contract: run(contract, BATCH, endpoint)


@pytest.fixture
def hold(refused, take, landed, drop):
    """A delivery that must be held: its code, nothing landed, and a return file that tells the sender no value."""

    def call(code, contract):
        error = refused(code, take, contract)
        assert landed() == []
        told = json.loads((drop.folder / "return-1.json").read_text("utf-8"))
        assert (told["format"], told["code"], told["delivery_no"]) == ("creditfile.return/1", code, 1)
        for text in (str(error), json.dumps(told, ensure_ascii=False)):
            assert "王" not in text
            assert "11010519491231002X" not in text
        return error

    return call


def rows_of(tmp_path, number=1):
    """The lines that bronze will read, in order."""
    parts = sorted(folder(tmp_path, "office", BATCH, number).glob("0*"))
    return b"".join(part.read_bytes() for part in parts).decode("utf-8").split("\n")


def zipped(entries, mode=0o100644, method=zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = mode << 16, method
            archive.writestr(info, body)
    return out.getvalue()


def workbook(rows, *others) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for sheet in others:
        more = book.create_sheet()
        for row in sheet:
            more.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_finished_delivery_lands_and_leaves_the_inbox(drop, source, take, tmp_path):
    staff = drop.put("office_staff_09.csv", "工号\n7\n", rows=1)
    drop.state(1, drop.put("a.csv", CSV), staff)
    (receipt,) = take(source()).landed
    assert [(f.name, f.object, f.rows) for f in receipt.files] == [
        ("a.csv", "", 2),
        ("office_staff_09.csv", "staff", 1),
    ]
    assert (receipt.transport, receipt.sender, receipt.received) == ("file", "office-data <file://>", ())
    assert (receipt.unknown_columns, receipt.missing_columns) == ((), ())
    lying = folder(tmp_path, "office", BATCH, 1)
    assert (lying / "00001-00001.csv").read_bytes() == CSV.encode()
    assert (lying / "manifest-1.json").is_file()
    assert drop.left() == []


def test_a_file_with_its_own_marker_is_a_delivery(drop, source, take):
    drop.put("b.csv", CSV, done=True)
    drop.put("a.csv", f"{HEADER}\n3,张\n", done=True)
    assert [(r.delivery_no, r.files[0].name, r.rows) for r in take(source()).landed] == [
        (1, "a.csv", 1),
        (2, "b.csv", 2),
    ]
    drop.put("c.csv", CSV, done=True)
    (again,) = take(source()).landed
    assert (again.delivery_no, again.duplicate_of.delivery_no) == (3, 2)
    assert drop.left() == []


@pytest.mark.fault("F33")
def test_what_has_no_marker_is_waited_for_however_old_it_is(drop, source, take, refused, landed):
    refused("CF-1001", take, source())
    drop.put("a.csv", CSV)
    os.utime(drop.folder / "a.csv", (0, 0))
    refused("CF-1201", take, source())
    drop.state(1, drop.put("a.csv", CSV), done=False)
    error = refused("CF-1201", take, source())
    assert landed() == []
    assert "Fix: wait" in str(error)
    drop.state(1, drop.put("a.csv", CSV))
    drop.state(2, drop.put("b.csv", CSV), done=False)
    result = take(source())
    assert ([r.delivery_no for r in result.landed], result.notes) == ([1], ("manifest-2.json has no .done marker yet",))


@pytest.mark.fault("F18")
def test_the_same_delivery_dropped_again_is_recognised(drop, source, take):
    drop.state(1, drop.put("a.csv", CSV))
    take(source())
    drop.state(1, drop.put("a.csv", CSV))
    again = take(source())
    assert (again.landed, len(again.earlier)) == ((), 1)
    drop.state(2, drop.put("a.csv", CSV))
    assert take(source()).landed[0].duplicate_of.delivery_no == 1
    assert drop.left() == []


@pytest.mark.fault("F34")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rows": 1_000}, "manifest 1,000 rows, file 2"),
        ({"bytes": 4_000}, "manifest 4,000 bytes, file 32"),
        ({"sha256": "0" * 64}, "another SHA-256"),
        ({"name": "gone.csv"}, "not there"),
        ({"rows": "2"}, "manifest is not valid at files.1.rows"),
        ({"name": "王芳.csv"}, "not there"),
    ],
)
def test_a_delivery_that_is_not_what_its_manifest_says_is_held_whole(drop, source, hold, change, says):
    drop.state(1, drop.put("ok.csv", CSV), drop.put("a.csv", CSV) | change)
    assert says in str(hold("CF-1202", source()))


@pytest.mark.fault("F34")
def test_a_held_delivery_is_healed_by_its_missing_file_or_by_a_later_one(drop, source, take, hold):
    first = drop.put("a.csv", CSV)
    (drop.folder / "a.csv").unlink()
    drop.state(1, first)
    hold("CF-1202", source())
    hold("CF-1202", source())
    drop.put("a.csv", CSV)
    assert [r.delivery_no for r in take(source()).landed] == [1]
    assert drop.left() == []
    drop.state(2, drop.put("b.csv", CSV) | {"rows": 9})
    drop.state(3, drop.put("c.csv", CSV + "3,张\n", rows=3))
    result = take(source())
    assert [r.delivery_no for r in result.landed] == [3]
    assert ["manifest 9 rows, file 2" in note for note in result.notes] == [True]


@pytest.mark.fault("F34")
def test_a_held_delivery_gives_way_to_its_own_number_again_and_a_landed_one_does_not(drop, source, take, hold, refused):
    drop.state(1, drop.put("a.csv", CSV) | {"rows": 9})
    hold("CF-1202", source())
    drop.state(1, drop.put("a.csv", CSV))
    assert take(source()).rows == 2
    drop.state(1, drop.put("a.csv", CSV + "3,x\n", rows=3))
    assert "changed after its delivery landed" in str(refused("CF-1202", take, source()))


@pytest.mark.fault("F20")
def test_a_run_stopped_at_any_rename_is_finished_by_the_next(contract, tmp_path, monkeypatch, source, run):
    """Fail rename number 1, 2, 3 ... until a run passes untouched; each time the next run lands each record once."""
    real, at = inboxes._move, 0
    while True:
        at += 1
        home = tmp_path / str(at)
        home.mkdir()
        drop, calls = Drop(home / "inbox"), []
        drop.state(1, drop.put("a.csv", CSV), drop.put("b.csv", f"{HEADER}\n3,x\n", rows=1))

        def stop(old, new, calls=calls, at=at):
            calls.append(new)
            if len(calls) == at:
                raise KeyboardInterrupt
            return real(old, new)

        monkeypatch.setattr(inboxes, "_move", stop)
        lake, end = home, Endpoint(url=f"file://{drop.root}")

        def go(lake=lake, end=end):
            return ingest(source(), BATCH, lake=lake, endpoint=end, clock=FixedClock(datetime(2027, 1, 5, tzinfo=UTC)))

        try:
            go()
            interrupted = False
        except KeyboardInterrupt:
            interrupted = True
        monkeypatch.setattr(inboxes, "_move", real)
        if interrupted:
            go()
        assert [(r.delivery_no, r.rows) for r in receipts(lake, "office")] == [(1, 3)]
        assert drop.left() == []
        if not interrupted:
            break
    assert at == 5


def test_a_delivery_that_landed_before_the_run_died_is_let_go(drop, source, take, monkeypatch):
    drop.put("a.csv", CSV, done=True)
    monkeypatch.setattr(inboxes.Claim, "leave", lambda claim: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        take(source())
    monkeypatch.undo()
    again = take(source())
    assert (again.landed, len(again.earlier), drop.left()) == ((), 1, [])


def test_two_runs_of_two_lakes_never_take_the_same_delivery(drop, source, tmp_path):
    """Many deliveries, two processes at once: each is landed by exactly one of them."""
    for number in range(1, 31):
        drop.state(number, drop.put(f"{number}.csv", f"{HEADER}\n{number},x\n", rows=1))
    code = f"""
import sys, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
from datetime import UTC, datetime
from pathlib import Path
from jobs.clock import FixedClock
from jobs.errors import CreditFileError
from jobs.ingest.step import ingest
from jobs.settings import Endpoint
import conftest
objects = {{"": ("record_no=编号 person_name=姓名", "record_no")}}
source = conftest.contract.__wrapped__()("file", "csv", objects)
for _ in range(200):
    try:
        ingest(source, {BATCH!r}, lake=Path(sys.argv[1]), endpoint=Endpoint(url={"file://" + str(drop.root)!r}),
               clock=FixedClock(datetime(2027, 1, 5, tzinfo=UTC)))
        break
    except CreditFileError as busy:
        if busy.code == "CF-1001":
            break
        assert busy.code == "CF-8002", busy
        time.sleep(0.02)
"""
    lakes = [tmp_path / "one", tmp_path / "two"]
    running = [subprocess.Popen([sys.executable, "-c", code, str(lake)]) for lake in lakes]
    assert [process.wait(timeout=60) for process in running] == [0, 0]
    taken = [r.delivery_no for lake in lakes for r in receipts(lake, "office")]
    assert sorted(taken) == list(range(1, 31))
    assert drop.left() == []


# --- F37: encodings ---------------------------------------------------------------------------------------------------


@pytest.mark.fault("F37")
def test_text_lands_in_its_declared_encoding_byte_for_byte(drop, source, take, tmp_path):
    body = (CSV + "3,𠮷田\r\n4,１２\r\n").encode("gb18030")
    drop.state(1, drop.put("a.csv", body, rows=4))
    (receipt,) = take(source(encoding="GB18030")).landed
    assert (receipt.files[0].encoding, receipt.files[0].header) == ("GB18030", ("编号", "姓名"))
    assert (folder(tmp_path, "office", BATCH, 1) / "00001-00001.csv").read_bytes() == body


@pytest.mark.fault("F37")
def test_utf_8_with_a_mark_is_utf_8(drop, source, take):
    drop.state(1, drop.put("a.csv", CSV, encoding="utf-8-sig"))
    assert take(source()).landed[0].files[0].header == ("编号", "姓名")


@pytest.mark.fault("F37")
@pytest.mark.parametrize(
    ("declared", "body", "says"),
    [
        ("UTF-8", CSV.encode("gb18030"), "header is not UTF-8"),
        ("GB18030", CSV.encode("utf-8-sig"), "declared GB18030, marked as UTF-8"),
        ("GB18030", "id,name\n1,王芳\n2,李小红\n".encode(), "declared GB18030, all of it is UTF-8"),
        ("UTF-8", CSV.encode("utf-16"), "text is UTF-16"),
        ("UTF-8", CSV.encode() + b"x" * 9000 + b"\0\n", "text holds NUL"),
        ("UTF-8", b"\xff\xff\xff,x\n1,2\n", "header is not UTF-8"),
    ],
)
def test_text_in_another_encoding_is_held(drop, source, hold, declared, body, says):
    drop.put("a.csv", body, done=True)
    assert says in str(hold("CF-1401", source(encoding=declared)))


@pytest.mark.fault("F37")
def test_bad_bytes_in_a_row_stay_for_bronze(drop, source, take, tmp_path):
    body = CSV.encode() + b"3,\xff\xfe\n" + "4,\ufffd\n".encode()
    drop.put("a.csv", body, done=True)
    assert take(source()).rows == 4
    assert (folder(tmp_path, "office", BATCH, 1) / "00001-00001.csv").read_bytes() == body


# --- F38: broken CSV --------------------------------------------------------------------------------------------------


@pytest.mark.fault("F38")
@pytest.mark.parametrize(
    ("body", "says"),
    [
        (f'{HEADER}\n1,x\n2,"李\n3,x\n4,x\n', "a quote opened in line 3 is never closed"),
        (f'{HEADER}\n1,"' + "x" * 140_000, "holds an endless field"),
        ("编号,编号\n1,x\n", "names a column twice"),
        ("编号;姓名\n1;x\n", "another sign"),
        ("编号,姓名\r1,x\r", "cannot be cut into names"),
    ],
)
def test_a_file_no_record_can_be_cut_from_is_held(drop, source, hold, body, says):
    drop.put("a.csv", body, done=True)
    assert says in str(hold("CF-1402", source()))


@pytest.mark.fault("F38")
@pytest.mark.parametrize(
    "body",
    [
        f'{HEADER}\n1,"x\ny"\n2,z\n',
        f'{HEADER}\n1,"say ""hi"""\n2,5" pipe\n3,z\n',
        f"{HEADER}\n1\n1,2,3\n2,x\n",
        f'{HEADER}\r\n1,x\n2,"y"\r\n3,z\n',
        f"姓名,编号\n{'x,1' + chr(10)}y,2\nz,3\n",
    ],
)
def test_ragged_rows_and_closed_quotes_are_left_to_bronze(drop, source, take, tmp_path, body):
    drop.put("a.csv", body, done=True)
    assert take(source()).rows == 3
    assert (folder(tmp_path, "office", BATCH, 1) / "00001-00001.csv").read_bytes() == body.encode()


# --- F39: three kinds of nothing --------------------------------------------------------------------------------------


@pytest.mark.fault("F39")
@pytest.mark.parametrize(("body", "code"), [("", "CF-1403"), ("\n\n", "CF-1403"), (f"{HEADER}\n", "CF-1404")])
def test_nothing_has_its_own_codes_and_the_contract_may_allow_it(drop, source, hold, take, body, code):
    drop.state(1, drop.put("a.csv", body, rows=0))
    hold(code, source())
    (receipt,) = take(replace(source(), may_be_empty=True)).landed
    assert (receipt.rows, receipt.duplicate_of) == (0, None)


@pytest.mark.fault("F39")
def test_nothing_where_much_is_usual_is_told_apart(drop, source, take, refused):
    for number in (1, 2):
        lines = "".join(f"{number}{n},x\n" for n in range(1_000))
        drop.state(number, drop.put(f"{number}.csv", f"{HEADER}\n{lines}", rows=1_000))
    take(source())
    drop.state(3, drop.put("3.csv", f"{HEADER}\n", rows=0))
    assert "1,000 are usual" in str(refused("CF-1405", take, source()))


@pytest.mark.fault("F39")
@pytest.mark.parametrize(("rows", "code"), [([], "CF-1403"), ([["编号", "姓名"]], "CF-1404")])
def test_nothing_in_a_workbook(drop, source, hold, rows, code):
    drop.put("a.xlsx", workbook(rows), done=True)
    hold(code, source("xlsx"))


# --- JSON lines, XLSX, Parquet ----------------------------------------------------------------------------------------


def test_json_lines_land_with_the_union_of_their_names(drop, source, take, tmp_path):
    body = '{"编号":"1","姓名":"王芳"}\n\nnot json\n{"编号":2,"备注":"x"}\n'
    drop.state(1, drop.put("a.jsonl", body, rows=3))
    (receipt,) = take(source("jsonl")).landed
    assert (receipt.files[0].format, receipt.files[0].header) == ("jsonl", ("编号", "姓名", "备注"))
    assert receipt.unknown_columns == ("备注",)
    assert rows_of(tmp_path)[2] == "not json"


@pytest.mark.fault("F37")
def test_json_lines_with_a_mark_lose_it_and_are_kept_as_they_came(drop, source, take, tmp_path):
    body = '{"编号":"1","姓名":"x"}\n'.encode("utf-8-sig")
    drop.state(1, drop.put("a.jsonl", body, rows=1))
    (receipt,) = take(source("jsonl")).landed
    assert json.loads(rows_of(tmp_path)[0]) == {"编号": "1", "姓名": "x"}
    (kept,) = receipt.received
    assert (folder(tmp_path, "office", BATCH, 1) / kept.path).read_bytes() == body
    assert kept.sha256 == sha256(body).hexdigest()


def test_a_workbook_lands_as_what_its_cells_show(drop, source, take, tmp_path):
    cells = ["1", 110105194912310021, datetime(2026, 9, 25), datetime(2026, 9, 25, 8, 30), 0.1 + 0.2, True, 12, None]
    header = ["编号", "姓名", "日", "时", "比", "是", "数", "空"]
    body = workbook([header, cells, [], ["2", "  王\n芳 ", "2026/9/1"], ["3"] + ["x"] * 8])
    drop.state(1, drop.put("a.xlsx", body, rows=3))
    (receipt,) = take(source("xlsx")).landed
    lines = rows_of(tmp_path)
    first = json.loads(lines[1])
    assert list(first.values()) == [
        "1",
        "1.1010519491231E+17",
        "2026-09-25",
        "2026-09-25T08:30:00",
        "0.3",
        "true",
        "12",
        None,
    ]
    assert (lines[0], lines[2]) == ("", ""), "a line's number is the sheet's row number"
    assert json.loads(lines[3])["姓名"] == "  王\n芳 "
    assert lines[4].startswith("9 cells under 8 names"), "a wide row is no JSON, and bronze sets it aside"
    (kept,) = receipt.received
    assert (kept.name, kept.sha256) == ("a.xlsx", sha256(body).hexdigest())
    assert (folder(tmp_path, "office", BATCH, 1) / kept.path).read_bytes() == body


@pytest.mark.parametrize(
    ("rows", "others", "code"),
    [
        ([["编号", "姓名"], ["1", "x"]], [[["编号"], ["2"]]], "CF-1406"),
        ([["编号", None, "姓名"], ["1", "x", "y"]], [], "CF-1402"),
        ([["编号", "编号"], ["1", "x"]], [], "CF-1402"),
    ],
)
def test_a_workbook_that_is_no_table_is_held(drop, source, hold, rows, others, code):
    drop.put("a.xlsx", workbook(rows, *others), done=True)
    hold(code, source("xlsx"))


def test_parquet_lands_as_text(drop, source, take, tmp_path):
    table = pa.table(
        {
            "编号": pa.array([1, 2**60], pa.int64()),
            "姓名": ["王芳", None],
            "金额": pa.array([Decimal("1.10"), Decimal("-3.00")], pa.decimal128(10, 2)),
            "日": pa.array([datetime(2026, 9, 25, 1, tzinfo=UTC)] * 2, pa.timestamp("us", "UTC")),
        }
    )
    parquet.write_table(table, tmp_path / "a")
    body = (tmp_path / "a").read_bytes()
    drop.state(1, drop.put("a.parquet", body))
    (receipt,) = take(source("parquet")).landed
    first, second = (json.loads(line) for line in rows_of(tmp_path)[:2])
    assert list(first.values()) == ["1", "王芳", "1.10", "2026-09-25T01:00:00+00:00"]
    assert (second["编号"], second["姓名"]) == (str(2**60), None)
    assert receipt.received[0].sha256 == sha256(body).hexdigest()


def large_workbook() -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [["编号", "姓名"], *([number, "x"] for number in range(40_000))]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def large_parquet() -> bytes:
    out = io.BytesIO()
    parquet.write_table(pa.table({"编号": range(400_000), "姓名": ["x"] * 400_000}), out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("form", "made", "rows"),
    [
        ("xlsx", large_workbook, 40_000),
        ("parquet", large_parquet, 400_000),
        ("csv", lambda: zipped([("a.csv", HEADER + "".join(f"\n{n},x" for n in range(400_000)))]), 400_000),
        ("csv", lambda: gzip.compress((HEADER + "".join(f"\n{n},x" for n in range(400_000))).encode()), 400_000),
        (
            "csv",
            lambda: gzip.compress(
                f"{HEADER}\n".encode()
                + b"123,x\n" * 200
                + random.Random(1).randbytes(9_000).hex().encode()
                + b"y,z\n" * 2**18
            ),
            200 + 2**18,
        ),
        ("jsonl", lambda: "".join(f'{{"编号":{n}}}\n' for n in range(400_000)).encode(), 400_000),
    ],
)
def test_a_large_file_of_any_form_is_streamed(drop, source, take, form, made, rows):
    assert workbooks.is_workbook  # what its import takes is not the file's
    drop.put("a", made(), done=True)
    tracemalloc.start()
    assert take(source(form)).rows == rows
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 2**20, f"{peak:,}"


# --- F40: type by content ---------------------------------------------------------------------------------------------

GZ = gzip.compress(CSV.encode())
PACKED = zipped([("a.csv", CSV)])


@pytest.mark.fault("F40")
@pytest.mark.parametrize(
    ("form", "body", "says"),
    [
        ("csv", workbook([["编号", "姓名"], ["1", "x"]]), "content is an Excel workbook, agreed is csv"),
        ("csv", GZ[:-9], "gzip is cut"),
        ("csv", GZ[:20] + b"\xff" * 9 + GZ[29:], "gzip is damaged"),
        ("csv", PACKED[:-30], "zip is cut"),
        ("csv", PACKED.replace(PACKED[40:50], b"\xff" * 10, 1), "zip is cut or damaged"),
        ("csv", PACKED + b"more", "something stands behind it"),
        ("csv", b"%PDF-1.7\n", "content is PDF"),
        ("csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old or locked Excel"),
        ("csv", b"<html><table>", "content is markup"),
        ("csv", b'{"a":1}\n', "content is JSON, agreed is csv"),
        ("csv", b"\x80\x05\x95\0cbuiltins\n", "content is binary"),
        ("jsonl", CSV.encode(), "content is text, agreed is jsonl"),
        ("jsonl", b"{not json\n", "no line is a JSON object"),
        ("xlsx", CSV.encode(), "content is text, agreed is xlsx"),
        ("xlsx", PACKED, "content is zip, agreed is xlsx"),
        ("parquet", b"PAR1" + b"\0" * 40 + b"PAR1", "Parquet is cut or damaged"),
        ("parquet", CSV.encode(), "content is text, agreed is parquet"),
    ],
)
def test_the_content_says_what_a_file_is_and_not_its_name(drop, source, hold, form, body, says):
    drop.put("a.csv", body, done=True)
    assert says in str(hold("CF-1406", source(form)))


@pytest.mark.fault("F40")
@pytest.mark.parametrize("body", [GZ, gzip.compress(CSV[:11].encode()) + gzip.compress(CSV[11:].encode())])
def test_a_packed_file_lands_unpacked_and_as_it_came(drop, source, take, tmp_path, body):
    drop.state(1, drop.put("a.csv", body))
    (receipt,) = take(source()).landed
    lying = folder(tmp_path, "office", BATCH, 1)
    assert (lying / "00001-00001.csv").read_bytes() == CSV.encode()
    assert (lying / receipt.received[0].path).read_bytes() == body
    assert receipt.files[0].sha256 == sha256(CSV.encode()).hexdigest()


def test_each_entry_of_a_zip_is_a_file_of_its_object(drop, source, take):
    packed = zipped([("2026Q3/office.csv", CSV), ("2026Q3/office_staff.csv", "工号\n7\n")])
    drop.state(1, drop.put("all.zip", packed, rows=3))
    (receipt,) = take(source()).landed
    assert [(f.name, f.object, f.rows) for f in receipt.files] == [
        ("office.csv", "", 2),
        ("office_staff.csv", "staff", 1),
    ]


def test_a_chinese_name_written_by_windows_is_read(drop, source, take):
    packed = zipped([("abcd.csv", CSV)]).replace(b"abcd.csv", "名单.csv".encode("gb18030"))
    drop.put("a.zip", packed, done=True)
    assert take(source()).landed[0].files[0].name == "名单.csv"


# --- F41: bombs -------------------------------------------------------------------------------------------------------


def zeros(count: int) -> bytes:
    """A deflate stream of `count` zero bytes, made without holding them."""
    engine, out = zlib.compressobj(9, zlib.DEFLATED, -15), []
    for _ in range(count // 2**20):
        out.append(engine.compress(bytes(2**20)))
    return b"".join([*out, engine.flush()])


def bomb(count: int, stated: int) -> bytes:
    """A zip of zeros whose own list states another size."""
    packed = zeros(count)
    head = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, 0, len(packed), stated, 5, 0) + b"a.csv"
    listed = struct.pack(
        "<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 0, 0, len(packed), stated, 5, 0, 0, 0, 0, 0, 0
    )
    listed += b"a.csv"
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(listed), len(head) + len(packed), 0)
    return head + packed + listed + end


def overlapping() -> bytes:
    """Two entries of one list that share their bytes, as in Fifield's bomb."""
    plain = zipped([("a.csv", CSV), ("b.csv", CSV)])
    at = plain.rfind(b"PK\x01\x02")
    return plain[: at + 42] + struct.pack("<I", 0) + plain[at + 46 :]


def many(count: int) -> bytes:
    """A zip of `count` empty entries, its list made by hand because the library would take minutes."""
    head = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"a"
    entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count % 65_536, count % 65_536, count * len(entry), len(head), 0)
    return head + entry * count + end


BOMBS = {
    "64 MiB of zeros": lambda: bomb(64 * 2**20, 64 * 2**20),
    "4 GiB stated": lambda: bomb(2**20, 2**32 - 2),
    "a million entries": lambda: many(1_000_000),
    "2,000 entries": lambda: many(2_000),
    "overlap": overlapping,
    "zip in zip": lambda: zipped([("a.csv", PACKED)]),
    "gzip in zip": lambda: zipped([("a.csv", GZ)]),
    "gzip in gzip": lambda: gzip.compress(GZ),
    "gzip bomb": lambda: gzip.compress(b"1,x\n" * 2**24),
}


@pytest.mark.fault("F41")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_grows(drop, source, hold, name):
    assert workbooks.is_workbook  # what its import takes is not the bomb's
    drop.put("a.zip", BOMBS[name](), done=True)
    tracemalloc.start()
    hold("CF-1407", source())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20, f"{peak:,}"


@pytest.mark.fault("F41")
def test_a_list_that_understates_its_entries_does_not_help(drop, source, hold):
    drop.put("a.zip", bomb(64 * 2**20, 100), done=True)
    hold("CF-1406", source())


@pytest.mark.fault("F41")
def test_a_sheet_whose_row_number_is_far_away_is_refused(drop, source, hold):
    body = rewritten(
        workbook([["编号", "姓名"], ["1", "x"]]), "xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="999999999"'
    )
    drop.put("a.xlsx", body, done=True)
    hold("CF-1407", source("xlsx"))


# --- F42: names -------------------------------------------------------------------------------------------------------

NAMES = [
    "../../x.csv",
    "/etc/passwd",
    "..\\x.csv",
    "C:\\x.csv",
    "a\nb.csv",
    "a;rm -rf.csv",
    "a\u202evsc.csv",
    "NUL.csv",
]
NAMES += ["com1", ".hidden", "x" * 300 + ".csv", "名" * 100 + ".csv", "a/../../b.csv"]


@pytest.mark.fault("F42")
@pytest.mark.parametrize("name", NAMES)
def test_an_entry_whose_name_points_elsewhere_is_refused(drop, source, hold, tmp_path, name):
    drop.put("a.zip", zipped([("ok.csv", CSV), (name, CSV)]), done=True)
    before = set(tmp_path.rglob("*"))
    error = hold("CF-1408", source())
    assert name not in str(error)
    added = {path.relative_to(tmp_path).as_posix() for path in set(tmp_path.rglob("*")) - before}
    assert {name for name in added if not name.startswith(("inbox/office/2026-09/", "landing"))} == set()


@pytest.mark.fault("F42")
@pytest.mark.parametrize("name", NAMES)
def test_a_manifest_whose_name_points_elsewhere_is_refused(drop, source, hold, name):
    drop.state(1, drop.put("a.csv", CSV) | {"name": name})
    hold("CF-1408", source())


@pytest.mark.fault("F42")
@pytest.mark.parametrize("name", ["a\nb.csv", "a;rm.csv", "a\u202evsc.csv", "aux.csv", "王芳 11010519491231002X\t.csv"])
def test_a_dropped_file_with_a_misleading_name_is_refused(drop, source, hold, name):
    drop.put(name, CSV, done=True)
    assert name not in str(hold("CF-1408", source()))


@pytest.mark.fault("F42")
@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_an_entry_that_is_a_link_or_a_device_is_refused(drop, source, hold, kind):
    drop.put("a.zip", zipped([("a.csv", "/etc/passwd")], mode=kind | 0o777), done=True)
    hold("CF-1408", source())


@pytest.mark.fault("F42")
@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_a_dropped_link_pipe_or_folder_is_never_opened(drop, source, hold, tmp_path, kind):
    secret = tmp_path / "secret.csv"
    secret.write_text(CSV)
    drop.put("b.csv", CSV)
    place = drop.folder / "a.csv"
    {"link": lambda: place.symlink_to(secret), "pipe": lambda: os.mkfifo(place), "folder": place.mkdir}[kind]()
    drop.state(1, {"name": "a.csv", "bytes": len(CSV.encode()), "rows": 2, "sha256": sha256(CSV.encode()).hexdigest()})
    hold("CF-1408", source())
    assert secret.read_text() == CSV.replace("\r\n", "\n")


@pytest.mark.fault("F42")
def test_an_inbox_that_is_a_link_out_of_the_offices_folder_is_refused(drop, source, take, refused, tmp_path):
    (tmp_path / "other").mkdir()
    (drop.root / "office").mkdir()
    drop.folder.symlink_to(tmp_path / "other")
    refused("CF-1408", take, source())


# --- F43: XML ---------------------------------------------------------------------------------------------------------

LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)
EVIL = {
    "laughs": LAUGHS + b"]>",
    "external": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "parameter": b'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x">%a;]>',
    "bare": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
}
XML_PARTS = [
    "xl/worksheets/sheet1.xml",
    "xl/theme/theme1.xml",
    "xl/workbook.xml",
    "[Content_Types].xml",
    "xl/styles.xml",
]


def rewritten(book: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            body = given.read(name)
            if name == part:
                assert old in body
                body = body.replace(old, new, 1)
            made.writestr(name, body)
    return out.getvalue()


@pytest.mark.fault("F43")
@pytest.mark.parametrize("part", XML_PARTS)
@pytest.mark.parametrize("evil", EVIL)
def test_a_workbook_with_a_dtd_is_refused(drop, source, hold, part, evil):
    plain = workbook([["编号", "姓名"], ["1", "x"]])
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        root = archive.read(part).split(b"?>")[-1].lstrip()[:6]
    drop.put("a.xlsx", rewritten(plain, part, root, EVIL[evil] + root), done=True)
    hold("CF-1409", source("xlsx"))


@pytest.mark.fault("F43")
def test_a_part_that_hides_its_dtd_in_utf_16_is_refused(drop, source, hold):
    plain = workbook([["编号", "姓名"], ["1", "x"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            body = given.read(name)
            if name == "xl/workbook.xml":
                text = body.decode().split("?>")[-1].lstrip()
                body = (EVIL["external"].decode() + text).encode("utf-16")
            made.writestr(name, body)
    drop.put("a.xlsx", out.getvalue(), done=True)
    hold("CF-1409", source("xlsx"))


@pytest.mark.fault("F43")
def test_nothing_in_the_product_reads_pickles():
    """Only what the syntax says counts; `pandas` and `pyarrow` are asked for no pickled types either."""
    root = Path(__file__).parents[3]
    for layer in ("jobs", "schemas", "expectations", "dags"):
        for path in (root / layer).rglob("*.py"):
            text = path.read_text("utf-8")
            assert "pickle" not in text, path
            assert "yaml.load(" not in text or "CSafeLoader" in text, path


def test_an_inbox_that_is_not_there_is_told(source, run, refused, tmp_path):
    refused("CF-8102", run, source(), BATCH, Endpoint(url=f"file://{tmp_path}/gone"))


def test_no_connector_reads_a_format_nobody_knows(source, take, refused):
    refused("CF-2001", take, source("avro"))


@pytest.mark.fault("F40")
@pytest.mark.parametrize("size", [2**20 - 1, 2**20, 2**20 + 1, 2**21])
def test_gzip_gives_every_byte_at_the_edges_of_a_chunk(size):
    """Its engine may hold back output when it has no input left; a file must not look cut for that."""
    body = (random.Random(size).randbytes(size // 64).hex().encode() * 33)[:size]
    assert b"".join(archive.gunzipped(io.BytesIO(gzip.compress(body)), "x")) == body


# --- the door: the same list whatever the form ------------------------------------------------------------------------

FORMS = {
    "csv": lambda rows: "".join(",".join(map(str, row)) + "\n" for row in rows).encode("utf-8"),
    "jsonl": lambda rows: "".join(json.dumps(dict(zip(rows[0], row, strict=True))) + "\n" for row in rows[1:]).encode(),
    "xlsx": lambda rows: workbook(rows),
    "parquet": lambda rows: parquet_of({name: list(cells) for name, *cells in zip(*rows, strict=True)}),
}


def parquet_of(columns) -> bytes:
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out)
    return out.getvalue()


@pytest.fixture
def refuse(refused, take, landed, drop, tmp_path):
    """A delivery that must end at the door: nothing is kept but its refusal, and the sender is told no value."""

    def call(code, contract):
        error = refused(code, take, contract)
        assert landed() == [f"office/{BATCH}/1.refused.json"]
        text = (tmp_path / "landing" / "office" / BATCH / "1.refused.json").read_text("utf-8")
        told = (drop.folder / "return-1.json").read_text("utf-8")
        assert json.loads(told)["code"] == json.loads(text)["code"] == code
        assert drop.left() == ["return-1.json"], "no byte of it is kept in our hands"
        assert not [text for text in (str(error), told, text) if "王芳" in text]
        return json.loads(text)

    return call


@pytest.mark.parametrize("form", FORMS)
def test_a_heading_the_law_forbids_ends_the_delivery(drop, source, refuse, form):
    body = FORMS[form]([["编号", "姓名", "宗教信仰"], ["1", "王芳", "x"]])
    drop.put("a", body, done=True)
    told = refuse("CF-2401", source(form))
    assert told["found"] == [{"file": "1/file-1", "column": "宗教", "rule": "RELIGION", "values": 1}]
    assert told["sha256"] == sha256(body).hexdigest()
    assert (told["bytes"], told["rule_version"], told["contract_version"]) == (len(body), "door-1.0", "1.2.0")


@pytest.mark.parametrize("form", FORMS)
def test_words_in_a_value_end_the_delivery(drop, source, refuse, form):
    drop.put("a", FORMS[form]([["编号", "姓名", "备注"], ["1", "王芳", "诊断：肺炎"], ["2", "糖尿病", ""]]), done=True)
    found = {(hit["column"], hit["rule"], hit["values"]) for hit in refuse("CF-2403", source(form))["found"]}
    unknown = "column 3" if form == "csv" else "a column no contract knows"
    assert ("姓名", "DISEASE", 1) in found or (unknown, "DISEASE", 1) in found
    assert found <= {("姓名", "DISEASE", 1), (unknown, "DISEASE", 1)}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("coded", "of"), [(1, 100), (3, 200)])
def test_a_column_with_a_hundredth_of_codes_of_diseases_ends_the_delivery(drop, source, refuse, form, coded, of):
    codes = ["E11.9", "C39", "I10"]
    rows = [[n, "王芳", codes[n % 3] if n < coded else "x"] for n in range(of)]
    empty = [[n, "王芳", ""] for n in range(50)]
    drop.put("a", FORMS[form]([["编号", "姓名", "备注"], *[[*map(str, row)] for row in [*rows, *empty]]]), done=True)
    (hit,) = refuse("CF-2403", source(form))["found"]
    assert (hit["rule"], hit["values"]) == ("ICD10", coded)


@pytest.mark.parametrize("form", FORMS)
def test_what_only_looks_like_it_lands(drop, source, take, form):
    rows = [[f"C{n % 90 + 10}", "佛教协会", "E11" if n == 0 else "回民路1号"] for n in range(101)]
    drop.put("a", FORMS[form]([["编号", "姓名", "地址"], *rows]), done=True)
    (receipt,) = take(source(form)).landed
    assert (receipt.rows, receipt.unknown_columns) == (101, ("地址",))


def test_a_contract_keeps_out_headings_of_its_own(drop, source, take, refused):
    own = replace(source(), refuse_columns=("健康证",), strip_columns=("民族", "photo"))
    drop.put("a.csv", "编号,姓名,民族,Photo_URL,备注\n1,x,汉,u,\n", done=True)
    (receipt,) = take(own).landed
    assert (receipt.stripped_columns, receipt.unknown_columns) == (("民族", "Photo_URL"), ("备注",))
    drop.put("b.csv", "编号,姓名,健康证号\n1,x,\n", done=True)
    assert "heading 健康证: CONTRACT, 1 found" in str(refused("CF-2401", take, own))


def test_the_other_files_of_a_refused_delivery_are_not_kept_either(drop, source, refuse, take):
    first, second = drop.put("a.csv", "编号,姓名,blood_type\n1,王芳,A\n"), drop.put("b.csv", CSV)
    drop.state(1, first | {"rows": 1}, second)
    assert refuse("CF-2401", source())["found"][0]["rule"] == "BLOOD_TYPE"
    drop.state(1, drop.put("a.csv", CSV))
    assert [receipt.rows for receipt in take(source()).landed] == [2], "the office delivers again under its number"


@pytest.mark.parametrize(
    "line",
    ['1,"患有\n糖尿病', '1,王芳,x,y,"糖尿病"', '"1","糖尿病"', "1, 糖尿病 ", "1,糖尿病\r"],
    ids=["open quote", "beyond the header", "quoted", "spaces", "carriage return"],
)
def test_no_form_of_a_line_hides_a_word(contract, drop, run, endpoint, refused, line):
    drop.put("a.csv", f"{HEADER}\n{line}\n2,x\n", done=True)
    refused(
        "CF-2403", run, contract("file", "csv", {"": ("record_no=编号 person_name=姓名", "record_no")}), BATCH, endpoint
    )


@pytest.mark.parametrize(
    "record",
    ['{"编号":"1","备注":{"more":[{"x":"\\u7cd6\\u5c3f\\u75c5"}]}}', '["初步诊断：糖尿病"]', '{"编号":"1"} 病史: 无'],
    ids=["nested and escaped", "a list", "no JSON"],
)
def test_no_form_of_a_record_hides_a_word(drop, source, refuse, record):
    drop.put("a", f'{{"编号":"0"}}\n{record}\n', done=True)
    assert refuse("CF-2403", source("jsonl"))["found"][0]["rule"] == "DISEASE"


def test_a_heading_inside_a_record_is_seen(drop, source, refuse):
    drop.put("a", '{"编号":"1","备注":{"宗教":"x"}}\n', done=True)
    assert refuse("CF-2401", source("jsonl"))["found"][0]["rule"] == "RELIGION"


def test_a_code_list_with_a_disease_ends_every_delivery(drop, source, refuse, monkeypatch):
    known = {"01": schemas.Code("01", "糖尿病", "diabetes", None, None, None, "")}
    monkeypatch.setattr(schemas, "codes", lambda name: known)
    stated = source()
    table = stated.objects[0].silver
    coded = replace(table, columns=(replace(table.columns[0], code_list="cause"), *table.columns[1:]))
    listed = replace(stated, objects=(replace(stated.objects[0], silver=coded), *stated.objects[1:]))
    drop.put("a.csv", CSV, done=True)
    (hit,) = refuse("CF-2404", listed)["found"]
    assert hit == {"file": "", "column": "cause", "rule": "CODE_LIST DISEASE", "values": 2}
