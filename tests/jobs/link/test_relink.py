"""Whatever way the records come, the same people: month by month, all at once, and once more from the start."""

import shutil

import polars
import pytest
from pyspark.sql import functions as F

from jobs.link import probable
from tests.contents import tables
from tests.jobs.link.test_link_people import COURT, GIG, HOME, cases, gigs, homes, link, load, opened


def people(desk):
    """The tables of linking but the ledger, which is history: rows and digest of each."""
    found = tables(desk.lake, "link").items()
    return {name: (table.rows, table.digest) for name, table in found if not name.endswith("ledger")}


def whose(desk):
    rows = desk.table("link.person_record").select("record_id", "person_id", "link_kind_code")
    return sorted(rows.iter_rows())


@pytest.fixture(scope="module")
def monthly(spark, tmp_path_factory):
    """Couriers first, then the courts, and who they are only at the end."""
    desk = opened(tmp_path_factory.mktemp("monthly"))
    load(desk, "2026-01", **{GIG: gigs(desk)})
    link(desk)
    load(desk, "2026-02", **{COURT: cases(desk)})
    link(desk, "2026-02")
    load(desk, "2026-03", **{HOME: homes(desk)})
    link(desk, "2026-03")
    return desk


@pytest.fixture(scope="module")
def at_once(monthly, spark, tmp_path_factory):
    """The same batches, linked together at the end, on other partitions."""
    lake = tmp_path_factory.mktemp("once") / "lake"
    shutil.copytree(monthly.lake, lake)
    for part in ("link", "runs/link", "vault/person", "vault/person_key"):
        shutil.rmtree(lake / part, ignore_errors=True)
    desk = type(monthly)(lake)
    parts = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", "7")
    try:
        link(desk, "2026-03")
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", parts)
    return desk


@pytest.mark.fault("F63")
def test_month_by_month_gives_the_people_of_all_at_once(monthly, at_once):
    assert whose(monthly) == whose(at_once)


def test_people_of_their_own_become_somebody_known_and_the_ledger_says_so(monthly):
    ledger = monthly.table("link.ledger")
    merged = ledger.filter(polars.col("entry_code") == "MERGE")
    alive = set(monthly.table("link.person_record")["person_id"])
    assert merged.height > 0
    assert not set(merged["other_person_id"]) & alive, "nobody is left behind"
    assert set(merged["person_id"]) <= alive


@pytest.mark.fault("F63")
def test_linking_all_again_changes_nobody(monthly, spark):
    before, entries = people(monthly), monthly.table("link.ledger").height
    shutil.rmtree(monthly.lake / "runs" / "link")
    link(monthly, "2026-03")
    assert people(monthly) == before
    assert monthly.table("link.ledger").height == entries, "no second entry"


@pytest.mark.fault("F60")
def test_a_phone_that_everybody_has_is_forgotten_before_it_makes_pairs(spark):
    shared = [(f"n{n}", "common", None) for n in range(6)] + [("a", "rare", "x"), ("b", "rare", "y")]
    nodes = spark.createDataFrame(shared, "node_id string, mobile_hash string, account_hash string")
    found = {row["node_id"]: row for row in probable.capped(nodes, ("mobile_hash", "account_hash"), 5).collect()}
    assert {name for name, row in found.items() if row["is_capped"]} == {f"n{n}" for n in range(6)}
    assert [found[name]["mobile_hash"] for name in ("n0", "a", "b")] == [None, "rare", "rare"]
    assert found["a"]["account_hash"] == "x"
    assert nodes.where(F.col("mobile_hash").isNull()).count() == 0
