"""Months filled in in any order end as those filled in by the calendar (F16)."""

import os
import random
import re

import polars
import pytest

from jobs import cli, keys
from tests.contents import tables
from tests.office import AT, Desk

LEASE, LEDGER = "hmb_rental_contract", "consent_grant"
MONTHS = int(os.environ.get("BACKFILL_MONTHS", "3"))
"""A quarter by default; the whole year is asked for with BACKFILL_MONTHS=12 and takes a quarter of an hour."""

YEAR = [f"2026-{month:02}" for month in range(1, MONTHS + 1)]
QUARTERS = YEAR[2::3]


def month(desk, number):
    """A month's leases: new ones, and what offices say of the months before.

    One is said again word for word, one with another rent, one is withdrawn, and one is withdrawn that is delivered only
    a month later; one is of somebody who consents only then. In the second half of the year old ones of January are
    said again too.
    """
    mine = [desk.record(LEASE, 20 * number + n) for n in range(12)]
    before = [20 * (number - 1) + n for n in range(4)]
    again = desk.record(LEASE, before[0], source_record_no=f"again-{number}")
    changed = desk.record(LEASE, before[1], monthly_rent_cny=f"{4000 + number}.00", event_at=at(number))
    withdrawn = desk.record(LEASE, before[2], operation_code="D", event_at=at(number))
    stranger = desk.record(LEASE, 20 * ((number + 1) % 12) + 7, operation_code="D", event_at=at(number))
    copied = [desk.record(LEASE, 20 * 1 + n, source_record_no=f"old-{number}") for n in (8, 9)] if number > 6 else []
    early = desk.record(LEASE, 20 * number + 13)
    return [*mine, again, changed, withdrawn, stranger, early, *copied]


def at(number):
    return AT.replace("2026-01-05", f"2026-{number:02}-06")


def filled(lake, order):
    """Land the year, then take its months through the flow in an order; files are built for each quarter."""
    desk = Desk(lake)
    keys.make(lake, seed=16)  # equal keys, or no hash could be equal
    for number, batch in enumerate(YEAR, 1):
        people = range(20 * number - 20 if number > 1 else 0, 20 * number + 12)  # who consents late is loaded late
        grants = [desk.record(LEDGER, index) for index in people]
        desk.deliver(LEDGER, batch, grants)
        desk.deliver(LEASE, batch, month(desk, number))
        if number in (4, 9):
            desk.deliver(LEASE, batch, month(desk, number - 2))  # a file sent again, byte for byte
    for batch in order:
        done = cli.run(["run", LEDGER, LEASE, "refine", "--batch", batch, "--quiet", "--lake", str(lake)])
        assert done == 0, batch
        if batch in QUARTERS:
            done = cli.run(["run", "link", "gold", "--batch", batch, "--quiet", "--lake", str(lake)])
            assert done == 0, batch
    last = YEAR[-1]
    assert cli.run(["run", "link", "gold", "--batch", last, "--quiet", "--lake", str(lake)]) == 0
    return desk


@pytest.fixture(scope="module")
def both(spark, tmp_path_factory):
    shuffled = random.Random(16).sample(YEAR, len(YEAR))
    assert shuffled != YEAR
    root = tmp_path_factory.mktemp("backfill")
    return filled(root / "calendar", YEAR), filled(root / "shuffled", shuffled)


@pytest.mark.slow
@pytest.mark.fault("F16")
def test_a_year_filled_in_in_any_order_ends_with_equal_tables(both):
    ours, theirs = (tables(desk.lake, "bronze", "silver", "quarantine", "link", "gold") for desk in both)
    assert ours.keys() == theirs.keys()
    # who was seen first is history, and so is how common names were then; a seal is never the same twice
    history = re.compile(r"link/(ledger|identity|term_frequency)|bronze/")
    differs = [
        name
        for name in ours
        if not history.match(name) and (ours[name].rows, ours[name].digest) != (theirs[name].rows, theirs[name].digest)
    ]
    assert differs == []
    assert [name for name in ours if ours[name].rows != theirs[name].rows and name != "link/identity"] == []
    compared = [identities(desk) for desk in both]
    assert compared[0] == compared[1] != []


def identities(desk):
    """What linking compares; which record says it of a number is history: that of whoever was seen first."""
    rows = desk.table("link.identity")
    said = [name for name in rows.columns if name.endswith(("_hash", "_code", "_year")) and name != "identity_hash"]
    return sorted(map(str, rows.select(said).unique().iter_rows()))


@pytest.mark.slow
@pytest.mark.fault("F16")
def test_the_year_holds_what_makes_order_matter(both):
    desk, _ = both
    aside = desk.table(f"quarantine.{LEASE}")
    fates = set(aside["disposition_code"])
    assert fates == {"DUPLICATE", "QUARANTINE", "SUPPRESSED"}
    assert "DELETE_UNKNOWN_KEY" in set(aside["reason_codes"].list.first())
    versions = desk.table(f"silver.{LEASE}").group_by("key_hash").agg(polars.col("content_hash").n_unique())
    assert versions["content_hash"].max() > 1
    people = [set(d.table("link.ledger").select("person_id", "certificate_hash").iter_rows()) for d in both]
    assert people[0] == people[1] != set()
