"""The expert score of a person's features: points by bins, a band, and what cost most (domain.md, section 6.4).

The card is data, `schemas/rules/scorecard.yaml`. It says how good what is known is; how much is known the tier says.
"""

from functools import reduce
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F


def _points(variable: dict[str, Any]) -> Column:
    """Points a variable earns; 0 for no value."""
    value, earned = F.col(variable["name"]), F.lit(0)
    for step in variable.get("bins", ()):
        earned = F.when(value >= F.lit(step["from"]), F.lit(step["points"])).otherwise(earned)
    for step in variable.get("values", ()):
        earned = F.when(value.isin(*step["in"]), F.lit(step["points"])).otherwise(earned)
    if only := variable.get("only"):
        earned = F.when(F.col(only["name"]) >= only["from"], earned).otherwise(F.lit(0))
    return F.coalesce(earned, F.lit(0))


def most(variable: dict[str, Any]) -> int:
    """Return the most a variable can earn."""
    steps = (*variable.get("bins", ()), *variable.get("values", ()))
    return max(0, *(int(step["points"]) for step in steps))


def _band(card: dict[str, Any], points: Column) -> Column:
    """The band of a number of points; with an open adverse event the best one it allows."""
    bands = [*(step["band"] for step in card["bands"]), card["lowest_band"]]
    best = card["open_adverse"]["best_band"]
    band = F.lit(card["lowest_band"])
    for step in reversed(card["bands"]):
        band = F.when(points >= step["from"], F.lit(step["band"])).otherwise(band)
    too_good = band.isin(*bands[: bands.index(best)])
    return F.when((F.col(card["open_adverse"]["name"]) > 0) & too_good, F.lit(best)).otherwise(band)


def score(card: dict[str, Any]) -> dict[str, Column]:
    """Return `score_points`, `score_band_code`, `score_kind_code`, `score_version_code` and `reason_codes`.

    The columns are over the features of `jobs.gold.blocks`. A thin file has points, but no band, and that is its only
    reason. Reasons are the variables that lie farthest below their maximum, ties in the order of the card.
    """
    earned = {variable["name"]: _points(variable) for variable in card["variables"]}
    points = reduce(lambda one, other: one + other, earned.values(), F.lit(card["start_points"]))
    with_points = reduce(lambda one, other: one + other, (F.when(p > 0, 1).otherwise(0) for p in earned.values()))
    clean = reduce(lambda one, other: one & other, (F.col(name) == 0 for name in card["thin"]["unless"]))
    is_thin = (with_points < card["thin"]["variables"]) & clean
    gaps = F.array(
        *(
            F.struct(
                (earned[v["name"]] - most(v)).alias("lost"), F.lit(place).alias("place"), F.lit(v["name"]).alias("name")
            )
            for place, v in enumerate(card["variables"])
        )
    )
    widest = F.slice(F.array_sort(F.filter(gaps, lambda gap: gap["lost"] < 0)), 1, card["reason_count"])
    thin = F.array(F.lit(card["thin"]["reason"]))
    return {
        "score_points": points,
        "score_band_code": F.when(~is_thin, _band(card, points)),
        "score_kind_code": F.lit(card["kind_code"]),
        "score_version_code": F.lit(card["rule_version_code"]),
        "reason_codes": F.when(is_thin, thin).otherwise(F.transform(widest, lambda gap: gap["name"])),
    }
