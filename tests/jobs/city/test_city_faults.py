"""Every switch of the city's REST and SFTP offices, as the ingest step and the installed program meet it."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.city import offices
from jobs.clock import FixedClock
from jobs.context import source_of
from jobs.errors import CreditFileError
from jobs.ingest.patience import Patience
from jobs.ingest.step import ingest
from jobs.settings import Settings

PROGRAM = str(Path(sys.executable).with_name("creditfile"))
BATCH = "2026-07"
REST, SFTP = "psb_residence", "hrss_social_insurance"
QUICK = Patience(
    attempts=6,
    first_wait=0.005,
    longest_wait=0.01,
    retry_after_limit=0.05,
    connect=5.0,
    read=5.0,
    page=0.5,
    delivery=60.0,
)


@pytest.fixture
def land(lake, tmp_path):
    """Land a batch of one source in a lake of the test's own while the offices show these faults."""

    def run(source: str, *faults: str):
        with offices.open(lake / "city", faults=faults):
            endpoint = Settings(lake=lake).endpoint(source)
            at = FixedClock(datetime(2027, 1, 5, tzinfo=UTC))
            return ingest(source_of(source), BATCH, lake=tmp_path, endpoint=endpoint, clock=at, patience=QUICK).landed

    return run


def content(landed) -> list[tuple[int, int, str]]:
    return [(receipt.delivery_no, receipt.rows, receipt.sha256) for receipt in landed]


def lying(lake: Path) -> list[str]:
    return sorted(str(path.relative_to(lake)) for path in lake.glob("landing/*/*/**/*") if path.is_file())


def records(lake: Path) -> list[dict]:
    pages = sorted(lake.glob(f"landing/{REST}/{BATCH}/1/*-*.json"))
    return [item for page in pages for item in json.loads(page.read_bytes())["items"]]


@pytest.fixture(scope="module")
def undisturbed(lake, tmp_path_factory):
    """What a quiet day lands, to hold a stormy one against."""
    mine = tmp_path_factory.mktemp("quiet")
    with offices.open(lake / "city"):
        for source in (REST, SFTP):
            endpoint = Settings(lake=lake).endpoint(source)
            at = FixedClock(datetime(2027, 1, 5, tzinfo=UTC))
            ingest(source_of(source), BATCH, lake=mine, endpoint=endpoint, clock=at, patience=QUICK)
    return mine


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        pytest.param(
            "F20", ["CF-1101 status 500", "CF-1101 status 502", "CF-1101 status 503"], marks=pytest.mark.fault("F20")
        ),
        pytest.param("F21", ["CF-1102 status 429"] * 3, marks=pytest.mark.fault("F21")),
        pytest.param("F22", ["CF-1103 no whole answer within 0.5 s"] * 3, marks=pytest.mark.fault("F22")),
        pytest.param(
            "F23",
            ["CF-1104 connection broke off"] * 2 + ["CF-1104 page is not whole JSON", "CF-1104 gzip ends early"],
            marks=pytest.mark.fault("F23"),
        ),
        pytest.param("F24", [], marks=pytest.mark.fault("F24")),
    ],
)
def test_what_passes_is_outlasted_and_the_records_are_those_of_a_quiet_day(
    land, undisturbed, tmp_path, caplog, fault, told
):
    (receipt,) = land(REST, fault)
    warnings = [record.getMessage() for record in caplog.records if record.name == "jobs.ingest.patience"]
    assert [text.partition(";")[0] for text in warnings] == told
    assert records(tmp_path) == records(undisturbed)
    assert len(receipt.files) > 2 or fault == "F20"


@pytest.mark.parametrize(
    ("fault", "source", "code"),
    [
        pytest.param("F25", REST, "CF-1106", marks=pytest.mark.fault("F25")),
        pytest.param("F26", REST, "CF-1107", marks=pytest.mark.fault("F26")),
        pytest.param("F27", REST, "CF-1108", marks=pytest.mark.fault("F27")),
        pytest.param("F28", REST, "CF-1109", marks=pytest.mark.fault("F28")),
        pytest.param("F29", REST, "CF-1110", marks=pytest.mark.fault("F29")),
        pytest.param("F33", SFTP, "CF-1201", marks=pytest.mark.fault("F33")),
        pytest.param("F34", SFTP, "CF-1202", marks=pytest.mark.fault("F34")),
        pytest.param("F35", SFTP, "CF-1203", marks=pytest.mark.fault("F35")),
    ],
)
def test_what_stays_is_refused_whole_and_the_same_command_ends_well_once_it_is_gone(
    land, undisturbed, tmp_path, fault, source, code
):
    with pytest.raises(CreditFileError) as refused:
        land(source, fault)
    assert refused.value.code == code
    assert lying(tmp_path) == []
    land(source)
    expected = [name for name in lying(undisturbed) if f"/{source}/" in name]
    assert lying(tmp_path) == expected
    hashes = [
        [hashlib.sha256((root / n).read_bytes()).digest() for n in expected if "receipt" not in n]
        for root in (tmp_path, undisturbed)
    ]
    assert hashes[0] == hashes[1]


