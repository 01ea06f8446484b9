"""A source is three files: put into a copy of this tree, they give table, gate, quarantine, dictionary and DAG."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import polars
import pytest

HERE = Path(__file__).parent
TREE = ("README.md", "pyproject.toml", "dags", "expectations", "jobs", "schemas", "tests")
SOURCE, BATCH = "skl_award", "2026-07"
PROGRAM = ["-c", "import sys; from jobs.cli import main; sys.exit(main())"]
COLUMNS = "source_code, batch_no, source_record_no, operation_code, certificate_type_code, certificate_no, person_name, event_at, extracted_at, award_no, award_date, prize_cny, updated_at"

# a good one, a changed letter in the check digit (kept, not linked), no award number, a negative prize, the first again
DELIVERED = """
S1 | I | RID | 11010519491231002X | 王小明 | A-1 | 2026-06-01 | 5000
S2 | I | RID | 110105194912310021 | 李小红 | A-2 | 2026-06-02 | 300
S3 | I | RID | 11010519491231002X | 王小明 |     | 2026-06-03 | 100
S4 | I | RID | 11010519491231002X | 王小明 | A-4 | 2026-06-04 | -1
S5 | I | RID | 11010519491231002X | 王小明 | A-1 | 2026-06-01 | 5000
"""
EXPECTED = {"received": 5, "silver": 2, "quarantine": 2, "duplicate": 1, "suppressed": 0}

pytestmark = [pytest.mark.slow, pytest.mark.spark]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The tree with the three files in their places."""
    root = tmp_path_factory.mktemp("tree")
    for name in TREE:
        place = HERE.parent / name
        if place.is_dir():
            shutil.copytree(place, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(place, root / name)
    shutil.copy(HERE / "sixth" / f"{SOURCE}.odcs.yaml", root / "schemas" / "sources")
    shutil.copy(HERE / "sixth" / f"{SOURCE}.py", root / "jobs" / "silver")
    shutil.copy(HERE / "sixth" / "drawn_tables.py", root / "tests" / "jobs" / "silver" / f"test_{SOURCE}.py")
    return root


def run(copy, *told, **more):
    environment = os.environ | {"CREDITFILE_LAKE": str(copy / "lake"), "PYTHONPATH": str(copy)} | more
    return subprocess.run(
        [sys.executable, *told], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def ran(copy):
    """The sixth source's batch, by the program, from a database of its office."""
    office = copy / "office.sqlite"
    with sqlite3.connect(office) as base:
        base.execute(f"CREATE TABLE {SOURCE} ({COLUMNS})")
        for line in DELIVERED.strip().splitlines():
            number, operation, kind, certificate, name, award, day, prize = (c.strip() or None for c in line.split("|"))
            at = "2026-07-02T09:00:00+08:00"
            values = ("skl", "1", number, operation, kind, certificate, name, at, at, award, day, prize, at)
            base.execute(f"INSERT INTO {SOURCE} VALUES ({', '.join('?' * len(values))})", values)
    settings = copy / "settings.yaml"
    settings.write_text(f"endpoints:\n  {SOURCE}:\n    url: 'jdbc:sqlite:{office}'\n")
    told = [*PROGRAM, "run", SOURCE, "ingest", "bronze", "silver", "gate", "--batch", BATCH, "--json"]
    done = run(copy, *told, CREDITFILE_SETTINGS=str(settings))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_it_has_its_tables_and_every_record_is_somewhere(copy, ran):
    counts = next(item["counts"] for item in ran["items"] if "counts" in item)
    assert {fate: counts[fate] for fate in EXPECTED} == EXPECTED
    silver = polars.read_delta(str(copy / "lake" / "silver" / SOURCE))
    assert sorted(silver["award_no"]) == ["A-1", "A-2"]
    assert polars.read_delta(str(copy / "lake" / "bronze" / SOURCE)).height == 5
    assert polars.read_delta(str(copy / "lake" / "vault" / SOURCE)).height == 2


def test_its_bad_records_are_set_aside_with_a_reason(copy, ran):
    aside = polars.read_delta(str(copy / "lake" / "quarantine" / SOURCE))
    assert sorted((row["disposition_code"], row["reason_codes"][0]) for row in aside.rows(named=True)) == [
        ("DUPLICATE", "EXACT_DUPLICATE"),
        ("QUARANTINE", "AMOUNT_NEGATIVE"),
        ("QUARANTINE", "KEY_NULL"),
    ]


def test_its_gate_has_judged_it(copy, ran):
    pages = list((copy / "lake" / "docs" / "quality").rglob("*.html"))
    assert any(SOURCE in page.read_text("utf-8") for page in pages)
    assert not any(
        SOURCE in path.name and "held" in path.read_text() for path in (copy / "lake" / "runs").rglob("*.json")
    )


def test_it_stands_in_the_dictionary(copy):
    done = run(copy, "-c", "from schemas.dictionary import pages; print(pages()['dictionary/silver.md'])")
    assert f"## silver.{SOURCE}" in done.stdout
    assert "获奖编号" in done.stdout


def test_it_has_a_dag(copy):
    told = "from airflow.dag_processing.dagbag import BundleDagBag as B; b = B('dags', bundle_path='dags', bundle_name='x'); print(sorted(b.dags), b.import_errors)"
    airflow = {"AIRFLOW_HOME": str(copy / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    done = run(copy, "-c", told, **airflow)
    assert f"source__{SOURCE}" in done.stdout, done.stderr[-2000:]
    assert done.stdout.strip().endswith("{}")


def test_its_own_test_passes(copy):
    done = run(copy, "-m", "pytest", f"tests/jobs/silver/test_{SOURCE}.py")
    assert done.returncode == 0, done.stdout[-3000:]
