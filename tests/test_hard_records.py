"""Records that are hard on a pipeline, through the program's own verb: time, corrections, and what is lethal inside."""

import json
import time
from datetime import UTC, datetime, timedelta

import polars
import pytest

import schemas
from jobs.city.numbers import credit_code
from jobs.clock import FixedClock
from jobs.ingest.landing import Delivery
from jobs.ingest.order import Order
from jobs.ingest.periods import period
from jobs.ingest.text_file import land_text
from jobs.settings import Endpoint
from tests.office import number

HOME, LEASE, INSURANCE = "psb_residence", "hmb_rental_contract", "hrss_social_insurance"

MIDNIGHT = datetime(2026, 1, 31, 16, 30, tzinfo=UTC)
"""Half past midnight of 1 February in the city."""

EVENTS = """
    1988-07-01T09:00:00+09:00      | 1988-07-01T00:00:00   | summer time (1986-1991), said by its zone
    1988-07-01T09:00:00+08:00      | 1988-07-01T01:00:00   | the same clock without it
    2026-01-01T00:30:00+08:00      | 2025-12-31T16:30:00   | a new year that UTC has not seen
    2024-02-29T23:59:59Z           | 2024-02-29T23:59:59   | leap day
    2023-02-29T09:00:00+08:00      | DATE_IMPOSSIBLE       | no leap year
    2026-01-05T09:00:00            | DATE_IMPOSSIBLE       | no zone, so no instant
    2026-13-05T09:00:00+08:00      | DATE_IMPOSSIBLE       | thirteenth month
"""

DAYS = """
    2024-02-29  | 2024-02-29        | leap day
    20000229    | 2000-02-29        | leap year by the rule of 400
    1900-02-29  | DATE_IMPOSSIBLE   | no leap year by the rule of 100
    2023-02-29  | DATE_IMPOSSIBLE   | no leap year
    1900-01-01  | DATE_PLACEHOLDER  | stands for no date
    9999-12-31  | DATE_PLACEHOLDER  | for ever
    9998-12-31  | DATE_IMPOSSIBLE   | beyond anybody's papers
    腊月初八     | DATE_IMPOSSIBLE   | a lunar day
    农历8月15日  | DATE_IMPOSSIBLE   | a lunar day with digits
    2026年2月1日 | 2026-02-01        | the day of delivery in the city, not yet begun in UTC
    2026-02-02  | DATE_FUTURE       | the day after it
"""


def cases(text):
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


@pytest.fixture(scope="module")
def told(desk):
    """What became of each event and each day, by its place: an instant or day as text, or a reason."""
    events = [desk.record(HOME, n, event_at=event) for n, (event, _, _) in enumerate(cases(EVENTS))]
    days = [desk.record(HOME, 100 + n, issue_date=day) for n, (day, _, _) in enumerate(cases(DAYS))]
    optional = [desk.record(HOME, 200, valid_to_date="9999-12-31", birth_date="1900-01-01")]
    good = [desk.record(HOME, n) for n in range(300, 350)]  # among few, so many that cannot be read hold the batch
    desk.deliver(HOME, "2026-01", [*events, *days, *optional, *good], at=MIDNIGHT)
    assert desk.refine(HOME, "2026-01") == 0
    kept = desk.table(f"silver.{HOME}").filter(polars.col("batch_id") == "2026-01")
    lines = dict(desk.table(f"bronze.{HOME}").select("record_id", "line").iter_rows())
    found = {lines[row["record_id"]]: row for row in kept.iter_rows(named=True)}
    return found, {line: reason for line, reason, _ in desk.reasons(HOME, "2026-01")}


@pytest.mark.fault("F15")
@pytest.mark.parametrize(
    ("place", "case"), enumerate(cases(EVENTS), 1), ids=lambda c: c[2] if isinstance(c, list) else ""
)
def test_an_instant_is_kept_in_utc_by_its_own_zone(told, place, case):
    kept, aside = told
    assert aside.get(place) or f"{kept[place]['event_at']:%Y-%m-%dT%H:%M:%S}" == case[1]


@pytest.mark.fault("F15")
@pytest.mark.parametrize(
    ("place", "case"), enumerate(cases(DAYS), 1 + len(cases(EVENTS))), ids=lambda c: c[2] if isinstance(c, list) else ""
)
def test_a_day_is_a_day_of_the_citys_calendar_or_has_a_reason(told, place, case):
    kept, aside = told
    assert (aside.get(place) or kept[place]["issue_date"].isoformat()) == case[1]


