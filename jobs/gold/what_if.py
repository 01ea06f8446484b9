"""What would move if a rule changed: people by category, tier and band, and how far each group's scores would shift.

The features of everybody are computed once and judged twice. Nothing is written.
"""

from collections import Counter
from collections.abc import Mapping
from math import log
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs.gold import rules
from jobs.gold.as_of import asked
from jobs.gold.features import Moment
from jobs.gold.file import judged, record_ids
from schemas import City

Row = dict[str, Any]

VERDICTS = {"category": "category_codes", "tier": "tier_code", "band": "score_band_code"}
"""What is told of a person before and after, by a short name."""

GROUPS = ("category", "district", "cohort")
"""By what shifts are told: primary category, district, year of arrival; each as it is under the rules that stand."""


def compared(spark: SparkSession, lake: Path, city: City, moment: Moment, given: Mapping[str, Row]) -> DataFrame:
    """Return everybody who has a file, judged by the rules in force and by others: one row per person.

    Columns: person_id, <verdict>_before and <verdict>_after for each of VERDICTS, category, district, cohort.

    Args:
        spark: the session.
        lake: the lake.
        city: the profile.
        moment: T, K and the fresh sources.
        given: rule files that would stand instead, by name.
    """
    stands = rules.in_force()
    rows = judged(asked(spark, lake, city, moment).where(F.size(record_ids()) > 0), moment, city, stands)
    before = rows.withColumns({f"{name}_before": F.col(column) for name, column in VERDICTS.items()}).withColumns(
        {
            "category": F.col("primary_category_code"),
            "district": F.coalesce("district_code", F.lit("none")),
            "cohort": F.coalesce(F.year("arrive_date").try_cast("string"), F.lit("none")),
        }
    )
    after = judged(before, moment, city, stands._replace(**given))
    told = {f"{name}_after": F.col(column) for name, column in VERDICTS.items()}
    return after.withColumns(told).select(
        "person_id", *(f"{name}_{when}" for name in VERDICTS for when in ("before", "after")), *GROUPS
    )


def moved(rows: DataFrame) -> DataFrame:
    """Keep who would change category, tier or band."""
    changes = [~F.col(f"{name}_before").eqNullSafe(F.col(f"{name}_after")) for name in VERDICTS]
    return rows.where(changes[0] | changes[1] | changes[2])


def stability(before: Mapping[str, int], after: Mapping[str, int], least: float) -> float:
    """Return the population stability index of two distributions: the sum of (a - b) ln(a / b) over their shares.

    >>> round(stability({"A": 50, "B": 50}, {"A": 60, "B": 40}, 0.0001), 4)
    0.0405
    """
    totals = sum(before.values()), sum(after.values())
    if not all(totals):
        return 0.0
    found = 0.0
    for name in sorted(before.keys() | after.keys()):
        b, a = (max(one.get(name, 0) / total, least) for one, total in zip((before, after), totals, strict=True))
        found += (a - b) * log(a / b)
    return found


def summary(rows: DataFrame) -> Row:
    """Return what would move, in figures: `moves` by verdict, `groups` with their index, and whether a release holds.

    Args:
        rows: `compared`; counted where they lie, only sums come here.
    """
    limits = schemas.rules("change")
    moves = {name: Counter[tuple[str, str]]() for name in VERDICTS}
    bands = {"all": {"all": (Counter[str](), Counter[str]())}} | {group: {} for group in GROUPS}
    sides = [f"{name}_{when}" for name in VERDICTS for when in ("before", "after")]
    plain = {
        side: F.concat_ws("+", side) if side.startswith("category") else F.coalesce(side, F.lit("none"))
        for side in sides
    }
    counted = rows.withColumns(plain).groupBy(*sides, *GROUPS).count()
    people = 0
    for row in counted.toLocalIterator():
        count = row["count"]
        people += count
        for name in VERDICTS:
            if row[f"{name}_before"] != row[f"{name}_after"]:
                moves[name][row[f"{name}_before"], row[f"{name}_after"]] += count
        for group, value in (("all", "all"), *((group, row[group]) for group in GROUPS)):
            both = bands[group].setdefault(value, (Counter(), Counter()))
            both[0][row["band_before"]] += count
            both[1][row["band_after"]] += count
    groups = [
        {
            "group": group,
            "value": value,
            "people": sum(both[0].values()),
            "psi": round(stability(*both, limits["least_share"]), 6),
        }
        for group, values in bands.items()
        for value, both in sorted(values.items())
    ]
    counting = [each for each in groups if each["people"] >= limits["least_people"]]
    return {
        "people": people,
        "moves": {
            name: [{"from": old, "to": new, "people": count} for (old, new), count in sorted(found.items())]
            for name, found in moves.items()
        },
        "groups": groups,
        "noted": [each for each in counting if limits["psi_note"] <= each["psi"] < limits["psi_hold"]],
        "held": [each for each in counting if each["psi"] >= limits["psi_hold"]],
    }
