"""A batch in which nothing came, from the office to the verdict, without a JVM: a database's empty table has no part."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime

import pytest

import schemas
from jobs import runs
from jobs.clock import FixedClock
from jobs.errors import CreditFileError
from jobs.ingest.step import ingest
from jobs.refine import refine
from jobs.settings import Endpoint

NOW = FixedClock(datetime(2026, 9, 11, tzinfo=UTC))
DAY = "2026-09-10"
SOURCE = schemas.source("amr_business")


@pytest.fixture
def lake(tmp_path):
    """A lake into which one day of an empty register was landed."""
    with sqlite3.connect(tmp_path / "register.db") as register:
        for item in SOURCE.objects:
            columns = ", ".join(column.physical_name for column in item.bronze.columns)
            register.execute(f"CREATE TABLE {item.bronze.thing} ({columns}, updated_at)")
    lake = tmp_path / "lake"
    landed = ingest(SOURCE, DAY, lake=lake, endpoint=Endpoint(url=f"jdbc:sqlite:{tmp_path}/register.db"), clock=NOW)
    assert landed.rows == 0
    return lake


def refined(lake, source):
    told = []
    found = refine(lambda: None, lake, schemas.city("shanghai"), None, source, DAY, NOW, told.append)
    return found, told


@pytest.mark.fault("F39")
def test_an_office_that_may_have_nothing_new_passes(lake):
    found, told = refined(lake, SOURCE)
    assert (found.status, found.counts["received"]) == ("done", 0)
    assert told == [f"amr_business {DAY}: received 0 = silver 0 + quarantine 0 + duplicate 0 + suppressed 0 ✓"]


@pytest.mark.fault("F39")
def test_an_office_that_always_has_something_is_held_and_the_run_says_so(lake):
    with pytest.raises(CreditFileError) as held:
        refined(lake, replace(SOURCE, may_be_empty=False))
    assert held.value.code == "CF-2201"
    assert "the batch holds records (observed 0, limit ≥ 1)" in str(held.value)
    assert [run.status for run in runs.read(lake)] == ["held"]
