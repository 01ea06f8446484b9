"""What an office does wrong, as the one who runs the program sees it: a code, what to do, and nothing lost."""

import os
import sqlite3
import subprocess

import pytest

import schemas
from tests.dags.conftest import PROGRAM

BATCH = "2026-07"
AT = "2026-07-02T09:00:00+08:00"


@pytest.fixture
def ran(tmp_path):
    """Run a register's batch through the program; `lost` are columns that the register no longer has."""

    def run(lost=(), added=()):
        office = tmp_path / "office.sqlite"
        with sqlite3.connect(office) as base:
            for item in schemas.source("amr_business").objects:
                agreed = [c.physical_name for c in item.bronze.columns if c.physical_name not in lost]
                names = [*agreed, *added, "updated_at"]
                base.execute(f"CREATE TABLE {item.bronze.thing} ({', '.join(names)})")
                row = [AT if name in ("updated_at", "event_at", "extracted_at") else "x" for name in names]
                base.execute(f"INSERT INTO {item.bronze.thing} VALUES ({', '.join('?' * len(row))})", row)
        settings = tmp_path / "settings.yaml"
        settings.write_text(f"endpoints:\n  amr_business:\n    url: 'jdbc:sqlite:{office}'\n")
        lake = tmp_path / "lake"
        variables = {"CREDITFILE_LAKE": str(lake), "CREDITFILE_SETTINGS": str(settings)}
        command = [PROGRAM, "run", "amr_business", "ingest", "bronze", "silver", "gate", "--batch", BATCH]
        done = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)
        return done, lake

    return run


@pytest.mark.fault("F31")
def test_a_lost_column_holds_the_batch_before_anything_is_started(ran):
    done, lake = ran(lost=("established_date",))
    told = done.stdout + done.stderr
    assert done.returncode == 4, told
    assert "CF-2101" in told
    assert "missing established_date" in told
    assert "Fix:" in told
    assert "Traceback" not in told
    assert "incubator" not in told, "no JVM is started for it"
    assert list(lake.glob("landing/amr_business/*/*/receipt.json")), "what came is kept"
    assert not (lake / "bronze").exists()


@pytest.mark.fault("F31")
def test_a_renamed_column_is_told_with_the_name_it_likely_has_now(ran):
    done, _ = ran(lost=("uscc_no",), added=("uscc_code",))
    told = done.stdout + done.stderr
    assert done.returncode == 4, told
    assert "new at the office and not read: uscc_code; likely renamed uscc_no → uscc_code" in told
    assert "a contract version is asked for" in told


@pytest.mark.fault("F31")
def test_a_column_that_holds_a_persons_number_in_its_name_is_only_counted(ran):
    done, _ = ran(lost=("uscc_no",), added=("王小明_11010519491231002X",))
    told = done.stdout + done.stderr
    assert done.returncode == 4, told
    assert "missing uscc_no; new at the office and not read: 1 not shown" in told
    assert "11010519491231002X" not in told
