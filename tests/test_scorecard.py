"""The offices' scorecard: what it counts, where it is kept, and where it is shown."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from jobs import cli, pipeline, scorecard
from jobs.settings import Settings

LEASE = "hmb_rental_contract"
LATE = datetime(2026, 3, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def lake(spark, desk):
    """Two months of leases: two faulty ones, one of them mended a month later; the second month came 19 days late."""
    faulty = [desk.record(LEASE, n, lease_start_date="soon") for n in (1, 2)]
    desk.deliver(LEASE, "2026-01", [*faulty, *(desk.record(LEASE, n) for n in range(3, 9))])
    assert desk.refine(LEASE, "2026-01") == 0
    desk.deliver(LEASE, "2026-02", [desk.record(LEASE, n) for n in (1, 10)], at=LATE)
    assert desk.refine(LEASE, "2026-02") == 0
    scorecard.write(spark, desk.lake, "2026-02")
    return desk.lake


def test_a_card_tells_how_complete_valid_and_timely_an_office_is_and_how_fast_it_mends(lake):
    [card] = [card for card in scorecard.cards(lake, "2026-02") if card["source_code"] == LEASE]
    assert card == {
        "source_code": LEASE,
        "batch_id": "2026-02",
        "batch_count": 2,
        "received_count": 10,
        "completeness_ratio": Decimal("0.782609"),  # of 23 columns five are never filled in these records
        "validity_ratio": Decimal("0.800000"),
        "timely_ratio": Decimal("0.500000"),
        "delay_days": 10,  # the median of nine hours and nineteen days
        "return_days": 47,
        "mended_count": 1,
        "open_count": 1,
    }


def test_a_card_of_an_earlier_batch_does_not_know_what_came_later(lake):
    [card] = [card for card in scorecard.cards(lake, "2026-01") if card["source_code"] == LEASE]
    told = ("batch_count", "validity_ratio", "timely_ratio", "return_days", "mended_count", "open_count")
    assert [card[name] for name in told] == [1, Decimal("0.750000"), Decimal("1.000000"), None, 0, 2]


def test_the_card_is_kept_as_a_table_and_shown_by_status_and_by_the_data_docs(lake, capsys):
    assert [card["source_code"] for card in scorecard.read(lake)] == ["consent_grant", LEASE]
    assert cli.run(["status", "--json", "--lake", str(lake)]) == 0
    told = json.loads(capsys.readouterr().out)["scorecard"]
    assert [card["validity_ratio"] for card in told if card["source_code"] == LEASE] == [0.8]
    assert cli.run(["status", "--lake", str(lake)]) == 0
    assert "completeness_ratio" in capsys.readouterr().out
    from expectations import gate, limits, metrics
    from jobs.context import source_of

    source = source_of(LEASE)
    table = source.object().silver
    site = lake / "docs" / "quality"
    gate.judge(LEASE, "2026-03", table, metrics.nothing(table), limits.of(source), site)
    pipeline.quality_docs(Settings(lake=lake))
    page = (site / "index.html").read_text("utf-8")
    assert "来源记分卡 Scorecard of the offices" in page
    assert '80.00% <meter min="0" max="1" value="0.8"' in page