@pytest.mark.fault("F15")
def test_a_placeholder_that_no_key_needs_becomes_nothing(told):
    kept, _ = told
    last = kept[1 + len(cases(EVENTS)) + len(cases(DAYS))]
    assert (last["valid_to_date"], last["birth_date"]) == (None, None)


@pytest.mark.fault("F18")
@pytest.mark.fault("F19")
def test_the_same_again_is_a_duplicate_and_the_same_key_with_other_content_a_second_version(desk):
    first = [desk.record(LEASE, n) for n in range(300, 310)]
    changed = [desk.record(LEASE, n, monthly_rent_cny="5000.00" if n < 303 else "4500.00") for n in range(300, 310)]
    again = [desk.record(LEASE, n, source_record_no=f"again-{n}") for n in range(300, 310)]
    desk.deliver(LEASE, "2026-01", first)
    desk.deliver(LEASE, "2026-01", first)
    desk.deliver(LEASE, "2026-01", again)
    assert desk.refine(LEASE, "2026-01") == 0
    assert desk.run(LEASE, "2026-01").counts == {
        "received": 30,
        "silver": 10,
        "quarantine": 0,
        "duplicate": 20,
        "suppressed": 0,
    }
    desk.deliver(LEASE, "2026-02", changed)
    assert desk.refine(LEASE, "2026-02") == 0
    assert (desk.run(LEASE, "2026-02").counts["silver"], desk.run(LEASE, "2026-02").counts["duplicate"]) == (3, 7)
    kept = desk.table(f"silver.{LEASE}")
    versions = kept.group_by("key_hash").agg(polars.col("content_hash").n_unique(), polars.col("monthly_rent_cny"))
    assert sorted(versions["content_hash"]) == [1] * 7 + [2] * 3
    both = versions.filter(polars.col("content_hash") == 2)["monthly_rent_cny"].to_list()
    assert [sorted(map(float, rents)) for rents in both] == [[4500.0, 5000.0]] * 3
    marked = kept.filter(polars.col("warning_codes").list.contains("KEY_RESTATED"))
    assert marked.select("batch_id", "monthly_rent_cny").n_unique() == 1
    assert (marked.height, float(marked["monthly_rent_cny"][0])) == (3, 5000.0), "the conflict mark"
    bronze = set(desk.table(f"bronze.{LEASE}")["record_id"])
    assert set(kept["record_id"]) <= bronze, "each version leads to what was delivered"


MIB = 1024 * 1024

