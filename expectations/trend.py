"""What only the batches before can tell: volume, units, emptiness, means and codes (domain.md, sections 4.4 and 6.7).

Each figure is worked out by column (`emptied__paid_date`); the gate judges the worst of them (`emptied_ratio`), and
`told` names the columns. Shares of few records are chance: below `LEAST_RECORDS` they say nothing. What cannot be
read, and a unit, are held against whatever went before, from the first batch on; the rest needs six batches.
"""

from collections.abc import Iterator, Sequence
from math import log, log10, sqrt
from statistics import fmean, median, pstdev

from expectations.evidence import Run
from expectations.metrics import Figures, counted_codes, own_columns
from expectations.rows import unreadable
from schemas import Table

WINDOW = 6
"""Batches looked back on; fewer say nothing of volume, emptiness, means or codes."""

LEAST_DEVIATION = 0.1
"""Share of the mean taken as deviation at least: after six equal months one more record would be out of all bounds."""

LEAST_RECORDS = 50
LEAST_UNREAD = 5
"""So many values that cannot be read are no typing errors of a small batch."""

NO_SHARE = 0.0001
"""Stands for a share of zero in a PSI."""

WORST = {
    "emptied_ratio": "emptied__",
    "mean_jump": "jump__",
    "code_psi": "psi__",
    "form_drift_ratio": "misread__",
    "code_drift_ratio": "strange__",
}
"""The figure that the gate judges, and those of the columns it is the worst of."""


def _volume(now: float, before: Sequence[float]) -> float:
    """Distance of the batch's size from the mean of the last batches, in deviations.

    A count scatters by its root even if nothing changes, which is most of what is seen in small batches.
    """
    if len(before) < WINDOW:
        return 0.0
    mean = fmean(before)
    deviation = max(pstdev(before), LEAST_DEVIATION * mean, sqrt(mean))
    return (now - mean) / deviation if deviation else 0.0


def _filled(figures: Figures, column: str) -> float:
    return figures.get(f"filled__{column}", 0) / figures["silver"] if figures["silver"] else 1.0


def _unread(table: Table, now: Figures, last: Sequence[Figures]) -> Iterator[tuple[str, float]]:
    """Yield by column how much more of it cannot be read than usual: retyped, or with codes no list knows."""
    for column in table.columns:
        if unreadable(column) is None:
            continue
        name = f"unread__{column.name}"
        judged = now["silver"] + now.get("quarantine", 0)
        usual = fmean(past.get(name, 0.0) for past in last) if last else 0.0
        if now.get(name, 0.0) * judged >= LEAST_UNREAD:
            yield f"{'strange' if column.code_list else 'misread'}__{column.name}", now[name] - usual


def _emptied(table: Table, now: Figures, last: Sequence[Figures]) -> Iterator[tuple[str, float]]:
    """Yield by column the rise of its share of nulls."""
    for column in table.stored_columns:
        if f"filled__{column.name}" in now:
            usual = fmean(_filled(past, column.name) for past in last)
            yield f"emptied__{column.name}", usual - _filled(now, column.name)


def _jumped(table: Table, now: Figures, last: Sequence[Figures]) -> Iterator[tuple[str, float]]:
    """Yield by column the decimal places by which its mean has moved, up or down."""
    for column in own_columns(table):
        for name in (f"typical__{column.name}", f"mean__{column.name}"):
            known = [past[name] for past in last if past.get(name, 0) > 0]
            if known and now.get(name, 0) > 0 and now.get(f"filled__{column.name}", now["silver"]) >= LEAST_RECORDS:
                yield f"jump__{column.name}", abs(log10(now[name] / median(known)))


def _shares(figures: Figures, column: str, codes: Sequence[str]) -> list[float]:
    counts = [figures.get(f"code__{column}__{code}", 0.0) for code in codes]
    total = sum(counts)
    return [count / total for count in counts] if total else []


