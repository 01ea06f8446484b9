"""A trained card as rows of `gold.score_model`, and as columns over people's features: which bin, how many points.

The card is in no file: a file's score stays EXPERT until a decision at a release puts a model in force.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import reduce
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.errors import CreditFileError
from jobs.rows import few
from jobs.score.binning import MISSING, Bin
from jobs.score.rule import Rule
from jobs.score.training import CONSTANT, Term
from jobs.score.variables import variables

MODEL, MEASURE = "gold.score_model", "gold.score_measure"
Row = dict[str, Any]


def rows(terms: Iterable[Term]) -> list[Row]:
    """Return a card's rows but for version, author and time."""
    groups = {each.name: each.groups for each in variables()}
    return [
        {
            "variable_name": one.bin.variable,
            "bin_level": one.bin.place,
            "from_value": one.bin.from_,
            "to_value": one.bin.to,
            "value_codes": codes(groups.get(one.bin.variable, ()), one.bin),
            "good_count": one.bin.good,
            "bad_count": one.bin.bad,
            "woe_value": one.bin.woe,
            "iv_value": one.bin.iv,
            "beta_value": one.beta,
            "points_value": one.points,
            "is_used": one.is_used,
        }
        for one in terms
    ]


def codes(groups: Sequence[tuple[str, ...]], one: Bin) -> list[str] | None:
    """Return the codes of a coded variable's bin; `*` stands for those that are in no group of the expert card."""
    if not groups or one.place == MISSING:
        return None
    low, high = one.from_ or Decimal(0), one.to if one.to is not None else Decimal(len(groups) + 1)
    inside = [code for nth, group in enumerate(groups, 1) if low <= nth < high for code in group]
    return ["*", *inside] if low == 0 else inside


def term(row: Row) -> Term:
    """Return a row as the term it was made of."""
    names = ("variable_name", "bin_level", "from_value", "to_value", "good_count", "bad_count", "woe_value", "iv_value")
    return Term(Bin(*(row[name] for name in names)), row["beta_value"], row["points_value"], row["is_used"])


def newest(lake: Path) -> list[Row]:
    """Return the rows of the card trained last, in the order of variables and bins, without a JVM; CF-4303 if none."""
    told = few(lake, MODEL)
    if not told:
        raise CreditFileError("CF-4303", where=MODEL)
    last = max((row["known_from_at"], row["model_version_code"]) for row in told)
    order = {name: nth for nth, name in enumerate((CONSTANT, *(each.name for each in variables())))}
    mine = [row for row in told if (row["known_from_at"], row["model_version_code"]) == last]
    return sorted(mine, key=lambda row: (order.get(row["variable_name"], len(order)), row["bin_level"]))


def measured(lake: Path, version: str) -> list[Row]:
    """Return what was measured of a model when it was trained, without a JVM."""
    return few(lake, MEASURE, ("model_version_code", "=", version))


def place(value: Column, bins: Iterable[Bin]) -> Column:
    """Return which bin a number falls into; the missing one's place for null."""
    found = F.when(value.isNotNull(), F.lit(1))
    for one in bins:
        if one.from_ is not None:
            found = F.when(value >= F.lit(one.from_), F.lit(one.place)).otherwise(found)
    return F.coalesce(found, F.lit(MISSING))


def by_bin(rows: DataFrame, beside: str, names: Sequence[str]) -> DataFrame:
    """Return a row per row and variable: the column beside, name, place; `rows` hold each variable's place."""
    each = F.array(*(F.struct(F.lit(name).alias("name"), F.col(name).alias("place")) for name in names))
    return rows.select(beside, F.explode(each).alias("bin")).select(beside, "bin.*")


def points(terms: Iterable[Term]) -> Column:
    """Return the points of who falls into bins: over `places`; the sum of the terms, rounded once."""
    told: list[Column] = []
    by_variable: dict[str, list[Term]] = {}
    for one in terms:
        by_variable.setdefault(one.bin.variable, []).append(one)
    for name, mine in by_variable.items():
        if name == CONSTANT:
            told.append(F.lit(mine[0].points))
            continue
        given = F.lit(Decimal("0.0000"))
        for one in mine:
            given = F.when(F.col(name) == one.bin.place, F.lit(one.points)).otherwise(given)
        told.append(given)
    return F.round(reduce(lambda one, other: one + other, told), 0).try_cast("int")


def band(rule: Rule, given: Column) -> Column:
    """Return the letter of a number of points."""
    found = F.lit(rule.lowest_band)
    for step in reversed(rule.bands):
        found = F.when(given >= step.from_, F.lit(step.band)).otherwise(found)
    return found
