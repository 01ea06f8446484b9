"""Why a record is whose: the comparisons behind a link with their weights, as text and as a chart."""

from collections.abc import Sequence
from typing import Any

import schemas


def prior() -> float:
    """Return the weight every pair begins with: how unlikely it is that two identities taken blindly are one person."""
    from math import log2

    share = schemas.rules("linkage")["settings"]["probability_two_random_records_match"]
    return round(log2(share / (1 - share)), 2)


def level(comparison: str, agreement: int) -> str:
    """Return what a level of agreement is called."""
    for stated in schemas.rules("linkage")["settings"]["comparisons"]:
        if stated["output_column_name"] == comparison:
            counted = [each for each in stated["comparison_levels"] if not each.get("is_null_level")]
            missing = next(each for each in stated["comparison_levels"] if each.get("is_null_level"))
            found = missing if agreement < 0 else counted[len(counted) - 1 - agreement]
            return str(found["label_for_charts"])
    return str(agreement)


def waterfall(evidence: Sequence[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Return the steps from the prior to the match weight: comparison, level of agreement, weight, and the sum."""
    if evidence is None:
        return []
    total = prior()
    steps = [{"comparison": "prior", "agreement": "", "weight": total, "sum": total}]
    for said in evidence:
        total += said["weight"]
        steps.append(
            {
                "comparison": said["comparison"],
                "agreement": level(said["comparison"], said["agreement"]),
                "weight": round(said["weight"], 2),
                "sum": round(total, 2),
            }
        )
    return steps