@pytest.mark.fault("F30")
def test_a_record_outside_the_limits_is_set_aside_and_the_others_of_its_page_land(land, undisturbed, tmp_path):
    (receipt,) = land(REST, "F30")
    first, *others = receipt.files
    assert (first.format, {file.format for file in others}) == ("json", {"jsonl"}), "the office has it from page two on"
    for page in others:
        place = tmp_path / "landing" / REST / BATCH / "1" / page.parts[0].path
        [aside] = [line for line in place.read_text("utf-8").splitlines() if not line.startswith("{")]
        assert "a key is given twice" in aside
    quiet = json.loads((undisturbed / "landing" / REST / BATCH / "1" / "receipt.json").read_text("utf-8"))
    assert receipt.rows == quiet["rows"]


@pytest.mark.fault("F36")
def test_a_bureau_that_hangs_up_in_mid_download_is_asked_again(land, undisturbed, tmp_path, caplog):
    land(SFTP, "F36")
    assert caplog.text.count("CF-1204") == 2
    assert lying(tmp_path) == [name for name in lying(undisturbed) if f"/{SFTP}/" in name]


@pytest.mark.fault("F34")
def test_the_bureau_finds_the_reason_in_its_inbox(land, lake):
    with pytest.raises(CreditFileError, match="CF-1202") as refused:
        land(SFTP, "F34")
    said = json.loads((lake / "city" / "inbox" / SFTP / f"return-{BATCH}-1.json").read_text("utf-8"))
    assert said["what"] == refused.value.problem.what
    assert not list((lake / "city" / "inbox" / SFTP).glob("*.part"))


@pytest.fixture
def program(lake, tmp_path):
    """Run the installed program's ingest while the offices show these faults; returns exit, JSON, and all it said."""

    def run(*names: str, faults: tuple[str, ...] = ()):
        with offices.open(lake / "city", faults=faults) as opened:
            variables = os.environ | {"CREDITFILE_SETTINGS": str(opened.path), "CREDITFILE_LAKE": str(tmp_path)}
            command = [PROGRAM, "run", "ingest", *names, "--batch", BATCH, "--json"]
            done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=False)
            secrets = [value for place in opened.endpoints.values() if (value := place.get("client_secret"))]
        said = done.stdout + done.stderr
        assert not [secret for secret in secrets if secret in said]
        assert "Traceback" not in said
        return done.returncode, done.stdout, said

    return run


@pytest.mark.parametrize(
    ("fault", "source", "code", "status"),
    [
        pytest.param("F25", REST, "CF-1106", 3, marks=pytest.mark.fault("F25")),
        pytest.param("F26", REST, "CF-1107", 5, marks=pytest.mark.fault("F26")),
        pytest.param("F28", REST, "CF-1109", 6, marks=pytest.mark.fault("F28")),
        pytest.param("F29", REST, "CF-1110", 6, marks=pytest.mark.fault("F29")),
        pytest.param("F33", SFTP, "CF-1201", 5, marks=pytest.mark.fault("F33")),
        pytest.param("F34", SFTP, "CF-1202", 5, marks=pytest.mark.fault("F34")),
        pytest.param("F35", SFTP, "CF-1203", 6, marks=pytest.mark.fault("F35")),
    ],
)
def test_the_program_ends_with_the_code_and_what_to_do(program, tmp_path, fault, source, code, status):
    ended, _, said = program(source, faults=(fault,))
    assert ended == status, said
    assert code in said
    assert "fix" in said.lower()
    assert lying(tmp_path) == []


@pytest.mark.fault("F20")
@pytest.mark.fault("F24")
@pytest.mark.fault("F36")
def test_the_program_outlasts_what_passes(program, undisturbed, tmp_path):
    ended, _, said = program(REST, SFTP, faults=("F20", "F24", "F36"))
    assert ended == 0, said
    assert records(tmp_path) == records(undisturbed)
    assert [name for name in lying(tmp_path) if SFTP in name] == [name for name in lying(undisturbed) if SFTP in name]


@pytest.mark.fault("F20")
@pytest.mark.fault("F27")
def test_one_office_out_of_order_does_not_stop_another(program, tmp_path):
    ended, _, said = program(REST, SFTP, faults=("F27",))
    assert ended == 5, said
    assert "CF-1108" in said
    landed = {name.split("/")[1] for name in lying(tmp_path)}
    assert landed == {SFTP}
    ended, _, said = program(REST, SFTP)
    assert ended == 0, said
    assert {name.split("/")[1] for name in lying(tmp_path)} == {REST, SFTP}