POISON = {
    "10 MB name": {"person_name": "王" * (10 * MIB // 3)},
    "10 MB address": {"address_text": "a" * 10 * MIB},
    "bait for a certificate's patterns": {"certificate_no": "1" * MIB + "!"},
    "bait for a date's patterns": {"lease_end_date": "2026-1" * 100_000 + "x"},
    "bait for an amount's patterns": {"monthly_rent_cny": "9" * MIB + ".9.9"},
    "bait for a list's patterns": {"status_code": "ACTIVE " * 100_000},
    "a number of a million digits": {"rent_due_count": "1" * MIB},
}
EXPECTED = [
    ("TEXT_OVERSIZE", "person_name"),
    ("TEXT_OVERSIZE", "address_text"),
    ("TEXT_OVERSIZE", "certificate_no"),
    ("DATE_IMPOSSIBLE", "lease_end_date"),
    ("VALUE_FORM", "monthly_rent_cny"),
    ("CODE_UNKNOWN", "status_code"),
    ("VALUE_FORM", "rent_due_count"),
]
HIDDEN = "\u200b".join(number(320)) + "\ufeff"


@pytest.mark.fault("F56")
def test_lethal_records_are_set_aside_in_bounded_time_and_the_batch_goes_on(desk):
    poison = [desk.record(LEASE, 330 + n, **bait) for n, bait in enumerate(POISON.values())]
    good = [desk.record(LEASE, 350 + n) for n in range(20)]
    hidden = [desk.record(LEASE, 320, certificate_no=HIDDEN)]
    desk.deliver(LEASE, "2026-03", [*poison, *hidden, *good])
    begun = time.monotonic()
    assert desk.refine(LEASE, "2026-03") == 0
    assert time.monotonic() - begun < 120
    assert [row[1:] for row in desk.reasons(LEASE, "2026-03")] == EXPECTED
    assert desk.run(LEASE, "2026-03").counts["silver"] == 21


@pytest.mark.fault("F56")
def test_bait_for_the_readers_of_lines_is_set_aside_by_line(desk):
    """Quotes are what a reader of CSV can be lost in."""
    bait = ['"' * 100_001, '""' * 100_000 + '"', '"' + 'a"' * 100_000, "\u200b" * 100_000]
    good = [desk.record(INSURANCE, n) for n in range(20)]
    records = [desk.record(INSURANCE, 30 + n, employer_name=text) for n, text in enumerate(bait)]
    desk.deliver(INSURANCE, "2026-03", [*records, *good])
    begun = time.monotonic()
    assert desk.refine(INSURANCE, "2026-03") == 0
    assert time.monotonic() - begun < 120
    counts = desk.run(INSURANCE, "2026-03").counts
    assert (counts["received"], counts["quarantine"]) == (24, 3)
    assert counts["silver"] == 21, "a name of zero width is no name, and a record can do without"


@pytest.mark.fault("F56")
def test_a_hundred_thousand_records_of_one_person_stop_nobody(desk):
    """One number, a hundred employers, five kinds, two hundred months: a group as large as an office could send."""
    employers = [credit_code("91", "310115", f"MA1K{n:04}") for n in range(100)]
    months = [f"{year}{month:02}" for year in range(2005, 2022) for month in range(1, 13)][:200]
    kinds = ("PENSION", "MEDICAL", "UNEMPLOYMENT", "INJURY", "MATERNITY")
    flood = [
        desk.record(INSURANCE, 1, employer_uscc_no=employer, insurance_kind_code=kind, period_month=month)
        for employer in employers
        for kind in kinds
        for month in months
    ]
    desk.deliver(INSURANCE, "2026-04", [*flood, *(desk.record(INSURANCE, n) for n in range(40, 60))])
    begun = time.monotonic()
    assert desk.refine(INSURANCE, "2026-04") == 0
    assert time.monotonic() - begun < 180
    counts = desk.run(INSURANCE, "2026-04").counts
    assert (counts["received"], counts["silver"] + counts["duplicate"] + counts["suppressed"]) == (100_020, 100_020)
    assert counts["silver"] >= 100_000


PARK = "park_membership"
ODD_LINES = {
    "a key twice": ('"uscc_no": "CANARY", "uscc_no": "{good}"', "PARSE_LINE"),
    "NaN": ('"uscc_no": NaN', "PARSE_LINE"),
    "no JSON number": ('"uscc_no": 1e', "PARSE_LINE"),
    "a number of 400 digits": ('"uscc_no": 1' + "0" * 400, "USCC_LENGTH"),
    "nested ten thousand deep": ('"uscc_no": ' + "[" * 10_000 + "]" * 10_000, "PARSE_LINE"),
    "half of a character": ('"uscc_no": "{good}", "more_text": "\\ud800"', "PARSE_LINE"),
    "its other half": ('"uscc_no": "{good}", "more_text": "a\\\\\\uDC00"', "PARSE_LINE"),
    "a text of a megabyte": ('"uscc_no": "' + "9" * 1_100_000 + '"', "TEXT_OVERSIZE"),
}


@pytest.mark.fault("F30")
def test_lines_of_json_that_two_readers_read_in_two_ways_are_set_aside_one_by_one(desk):
    contract = schemas.source(PARK)
    asked = period("2026-03", contract.timezone)
    order = Order(contract, asked, desk.lake, Endpoint(url="file:///"), FixedClock(asked.end + timedelta(hours=9)))
    frame = {
        "source_code": PARK,
        "batch_no": "1",
        "operation_code": "I",
        "event_at": "2026-01-05T09:00:00+08:00",
        "extracted_at": "2026-03-05T09:00:00+08:00",
        "cluster_code": "NT-JD",
        "cluster_kind_code": "NEW_TOWN",
        "cluster_name": "嘉定",
        "entry_date": "2020-03-02",
        "exit_date": None,
        "list_name": "嘉定新城入驻企业名录",
    }
    codes = [credit_code("91", "310114", f"MB0P{n:04}") for n in range(200)]
    said = [f'"uscc_no": "{code}", "more_text": "\\ud83d\\ude00 \\\\ud800"' for code in codes]
    said += [text.replace("{good}", codes[0]) for text, _ in ODD_LINES.values()]
    lines = [json.dumps(frame | {"source_record_no": f"R{n}"})[:-1] + f", {own}}}" for n, own in enumerate(said)]
    with Delivery(order) as delivery:
        land_text(order, delivery, "park_membership.jsonl", "1/file-1", ["\n".join(lines).encode()])
        delivery.seal(asked_by_time=False)
    assert desk.refine(PARK, "2026-03") == 0
    found = [(line, reason) for line, reason, _ in desk.reasons(PARK, "2026-03")]
    assert found == [(201 + n, reason) for n, (_, reason) in enumerate(ODD_LINES.values())]
    assert desk.run(PARK, "2026-03").counts["silver"] == 200
