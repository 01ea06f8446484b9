"""What a card may be made of: the variables of `schemas/rules/scorecard.yaml`, each as one number, and no others.

Whatever stands in that card's `never` (gender, hukou, age, category, district, benefits, R14 values) cannot enter: a
variable is made from the card's list alone, and one that stands in both stops the load.
"""

from functools import cache
from typing import NamedTuple

from pyspark.sql import Column
from pyspark.sql import functions as F

import schemas
from jobs.errors import CreditFileError

PLACES = 4
"""Decimals that count: a bin begins at a DECIMAL(18,4)."""


class Variable(NamedTuple):
    """One variable: its name, whether more of it is better (1) or worse (-1), and how it becomes a number.

    `groups` are the codes that the expert card holds equal, the least first: such a variable is the place of the group
    from 1 on, and 0 for any other code. `only` is the variable, and its least value, without which this one means
    nothing and is missing.
    """

    name: str
    better: int
    groups: tuple[tuple[str, ...], ...] = ()
    only: tuple[str, int] | None = None


@cache
def variables() -> tuple[Variable, ...]:
    """Return the variables of the expert card in its order; CF-4101 if one of them may never be an input.

    Which way a variable may count is the expert card's word too: outcomes say how much it counts, and whether at all.
    """
    card = schemas.rules("scorecard")
    if barred := [v["name"] for v in card["variables"] if v["name"] in card["never"]]:
        raise CreditFileError("CF-4101", what=f"scorecard.yaml: never an input: {', '.join(barred)}")
    found = []
    for each in card["variables"]:
        steps = [step["points"] for step in (*each.get("bins", ()), *each.get("values", ()))]
        rises = steps[-1] > 0 and steps[-1] >= steps[0]
        groups = tuple(tuple(step["in"]) for step in each.get("values", ()))
        only = (each["only"]["name"], each["only"]["from"]) if "only" in each else None
        found.append(Variable(each["name"], 1 if rises else -1, groups, only))
    return tuple(found)


def number(variable: Variable) -> Column:
    """Return a variable as DECIMAL(18,4) over a person's features, cut to four decimals; null where none is known."""
    value = F.col(variable.name)
    if variable.groups:
        place = F.when(value.isNotNull(), F.lit(0))
        for nth, codes in enumerate(variable.groups, 1):
            place = F.when(value.isin(*codes), F.lit(nth)).otherwise(place)
        value = place
    if variable.only:
        name, least = variable.only
        value = F.when(F.col(name) >= least, value)
    return F.floor(value, F.lit(PLACES)).try_cast("decimal(18,4)")
