"""Status: what ran, what is late or held and why, from small files alone."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

import schemas
from jobs import cli, runs, status
from jobs.errors import CreditFileError
from jobs.ingest.receipt import NAME, Found, Receipt, Refusal
from jobs.runs import Run
from jobs.settings import Settings

NOON = datetime(2026, 9, 26, 4, tzinfo=UTC)
COUNTS = {"received": 10, "silver": 7, "quarantine": 1, "duplicate": 2, "suppressed": 0}
SOURCES = [source.name for source in schemas.sources()]


@pytest.fixture
def lake(tmp_path):
    return tmp_path / "lake"


def ran(lake, step, source, batch, state="done", **more):
    runs.write(lake, Run(step=step, source=source, batch=batch, status=state, finished_at=NOON, **more))


def landed(lake, source, batch, rows):
    receipt = Receipt(
        source=source,
        batch=batch,
        delivery_no=1,
        transport="rest",
        sender="office",
        received_at=NOON,
        contract_version="1.0.0",
        legal_basis="CONSENT",
        agreement_no="A-1",
        since=None,
        before=NOON,
        rows=rows,
        bytes=1,
        sha256="0" * 64,
        duplicate_of=None,
        unknown_columns=(),
        missing_columns=(),
        files=(),
    )
    folder = lake / "landing" / source / batch / "1"
    folder.mkdir(parents=True)
    (folder / NAME).write_text(receipt.text(), "utf-8")


def registered(lake, release_id, state="VALIDATED"):
    banks = {"bank_a": 4, "bank_b": 1200}
    entry = {"release_id": release_id, "status": state, "batch": "2026-09", "person_count": 5, "banks": banks}
    runs.write_json(lake / "runs" / "release" / f"{release_id}.json", entry)


def items(lake):
    return {(item["source"], item["batch"]): item for item in status.status(Settings(lake=lake))["items"]}


def test_an_empty_lake_names_the_first_command(lake):
    found = status.status(Settings(lake=lake))
    assert (found["items"], found["people"], found["releases"]) == ([], [], [])
    assert [line for line in status.lines(found) if "creditfile demo" in line]


def test_a_batch_shows_how_far_it_came_and_its_sum(lake):
    landed(lake, "psb_residence", "2026-09", 10)
    landed(lake, "consent_grant", "2026-09", 3)
    ran(lake, "silver", "psb_residence", "2026-09", counts=COUNTS, reasons={"ID_CHECKSUM": 1})
    found = items(lake)
    done, waiting = found["psb_residence", "2026-09"], found["consent_grant", "2026-09"]
    assert (done["step"], done["status"], done["counts"]) == ("silver", "done", COUNTS)
    assert (done["reasons"], done["finished_at"]) == ({"ID_CHECKSUM": 1}, NOON.isoformat())
    assert (waiting["step"], waiting["status"], waiting["counts"]) == ("ingest", "landed", {"received": 3})


def test_a_held_batch_says_why_and_what_to_do(lake):
    landed(lake, "psb_residence", "2026-09", 10)
    held = CreditFileError("CF-2301", what="1.6 %, limit 1.0 %", where="psb_residence 2026-09").problem.as_json()
    ran(lake, "silver", "psb_residence", "2026-09", "held", problem=held)
    item = items(lake)["psb_residence", "2026-09"]
    assert (item["status"], item["code"], item["fix"]) == ("held", "CF-2301", "creditfile quarantine ls")
    text = [line for line in status.lines(status.status(Settings(lake=lake))) if isinstance(line, str)]
    assert any("psb_residence 2026-09 held" in line and "1.6 %" in line and "Fix:" in line for line in text)


def test_the_step_that_did_not_pass_is_shown_although_a_later_one_ran_before(lake):
    ran(lake, "link", "psb_residence", "2026-09")
    ran(lake, "silver", "psb_residence", "2026-09", "failed")
    assert items(lake)["psb_residence", "2026-09"]["step"] == "silver"


def test_sources_without_a_batch_that_others_have_are_missing(lake):
    landed(lake, "psb_residence", "2026-09", 10)
    found = items(lake)
    missing = {source for (source, _), item in found.items() if item["status"] == "missing"}
    assert missing == set(SOURCES) - {"psb_residence"}
    assert found["amr_business", "2026-09"]["fix"] == "creditfile run ingest amr_business --batch 2026-09"


def test_days_and_months_are_different_rhythms(lake):
    landed(lake, "psb_residence", "2026-09", 1)
    landed(lake, "consent_grant", "2026-09-30", 1)
    found = items(lake)
    assert ("consent_grant", "2026-09") not in found
    assert ("psb_residence", "2026-09-30") not in found


def test_a_half_received_delivery_is_told(lake):
    (lake / "landing" / "psb_residence" / "2026-09" / "1.part").mkdir(parents=True)
    assert items(lake)["psb_residence", "2026-09"]["status"] == "receiving"


def test_people_and_releases(lake):
    ran(lake, "gold", "all", "2026-09", counts={"versions": 5})
    registered(lake, "NC-202609-ALL-ALL-001")
    registered(lake, "NC-202609-ALL-ALL-002", "DRAFT")
    found = status.status(Settings(lake=lake))
    assert [(run["step"], run["counts"]) for run in found["people"]] == [("gold", {"versions": 5})]
    assert [entry["release_id"][-3:] for entry in found["releases"]] == ["001", "002"]
    assert status.banks(found["releases"][0]) == "bank_a 4, bank_b 1,200"


def test_a_damaged_registry_is_a_storage_error(lake, capsys):
    registered(lake, "NC-202609-ALL-ALL-001")
    (lake / "runs" / "release" / "NC-202609-ALL-ALL-001.json").write_text("{")
    assert cli.run(["status", "--lake", str(lake)]) == 8
    assert "CF-8201" in capsys.readouterr().err


def test_the_verb_answers_people_and_programs(lake, capsys):
    landed(lake, "psb_residence", "2026-09", 1200)
    registered(lake, "NC-202609-ALL-ALL-001")
    assert cli.run(["status", "--lake", str(lake)]) == 0
    text = capsys.readouterr().out
    assert "1,200" in text
    assert "NC-202609-ALL-ALL-001" in text
    assert cli.run(["status", "--lake", str(lake), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["format"] == "creditfile.status/1"
    assert set(found) == {"format", "lake", "items", "people", "releases", "scorecard"}
    keys = {"source", "batch", "step", "status", "deliveries", "counts", "reasons", "notes", "finished_at"}
    keys |= {"code", "why", "fix"}
    assert all(set(item) == keys for item in found["items"])


def test_no_engine_is_loaded(lake):
    landed(lake, "psb_residence", "2026-09", 1)
    script = (
        "import sys; from jobs import cli\n"
        f"assert cli.run(['status', '--quiet', '--lake', {str(lake)!r}]) == 0\n"
        "print([name for name in ('pyspark', 'great_expectations', 'pandas', 'airflow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_refused_delivery_is_shown_until_its_batch_is_delivered_again(lake):
    refusal = Refusal(
        source=SOURCES[0],
        batch="2026-09",
        delivery_no=1,
        transport="sftp",
        sender="office",
        refused_at=NOON - timedelta(hours=1),
        contract_version="1.0.0",
        agreement_no="A-1",
        rule_version="door-1.0",
        code="CF-2403",
        found=(Found(file="a.csv", column="备注", rule="DISEASE", values=1200),),
        bytes=5,
        sha256="0" * 64,
    )
    refusal.write(lake)
    (shown,) = [item for item in status.status(Settings(lake=lake))["items"] if item["status"] == "refused"]
    assert (shown["source"], shown["batch"], shown["code"]) == (SOURCES[0], "2026-09", "CF-2403")
    assert shown["why"] == "delivery refused for its values: 备注: DISEASE, 1,200 found"
    landed(lake, SOURCES[0], "2026-09", 7)
    assert not [item for item in status.status(Settings(lake=lake))["items"] if item["status"] == "refused"]
