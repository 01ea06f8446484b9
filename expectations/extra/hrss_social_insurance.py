"""Social insurance: what a whole month of lines must look like."""

from expectations.extra import Figure

KEPT = "disposition_code IS NULL"


def back_pay_share() -> Figure:
    """Back-pay is the exception; a file full of it is a correction run, or payment kinds read wrongly."""
    return Figure(
        "BACKPAY_SHARE",
        "补缴占比",
        "share of back-paid lines",
        f"try_divide(count_if({KEPT} AND payment_kind_code = 'BACKPAY'), count_if({KEPT}))",
        maximum=0.3,
        severity="warning",
    )


def medical_without_pension() -> Figure:
    """Work months are counted by pension lines: fewer of them than medical lines means that some were not delivered."""
    kinds = [f"count_if({KEPT} AND insurance_kind_code = '{kind}')" for kind in ("PENSION", "MEDICAL")]
    return Figure(
        "PENSION_MISSING",
        "养老保险记录少于医疗保险记录的比例",
        "share of medical lines without a pension line beside them",
        f"greatest(1 - try_divide({kinds[0]}, {kinds[1]}), 0)",
        maximum=0.1,
        severity="warning",
    )


def paid_before_owed() -> Figure:
    """Contributions are paid in or after their month; in advance means that period and payment were swapped."""
    return Figure(
        "PAID_EARLY",
        "缴费日期早于费款所属期的比例",
        "share of lines paid before the month they are owed for",
        f"try_divide(count_if({KEPT} AND paid_date < period_month), count_if({KEPT}))",
        maximum=0.05,
        severity="warning",
    )
