"""Airflow runs in processes of its own: it sets up logging and settings of the whole process that imports it."""

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs import airflow_up
from jobs.settings import Settings

HERE = Path(__file__).parent
PROGRAM = str(Path(sys.executable).with_name("creditfile"))
BATCH = "2026-07"
CONNECTED = ("amr_business", "consent_grant", "hmb_rental_contract", "hrss_social_insurance", "psb_residence")
"""Offices whose DAGs are run: every transport is among them; the others' DAGs are the same, and are only parsed."""


@pytest.fixture(scope="session")
def parsed(tmp_path_factory):
    """What a process sees that parses the DAG files; one for all tests."""
    scratch = tmp_path_factory.mktemp("parsed")
    report = scratch / "report.json"
    variables = airflow_up.environment(Settings(lake=scratch / "lake"))
    command = [sys.executable, str(HERE / "probe.py"), str(scratch), str(report)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120)
    assert report.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(report.read_text())


@pytest.fixture(scope="session")
def offices(tmp_path_factory) -> Iterator[Path]:
    """A small city of one month whose offices are open; the settings file that says where they are."""
    home = tmp_path_factory.mktemp("city")
    built = [PROGRAM, "city", "--lake", str(home), "--people", "120", "--from", BATCH, "--to", BATCH]
    subprocess.run(built, check=True, capture_output=True, timeout=120)
    opened = [PROGRAM, "city", "up", "--lake", str(home), "--json"]
    with subprocess.Popen(opened, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert "items" in first_line(process, seconds=60)
            yield home / "city" / "endpoints.yaml"
        finally:
            process.terminate()


def first_line(process: subprocess.Popen, seconds: float) -> dict:
    """Return the JSON a starting command says when it is ready."""
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    line = process.stdout.readline() if ready else ""
    assert line, f"not ready after {seconds} s, exit {process.poll()}"
    return json.loads(line)


def surroundings(lake: Path, settings_file: Path) -> dict[str, str]:
    """Return the variables for a lake of its own beside the shared offices."""
    variables = airflow_up.environment(Settings(lake=lake))
    connected = {"CREDITFILE_SETTINGS": str(settings_file), "CREDITFILE_SOURCES": ",".join(CONNECTED)}
    return variables | connected | {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
