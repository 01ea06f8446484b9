"""Residence: counters fill in what a person did not say, and it shows only over a whole batch."""

from expectations.extra import Figure

KEPT = "disposition_code IS NULL"


def reason_always_work() -> Figure:
    """Where every reason is 务工, the counter has stopped asking."""
    return Figure(
        "REASON_STUCK",
        "居住事由几乎全为务工",
        "share of residence reasons that say work",
        f"try_divide(count_if({KEPT} AND residence_reason_code = 'WORK'), "
        f"count_if({KEPT} AND residence_reason_code IS NOT NULL))",
        maximum=0.98,
        severity="warning",
    )


def arrived_after_issue() -> Figure:
    """Nobody is registered before arriving; a few typing errors are usual."""
    return Figure(
        "ARRIVAL_ORDER",
        "来沪日期晚于签发日期的比例",
        "share of arrivals after the day of issue",
        f"try_divide(count_if({KEPT} AND arrive_date > issue_date), count_if({KEPT} AND arrive_date IS NOT NULL))",
        maximum=0.05,
        severity="warning",
    )
