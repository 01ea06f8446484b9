"""Columns that change: what is added is kept and told, what is taken away, renamed or retyped holds the batch (F31)."""

import json
import shutil

import polars
import pytest
from pyspark.sql import functions as F

import schemas
from jobs import cli, keys
from jobs.bronze import header
from jobs.hashing import opened, with_seals
from jobs.ingest.landing import receipts
from tests.contents import tables

SECRET = "11010519491231002X"


def unsealed(spark, desk, source, batch):
    """What stands sealed in bronze for the columns nobody agreed to."""
    rows = desk.table(f"bronze.{source}").filter(polars.col("batch_id") == batch).sort("line")
    frame = spark.createDataFrame([(text,) for text in rows["sealed_undeclared_text"]], "sealed STRING")
    plain = with_seals(spark, frame, keys.load(desk.lake, "sandbox")).select(opened(F.col("sealed")))
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
    version = schemas.source(source).version
    assert f"new 备注, grade; contract {version}, a contract version is asked for" in note
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


LEASE = "hmb_rental_contract"
MONTHS = [f"2026-{month:02}" for month in range(5, 11)]
NEXT = "2026-11"
SIZE = 60


def leases(desk, month, size=SIZE, change=lambda index: {}):
    """A month of leases, all of different people."""
    return [desk.record(LEASE, 1000 * month + index, **change(index)) for index in range(size)]


@pytest.fixture(scope="module")
def usual(desk):
    """Six months in which nothing drifts."""
    for month in MONTHS:
        desk.deliver(LEASE, month, leases(desk, int(month[5:])))
        assert desk.refine(LEASE, month) == 0
    return tables(desk.lake, "silver", "quarantine", "link")


DRIFTS = {
    "retyped": ("CF-2102", "as DATE 0.50", SIZE, lambda n: {"lease_start_date": "soon"} if n % 2 else {}),
    "万元 with its decimals": (
        "CF-2102",
        "monthly_rent_cny as DECIMAL(18,2) 1.00",
        SIZE,
        lambda n: {"monthly_rent_cny": "0.4567"},
    ),
    "万元": ("CF-2102", "计量单位未变（元/万元）", SIZE, lambda n: {"monthly_rent_cny": "0.45"}),
    "a new code": (
        "CF-2102",
        "status_code 1.00, usual and gone: ACTIVE 100%",
        SIZE,
        lambda n: {"status_code": "RENEWED"},
    ),
    "40 % in quarantine": ("CF-2301", "隔离占比", SIZE, lambda n: {"certificate_no": "1"} if n % 5 < 2 else {}),
    "30 % nulls": ("CF-2201", "deposit_cny", SIZE, lambda n: {"deposit_cny": None} if n % 10 < 3 else {}),
    "mean x 100": ("CF-2201", "monthly_rent_cny", SIZE, lambda n: {"monthly_rent_cny": "450000.00"}),
    "codes": ("CF-2201", "lessor_kind_code", SIZE, lambda n: {"lessor_kind_code": "INSTITUTION"}),
    "volume -60 %": ("CF-2201", "数据量", SIZE * 4 // 10, lambda n: {}),
}


@pytest.mark.parametrize(
    ("code", "told", "size", "change"),
    [
        pytest.param(*DRIFTS["retyped"], marks=pytest.mark.fault("F31")),
        pytest.param(*DRIFTS["万元 with its decimals"], marks=pytest.mark.fault("F31")),
        pytest.param(*DRIFTS["万元"], marks=pytest.mark.fault("F31")),
        pytest.param(*DRIFTS["a new code"], marks=pytest.mark.fault("F31")),
        pytest.param(*DRIFTS["40 % in quarantine"], marks=pytest.mark.fault("F57")),
        pytest.param(*DRIFTS["30 % nulls"], marks=pytest.mark.fault("F32")),
        pytest.param(*DRIFTS["mean x 100"], marks=pytest.mark.fault("F32")),
        pytest.param(*DRIFTS["codes"], marks=pytest.mark.fault("F32")),
        pytest.param(*DRIFTS["volume -60 %"], marks=pytest.mark.fault("F32")),
    ],
    ids=list(DRIFTS),
)
def test_a_batch_that_drifts_is_held_and_everything_behind_it_stays(desk, usual, code, told, size, change, capsys):
    shutil.rmtree(desk.lake / "landing" / LEASE / NEXT, ignore_errors=True)
    desk.deliver(LEASE, NEXT, leases(desk, 11, size, change))
    assert desk.refine(LEASE, NEXT) == 4
    said = capsys.readouterr().err
    assert f"{code} " in said
    assert told in said
    assert ("a contract version is asked for" in said) == (code == "CF-2102")
    assert desk.run(LEASE, NEXT).status == "held"
    assert tables(desk.lake, "silver", "quarantine", "link") == usual


@pytest.mark.fault("F31")
@pytest.mark.fault("F57")
def test_single_unknown_codes_are_rows_to_be_mended_and_the_batch_goes_on(desk, usual):
    shutil.rmtree(desk.lake / "landing" / LEASE / NEXT, ignore_errors=True)
    desk.deliver(LEASE, NEXT, leases(desk, 11, SIZE, lambda n: {"status_code": "RENEWED"} if n < 2 else {}))
    assert desk.refine(LEASE, NEXT) == 0
    assert [row[1:] for row in desk.reasons(LEASE, NEXT)] == [("CODE_UNKNOWN", "status_code")] * 2
    assert desk.run(LEASE, NEXT).counts["silver"] == SIZE - 2


@pytest.mark.fault("F32")
@pytest.mark.fault("F57")
def test_a_person_lets_a_held_batch_pass_and_no_other_delivery(desk, usual, capsys):
    def accept(*more):
        said = ["accept", LEASE, "--batch", NEXT, "--why", "the office confirms", "--by", "zhang", "--yes"]
        return cli.run([*said, "--lake", str(desk.lake), *more])

    shutil.rmtree(desk.lake / "landing" / LEASE / NEXT, ignore_errors=True)
    few = leases(desk, 11, SIZE * 4 // 10)
    desk.deliver(LEASE, NEXT, few)
    assert desk.refine(LEASE, NEXT) == 4
    assert accept("--dry-run") == 0
    assert desk.refine(LEASE, NEXT) == 4, "nothing was decided"
    assert accept() == 0
    desk.deliver(LEASE, NEXT, few[:1])
    assert desk.refine(LEASE, NEXT) == 4, "another delivery is another question"
    shutil.rmtree(desk.lake / "landing" / LEASE / NEXT / "2")
    capsys.readouterr()
    assert desk.refine(LEASE, NEXT) == 0
    run = desk.run(LEASE, NEXT)
    assert run.counts["silver"] == len(few)
    assert [("CF-2201" in note, "accepted by zhang, the office confirms" in note) for note in run.notes] == [
        (True, True)
    ]
    assert accept() == 4
    assert "CF-2202" in capsys.readouterr().err


@pytest.mark.fault("F31")
def test_what_the_contract_cannot_read_is_not_a_persons_to_accept(desk, usual, capsys):
    shutil.rmtree(desk.lake / "landing" / LEASE / NEXT, ignore_errors=True)
    _, _, size, change = DRIFTS["retyped"]
    desk.deliver(LEASE, NEXT, leases(desk, 11, size, change))
    assert desk.refine(LEASE, NEXT) == 4
    said = ["accept", LEASE, "--batch", NEXT, "--why", "never mind", "--yes", "--lake", str(desk.lake)]
    assert cli.run(said) == 4
    assert "held by CF-2102" in capsys.readouterr().err
