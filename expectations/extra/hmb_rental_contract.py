"""Leases: counts that belong together, and leases nobody closed."""

from expectations.extra import Figure

KEPT = "disposition_code IS NULL"


def paid_more_often_than_due() -> Figure:
    """Rents paid on time cannot be more than rents due: the two columns were swapped."""
    return Figure(
        "RENT_COUNTS",
        "按时缴租次数多于应缴次数的合同占比",
        "share of leases with more rents on time than due",
        f"try_divide(count_if({KEPT} AND rent_on_time_count > rent_due_count), count_if({KEPT}))",
        maximum=0.01,
        severity="warning",
    )


def over_but_active() -> Figure:
    """A lease whose end has passed but that is still called active was not closed at the counter."""
    return Figure(
        "LEASE_NOT_CLOSED",
        "已过租期仍为履行中的合同占比",
        "share of leases past their end and still active",
        f"try_divide(count_if({KEPT} AND status_code = 'ACTIVE' AND lease_end_date < to_date(known_from_at)), "
        f"count_if({KEPT}))",
        maximum=0.2,
        severity="warning",
    )
