"""What only the batches before can tell: volume, units and emptiness that drift (domain.md, sections 4.4 and 6.7)."""

from collections.abc import Sequence
from statistics import fmean, pstdev

from expectations.evidence import Run
from expectations.metrics import Figures
from schemas import Table

WINDOW = 6
"""Batches looked back on; fewer say nothing of volume or emptiness."""

LEAST_DEVIATION = 0.1
"""Share of the mean taken as deviation at least: after six equal months one more record would be out of all bounds."""


def _volume(now: float, before: Sequence[float]) -> float:
    """Distance of the batch's size from the mean of the last batches, in deviations."""
    if len(before) < WINDOW:
        return 0.0
    mean = fmean(before)
    deviation = max(pstdev(before), LEAST_DEVIATION * mean)
    return (now - mean) / deviation if deviation else 0.0


def _filled(figures: Figures, column: str) -> float:
    return figures.get(f"filled__{column}", 0) / figures["silver"] if figures["silver"] else 1.0


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
            found[f"unit__{column.name}"] = now[name] / known[-1] if known and now.get(name) else 1.0
    drops = [0.0]
    if len(last) >= WINDOW and now["silver"]:
        optional = [c.name for c in table.stored_columns if f"filled__{c.name}" in now]
        drops += [fmean(_filled(past, name) for past in last) - _filled(now, name) for name in optional]
    found["emptied_ratio"] = max(drops)
    return found
