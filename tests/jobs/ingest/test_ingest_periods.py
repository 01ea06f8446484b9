"""Batch texts and what they mean."""

import pytest

from jobs.errors import CreditFileError
from jobs.ingest.periods import period, utc_text


@pytest.mark.parametrize(
    ("batch", "timezone", "start", "end"),
    [
        ("2026-09", "Asia/Shanghai", "2026-08-31T16:00:00Z", "2026-09-30T16:00:00Z"),
        ("2026-12", "Asia/Shanghai", "2026-11-30T16:00:00Z", "2026-12-31T16:00:00Z"),
        ("2026-09-30", "Asia/Shanghai", "2026-09-29T16:00:00Z", "2026-09-30T16:00:00Z"),
        ("2024-02-29", "UTC", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
        ("1990-04-15", "Asia/Shanghai", "1990-04-14T16:00:00Z", "1990-04-15T15:00:00Z"),  # summer time began that day
    ],
)
def test_a_month_or_a_day_in_the_citys_zone(batch, timezone, start, end):
    found = period(batch, timezone)
    assert (found.batch, utc_text(found.start), utc_text(found.end)) == (batch, start, end)


@pytest.mark.parametrize(
    "batch",
    [
        "None",
        "",
        "2026",
        "2026-13",
        "2026-9",
        "2026-02-30",
        "2026-09-30T00",
        "2026-09\n",
        "２０２６-09",
        "../x",
        "9999-12-31",
    ],
)
def test_anything_else_is_refused(batch):
    with pytest.raises(CreditFileError) as caught:
        period(batch, "Asia/Shanghai")
    assert caught.value.code == "CF-8601"
