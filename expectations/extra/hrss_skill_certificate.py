"""Skill certificates: levels that an office counts the other way round."""

from expectations.extra import Figure

KEPT = "disposition_code IS NULL"


def highest_level_share() -> Figure:
    """Level 1 is the rarest; where it is common, the office counts upwards and its 1 is our 5."""
    return Figure(
        "LEVEL_REVERSED",
        "最高技能等级（一级）占比",
        "share of skill certificates of the highest level",
        f"try_divide(count_if({KEPT} AND skill_level_code = '1'), count_if({KEPT} AND skill_level_code IS NOT NULL))",
        maximum=0.2,
        severity="warning",
    )
