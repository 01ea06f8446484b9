"""The DAGs against the city, task by task as Airflow runs them, twice: the second time changes nothing."""

import json
import subprocess
import sys

import pytest

import schemas
from tests.contents import tables
from tests.dags.conftest import BATCH, CONNECTED, HERE, surroundings

pytestmark = [pytest.mark.slow, pytest.mark.spark]

IN_ORDER = sorted(map(schemas.source, CONNECTED), key=lambda source: source.loads_by_ledger)
"""Who is loaded by consent comes after the ledger; in Airflow a retry sees to that."""

DAGS = [*(f"source__{source.name}" for source in IN_ORDER), "files"]


@pytest.fixture(scope="module")
def surrounded(tmp_path_factory, offices):
    home = tmp_path_factory.mktemp("end_to_end")
    variables = surroundings(home / "lake", offices)
    subprocess.run(["airflow", "db", "migrate"], env=variables, check=True, capture_output=True, timeout=180)
    return home, variables


def run(home, variables):
    """Run all DAGs for the batch; return each task's state."""
    report = home / "report.json"
    command = [sys.executable, str(HERE / "run_dags.py"), BATCH, str(report), *DAGS]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return json.loads(report.read_text())


def test_the_dags_run_twice_and_the_tables_are_equal(surrounded):
    home, variables = surrounded
    states = run(home, variables)
    assert set(states) == set(DAGS)
    assert {state for tasks in states.values() for state in tasks.values()} == {"success"}, states

    first = tables(home / "lake")
    for source in IN_ORDER:
        assert first[f"silver/{source.name}"].rows > 0, source.name
    assert first["gold/credit_file"].rows > 0

    again = run(home, variables)
    assert again == states
    assert tables(home / "lake") == first, "a rerun adds no row and no version"


def test_airflow_lists_no_import_error(surrounded):
    _, variables = surrounded
    command = ["airflow", "dags", "list-import-errors", "--output", "json"]
    done = subprocess.run(command, env=variables, check=True, capture_output=True, text=True, timeout=120)
    listed = done.stdout.strip().splitlines()[-1]
    assert listed in ("[]", "No data found")
