"""Train a card: bins, a logistic regression on their WOE, points; and measure it on borrowers it has not seen.

Rows stay in Spark. The driver gets counts: how many loans became good and bad per value of a variable, from which bins
are cut; then per combination of bins, category and outcome, which is all that a regression on bins can use of a sample
(its sufficient statistic). No row of a person is read, and nothing but the model is written.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from jobs.errors import CreditFileError
from jobs.score import binning
from jobs.score.binning import Bin, rounded
from jobs.score.rule import Rule, Scale

CONSTANT = "constant"
"""Stands among the variables for the regression's constant: one bin in which everybody is, of WOE 1."""

TOLERANCE, MOST_STEPS = 1e-12, 500


class Cell(NamedTuple):
    """How many loans of a category fell into these bins (by place, a variable each) and became bad, or did not."""

    is_kept_out: bool
    category: str
    is_bad: bool
    places: tuple[int, ...]
    loans: int


class Term(NamedTuple):
    """A bin with the weight of its variable and the points it gives; not `is_used` if the variable was left out."""

    bin: Bin
    beta: Decimal
    points: Decimal
    is_used: bool


def too_few(bad: int, good: int, rule: Rule) -> CreditFileError:
    """Return what stops a training of which too few outcomes are known: no card, and no claim (CF-4301)."""
    needed = f"needed are {rule.least.bad_count} and {rule.least.good_count}"
    return CreditFileError(
        "CF-4301",
        what=f"{bad} bad and {good} good loans, {needed}",
        where="gold.fact_loan",
        undone="No card was trained.",
    )


def factor(scale: Scale) -> Decimal:
    """Points that multiply the odds by e: PDO / ln 2."""
    return Decimal(scale.doubling_points) / Decimal(2).ln()


def offset(scale: Scale) -> Decimal:
    """Points at even odds: base - factor ln(odds)."""
    return Decimal(scale.base_points) - factor(scale) * Decimal(scale.odds).ln()


def fitted(cells: Iterable[Cell], cut: Mapping[str, Sequence[Bin]], rule: Rule) -> dict[str, Decimal]:
    """Weigh variables by how loans became good: ln(odds of good) = constant + sum of beta times WOE.

    A variable that tells too little is left out (`jobs.score.binning.tells`). WOE is positive where things go well, so
    a beta below zero would turn a variable against what it says by itself: the least one is left out and the rest
    weighed anew, until none is.

    Args:
        cells: loans; those kept out are not looked at.
        cut: the bins of every variable, in the order of the cells' places.
        rule: the ridge and the least information.

    Returns:
        Betas by variable, and the constant's; CF-4302 if no variable is left.
    """
    counts: Counter[tuple[tuple[int, ...], bool]] = Counter()
    for cell in cells:
        if not cell.is_kept_out:
            counts[cell.places, cell.is_bad] += cell.loans
    rows = sorted(counts)
    names = [name for name, found in cut.items() if binning.tells(found, rule.bins)]
    order = {name: nth for nth, name in enumerate(cut)}
    while names:
        weighed = [[float(cut[name][places[order[name]]].woe) for name in names] for places, _ in rows]
        betas = _regression(weighed, [int(not is_bad) for _, is_bad in rows], [counts[row] for row in rows], rule.ridge)
        least = min(range(len(names)), key=lambda nth: betas[nth])
        if betas[least] > 0:
            return dict(zip([*names, CONSTANT], betas, strict=True))
        names.pop(least)
    raise CreditFileError("CF-4302", where="gold.fact_loan", undone="No card was trained.")


def _regression(weighed: list[list[float]], is_good: list[int], counts: list[int], ridge: float) -> list[Decimal]:
    """Return betas and, last, the constant of scikit-learn's logistic regression; ridge keeps them finite."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1 / ridge, solver="newton-cholesky", tol=TOLERANCE, max_iter=MOST_STEPS)
    model.fit(weighed, is_good, sample_weight=counts)
    return [rounded(Decimal(str(float(value)))) for value in (*model.coef_[0], model.intercept_[0])]


def terms(cut: Mapping[str, Sequence[Bin]], betas: Mapping[str, Decimal], scale: Scale) -> list[Term]:
    """Turn weights into points: offset + factor (constant + sum of beta times WOE), a term for each bin.

    The first term is the constant's and holds the offset too: 600 points are 50 good to one bad only with it.
    """
    one = Bin(CONSTANT, 0, None, None, 0, 0, Decimal(1), Decimal(0))
    found = [Term(one, betas[CONSTANT], rounded(offset(scale) + factor(scale) * betas[CONSTANT]), True)]
    for name, bins in cut.items():
        beta = betas.get(name, Decimal(0))
        found += [Term(b, beta, rounded(factor(scale) * beta * b.woe), name in betas) for b in bins]
    return found


def cut_all(seen: Mapping[str, Sequence[binning.Seen]], rule: Rule) -> dict[str, list[Bin]]:
    """Cut every variable, by the loans that are not kept out."""
    from jobs.score.variables import variables

    return {each.name: binning.bins(each, seen.get(each.name, ()), rule.bins) for each in variables()}