def psi(now: Sequence[float], usual: Sequence[float]) -> float:
    """Return the population stability index of two distributions over the same codes."""
    pairs = [(max(a, NO_SHARE), max(e, NO_SHARE)) for a, e in zip(now, usual, strict=True)]
    return sum((a - e) * log(a / e) for a, e in pairs)


def by_chance(codes: int, now: float, before: float) -> float:
    """Return the PSI two samples of one distribution stay under: about chi-square / n, its mean and four deviations."""
    free = codes - 1
    return (1 / now + 1 / before) * (free + 4 * sqrt(2 * free)) if now and before else float("inf")


def _shifted(table: Table, now: Figures, last: Sequence[Figures]) -> Iterator[tuple[str, float]]:
    """Yield by column the PSI of its codes, and the codes that were usual and came no more."""
    for column, codes in counted_codes(table):
        shares = _shares(now, column.name, codes) or [0.0] * len(codes)
        before = [known for past in last if (known := _shares(past, column.name, codes))]
        if not before:
            continue
        usual = [fmean(share) for share in zip(*before, strict=True)]
        counts = [sum(figures.get(f"code__{column.name}__{code}", 0.0) for code in codes) for figures in (now, *last)]
        found = psi(shares, usual)
        if counts[0] >= LEAST_RECORDS and found > by_chance(len(codes), counts[0], sum(counts[1:])):
            yield f"psi__{column.name}", found
        judged = now["silver"] + now.get("quarantine", 0)
        for code, share, expected in zip(codes, shares, usual, strict=True):
            if not share and expected * judged >= LEAST_UNREAD:
                yield f"gone__{column.name}__{code}", expected


def figures(table: Table, now: Figures, before: Sequence[Run]) -> Figures:
    """Return the trend figures of a batch; where too little went before, they say 'as usual'.

    Args:
        table: The table judged.
        now: The batch's own figures.
        before: Earlier batches that passed, oldest first.
    """
    last = [run.figures for run in before][-WINDOW:]
    found: Figures = {"volume_z": _volume(now["received"], [past["received"] for past in last])}
    for column in table.stored_columns:
        name = f"typical__{column.name}"
        known = [past[name] for past in last if past.get(name)]
        if column.name.endswith("_cny"):
            found[f"unit__{column.name}"] = now[name] / median(known) if known and now.get(name) else 1.0
    found |= dict(_unread(table, now, last))
    found |= dict(_shifted(table, now, last))
    if len(last) >= WINDOW and now["silver"] >= LEAST_RECORDS:
        found |= dict(_emptied(table, now, last)) | dict(_jumped(table, now, last))
    else:
        found = {name: figure for name, figure in found.items() if not name.startswith("psi__")}
    for worst, prefix in WORST.items():
        found[worst] = max([0.0, *(figure for name, figure in found.items() if name.startswith(prefix))])
    return {name: figure for name, figure in found.items() if figure > 0 or "__" not in name or name[:4] == "unit"}


def told(table: Table, figure: str, limit: float | None, now: Figures) -> str:
    """Return the columns behind a worst figure, those beyond the limit, with the codes that came no more."""
    prefix = WORST.get(figure)
    if prefix is None or limit is None:
        return ""
    beyond = [(n, name.removeprefix(prefix)) for name, n in now.items() if name.startswith(prefix) and n > limit]
    return "; ".join(_told(table, name, n, now) for n, name in sorted(beyond, reverse=True))


def _told(table: Table, name: str, figure: float, now: Figures) -> str:
    column = table.column(name)
    gone = [f"{key.split('__')[-1]} {n:.0%}" for key, n in now.items() if key.startswith(f"gone__{name}__")]
    lost = f", usual and gone: {', '.join(gone)}" if gone else ""
    kind = "" if column.code_list else f" as {column.physical_type}"
    return f"{column.business_name} {name}{kind} {figure:.2f}{lost}"
