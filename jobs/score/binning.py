"""Cut a variable into bins that say the same thing in one direction only, and weigh them: WOE and IV (domain.md, 6.4).

Cuts are a decision tree's (scikit-learn), grown under the constraint that more is never worse, or never better, as the
expert card has it. A tree holds that for what it predicts, not for the plain shares in its leaves: so neighbours that
break the order, are too small, or have seen too few good or bad loans are pooled until none does. optbinning would do
the same by a solver, but takes protobuf, matplotlib and OR-tools along against the lock.

Everything is worked out of counts per value, in decimals: the same counts give the same bins on any machine.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import NamedTuple

from jobs.score.rule import Bins
from jobs.score.variables import Variable

PLACES = Decimal("0.0001")
MISSING = 0
"""Place of the bin of those of whom nothing is known; the others are numbered from 1 on, the least first."""


class Seen(NamedTuple):
    """How many loans with a value became good and bad; None is no value."""

    value: Decimal | None
    good: int
    bad: int


class Least(NamedTuple):
    """How many loans a bin has to hold, and how many of each kind."""

    of_all: Fraction
    of_each: int


class Bin(NamedTuple):
    """One bin: values from `from_` on (None: any) and below `to` (None: any), loans, WOE (positive is better), IV."""

    variable: str
    place: int
    from_: Decimal | None
    to: Decimal | None
    good: int
    bad: int
    woe: Decimal
    iv: Decimal


def rounded(value: Decimal) -> Decimal:
    """Round to the four decimals that are kept; nothing is no minus nothing."""
    return value.quantize(PLACES, ROUND_HALF_EVEN) + 0


def woe(good: int, bad: int, goods: int, bads: int) -> Decimal:
    """Return ln(%good / %bad), unrounded; 0 where either is none, since then it would say everything."""
    if not good or not bad:
        return Decimal(0)
    return (Decimal(good * bads) / Decimal(bad * goods)).ln()


def iv(good: int, bad: int, goods: int, bads: int, weight: Decimal) -> Decimal:
    """Return a bin's part of the information value: (%good - %bad) times its WOE."""
    return (Decimal(good) / goods - Decimal(bad) / bads) * weight


def bins(variable: Variable, seen: Sequence[Seen], rule: Bins) -> list[Bin]:
    """Cut a variable.

    Args:
        variable: which, and which way it counts.
        seen: loans by value, of which both kinds have been seen.
        rule: how fine, and how small a bin may be.

    Returns:
        The bin of missing values first, which is there even if nobody is in it, then the others by value: each at
        least as large as the rule says, in one direction. Missing values cannot be pooled: too few of them weigh 0.
    """
    goods, bads = sum(one.good for one in seen), sum(one.bad for one in seen)
    least = Fraction(str(rule.least_ratio)) * (goods + bads)
    none = [one for one in seen if one.value is None]
    known = sorted((one for one in seen if one.value is not None), key=lambda one: one.value or 0)
    least_of = Least(least, rule.least_of_each)
    groups = _pooled(_grown(known, variable.better, least, rule.most), variable.better, least_of)
    froms = [None, *(group.value for group in groups[1:])]
    tos = [*froms[1:], None]
    missing = Seen(None, sum(one.good for one in none), sum(one.bad for one in none))
    places = zip([missing, *groups], [None, *froms], [None, *tos], strict=True)
    found = []
    for place, (group, from_, to) in enumerate(places):
        is_large = group.good + group.bad >= least
        weight = woe(group.good, group.bad, goods, bads) if is_large else Decimal(0)
        told = iv(group.good, group.bad, goods, bads, weight)
        found.append(Bin(variable.name, place, from_, to, group.good, group.bad, rounded(weight), rounded(told)))
    return found


def tells(found: Sequence[Bin], rule: Bins) -> bool:
    """Whether bins tell enough, and each that is large enough has seen enough of both kinds: else it has no weight."""
    total = sum(one.good + one.bad for one in found)
    least = Fraction(str(rule.least_ratio)) * total
    is_weighed = all(min(one.good, one.bad) >= rule.least_of_each or one.good + one.bad < least for one in found)
    return is_weighed and sum(one.iv for one in found) >= Decimal(str(rule.least_iv))


def _grown(known: Sequence[Seen], better: int, least: Fraction, most: int) -> list[Seen]:
    """Group values by the leaves of a tree; each group begins with its least value."""
    from sklearn.tree import DecisionTreeClassifier

    total = sum(one.good + one.bad for one in known)
    if not total or 2 * least > total:
        return [_together(known)] if known else [Seen(None, 0, 0)]
    values = [[float(one.value or 0)] for one in known for _ in range(2)]
    is_good = [label for _ in known for label in (1, 0)]
    weights = [count for one in known for count in (one.good, one.bad)]
    tree = DecisionTreeClassifier(
        criterion="entropy",
        max_leaf_nodes=most,
        min_weight_fraction_leaf=float(least / total),
        monotonic_cst=[better],
        random_state=0,
    )
    leaves = tree.fit(values, is_good, sample_weight=weights).apply(values[::2])
    groups: list[list[Seen]] = []
    for one, leaf, before in zip(known, leaves, [None, *leaves], strict=False):
        if leaf != before:
            groups.append([])
        groups[-1].append(one)
    return [_together(group) for group in groups]


def _together(group: Iterable[Seen]) -> Seen:
    rows = list(group)
    return Seen(rows[0].value, sum(one.good for one in rows), sum(one.bad for one in rows))


def _pooled(groups: Sequence[Seen], better: int, least: Least) -> list[Seen]:
    """Pool neighbours until each group is large enough, has seen enough of both kinds, and all rise or all fall."""
    found = list(groups)
    while len(found) > 1 and (place := _offends(found, better, least)) is not None:
        found[place : place + 2] = [_together(found[place : place + 2])]
    return found


def _offends(groups: Sequence[Seen], better: int, least: Least) -> int | None:
    """Return the place of the first of two neighbours to pool; None if all is well."""
    for place, group in enumerate(groups):
        if min(group.good, group.bad) < least.of_each or group.good + group.bad < least.of_all:
            return max(place - 1, 0)
    for place, (one, other) in enumerate(zip(groups, groups[1:], strict=False)):
        rise = other.good * one.bad - one.good * other.bad  # of the odds of good, crosswise
        if rise * better <= 0:
            return place
    return None
