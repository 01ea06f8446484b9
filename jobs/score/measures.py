"""How well a card tells good from bad, and how far people have moved from those it was trained on: pure counting.

KS, AUC, PSI and CSI are as in domain.md, section 6.7, and are worked out exactly from counts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import log

from jobs.score.training import CONSTANT, Cell, Term

ALL = "ALL"
TRAIN, HOLDOUT = "TRAIN", "HOLDOUT"

Points = Mapping[int, int]
"""How many have so many points."""


def tariff(terms: Iterable[Term]) -> dict[tuple[str, int], Decimal]:
    """Return what each bin gives, by variable and place."""
    return {(term.bin.variable, term.bin.place): term.points for term in terms}


def points_of(places: Sequence[int], names: Sequence[str], gives: Mapping[tuple[str, int], Decimal]) -> int:
    """Return the points of who falls into these bins: the constant's and each bin's, rounded once.

    Args:
        places: place of the bin, a variable each.
        names: the variables, in the same order.
        gives: `tariff`.
    """
    total = gives[CONSTANT, 0] + sum(gives[bin_] for bin_ in zip(names, places, strict=True))
    return int(total.quantize(Decimal(1), ROUND_HALF_UP))


def auc(good: Points, bad: Points) -> float | None:
    """Share of pairs of a good and a bad loan in which the good one has more points; equal ones count half."""
    below, wins = 0, 0
    for points in sorted({*good, *bad}):
        wins += good.get(points, 0) * (2 * below + bad.get(points, 0))
        below += bad.get(points, 0)
    pairs = 2 * sum(good.values()) * below
    return wins / pairs if pairs else None


def ks(good: Points, bad: Points) -> float | None:
    """Largest distance between the shares of bad and of good loans with at most so many points."""
    goods, bads = sum(good.values()), sum(bad.values())
    if not goods or not bads:
        return None
    widest, below_good, below_bad = 0, 0, 0
    for points in sorted({*good, *bad}):
        below_good += good.get(points, 0)
        below_bad += bad.get(points, 0)
        widest = max(widest, abs(below_bad * goods - below_good * bads))
    return widest / (goods * bads)


def edges(scores: Points, parts: int) -> list[int]:
    """Return where parts of about equal size begin, the first everywhere below; one that would be empty is none."""
    total, below, nth, found = sum(scores.values()), 0, 1, []
    for points in sorted(scores):
        if below and below * parts >= nth * total:
            found.append(points)
            nth = below * parts // total + 1
        below += scores[points]
    return found


def part(points: int, begins: Sequence[int]) -> int:
    """Return which part points fall into, from 1 on."""
    return 1 + sum(points >= edge for edge in begins)


def shift(reference: Mapping[int, int], now: Mapping[int, int], floor: float) -> float | None:
    """PSI: sum of (a - e) ln(a / e) over parts; a share of nothing counts as the floor. None if a side is empty."""
    before, after = sum(reference.values()), sum(now.values())
    if not before or not after:
        return None
    told = 0.0
    for place in sorted({*reference, *now}):
        e, a = ((side.get(place, 0) / total) or floor for side, total in ((reference, before), (now, after)))
        told += (a - e) * log(a / e)
    return told


def verdict(value: float | None, watch: float, alarm: float) -> str | None:
    """Say what a shift means: FINE, WATCH, ALARM."""
    if value is None:
        return None
    return "FINE" if value < watch else "WATCH" if value <= alarm else "ALARM"


def scored(
    cells: Iterable[Cell], names: Sequence[str], terms: Sequence[Term]
) -> dict[tuple[str, str, bool], Counter[int]]:
    """Count loans by points, for each sample and category (ALL beside each) and outcome: (sample, category, is_bad)."""
    gives = tariff(terms)
    found: dict[tuple[str, str, bool], Counter[int]] = {}
    for cell in cells:
        points = points_of(cell.places, names, gives)
        for sample in (HOLDOUT if cell.is_kept_out else TRAIN, ALL):
            for category in (cell.category, ALL):
                found.setdefault((sample, category, cell.is_bad), Counter())[points] += cell.loans
    return found


def together(by_points: Mapping[tuple[str, str, bool], Mapping[int, int]], sample: str, category: str) -> Counter[int]:
    """Count a sample's loans of a category by points, whatever became of them."""
    found: Counter[int] = Counter()
    for is_bad in (True, False):
        found.update(by_points.get((sample, category, is_bad), {}))
    return found


def parted(scores: Points, begins: Sequence[int]) -> dict[int, int]:
    """Count by part."""
    found: Counter[int] = Counter()
    for points, count in scores.items():
        found[part(points, begins)] += count
    return dict(sorted(found.items()))
