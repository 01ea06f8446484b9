"""Consent: what makes a grant void only together with another column."""

from expectations.extra import Figure

KEPT = "disposition_code IS NULL"


def items_without_notice() -> Figure:
    """征信业管理条例 art. 14: items such as income need notice of the adverse effects; without it they stay unused."""
    return Figure(
        "R14_NO_NOTICE",
        "未告知不利影响即授权第十四条信息的占比",
        "share of grants of article-14 items without notice of the adverse effects",
        f"try_divide(count_if({KEPT} AND size(r14_item_codes) > 0 AND NOT coalesce(has_adverse_notice, false)), "
        f"count_if({KEPT}))",
        maximum=0.05,
        severity="warning",
    )
