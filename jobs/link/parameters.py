"""Which m and u linking goes by: those last trained under the rules' version, else those that stand in the rules."""

from copy import deepcopy
from math import log2
from pathlib import Path
from typing import Any

import schemas
from jobs import lake as tables
from jobs.rows import dataset, few

PARAMETER = "link.parameter"
MILLION = 1_000_000
"""m and u are kept as pairs of a million pairs: a ratio of six digits would be too coarse for phones."""

Row = dict[str, Any]


def trained(lake: Path) -> list[Row]:
    """Return the parameters last trained under the rules' version, a row per level; none if there are none. No JVM."""
    version = schemas.rules("linkage")["rule_version_code"]
    rows = few(lake, PARAMETER, ("rule_version_code", "=", version))
    newest = max(((row["known_from_at"], row["model_version_code"]) for row in rows), default=None)
    return [row for row in rows if (row["known_from_at"], row["model_version_code"]) == newest]


def in_force(lake: Path) -> dict[str, Any]:
    """Return the linkage rules as `schemas.rules` does, but with what was trained in the place of what was stated.

    `rule_version_code` is then the model's: the rules' version with the mark of the training.
    """
    rules = schemas.rules("linkage")
    learned = {(row["comparison_name"], row["agreement_level"]): row for row in trained(lake)}
    if not learned:
        return rules
    found = deepcopy(rules)
    found["rule_version_code"] = next(iter(learned.values()))["model_version_code"]
    for comparison in found["settings"]["comparisons"]:
        for agreement, level in levels(comparison):
            if row := learned.get((comparison["output_column_name"], agreement)):
                level["m_probability"] = float(row["m_value"] / MILLION)
                level["u_probability"] = float(row["u_value"] / MILLION)
    return found


def mark(lake: Path) -> tuple[str, ...]:
    """Return what stands for the training in force: by it a linking knows whether it has followed it."""
    return tuple(sorted({row["model_version_code"] for row in trained(lake)}))


def judged_by(lake: Path) -> list[str]:
    """Return the versions by which links now stand were judged: one, and the one in force while there is no link."""
    if not tables.exists(lake, "link.assignment"):
        return [in_force(lake)["rule_version_code"]]
    told = dataset(lake, "link.assignment").to_table(columns=["rule_version_code"])
    versions = told["rule_version_code"].unique().to_pylist()
    return sorted(versions) or [in_force(lake)["rule_version_code"]]


def levels(comparison: Row) -> list[tuple[int, Row]]:
    """Return a comparison's levels with their level of agreement, the best first and 0 last; the missing one is none.

    Args:
        comparison: as in Splink's settings.
    """
    counted = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
    return [(len(counted) - 1 - place, level) for place, level in enumerate(counted)]


def weight(m: float, u: float) -> float:
    """Return what a level says for one person: log2 of m over u."""
    return log2(m / u)


def weights(rules: dict[str, Any]) -> list[Row]:
    """Return the weight of every level of the rules or of `in_force`: comparison, agreement, level, weight."""
    return [
        {
            "comparison": comparison["output_column_name"],
            "agreement": agreement,
            "level": level["label_for_charts"],
            "weight": round(weight(level["m_probability"], level["u_probability"]), 4),
        }
        for comparison in rules["settings"]["comparisons"]
        for agreement, level in levels(comparison)
    ]
