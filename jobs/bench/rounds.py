"""Rounds of a bench: who is measured takes turns, each run is kept as one JSON line, and what they come to is told."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from jobs.clock import Clock
from jobs.context import Progress

Contenders = Mapping[str, Callable[[], dict[str, Any]]]
MEASURED = ("seconds", "start", "warm", "wall", "cpu", "peak_mb", "jvm_mb")


def folder(lake: Path) -> Path:
    """Return where benches keep their results."""
    return lake / "runs" / "bench"


def rounds(
    place: Path, about: Mapping[str, Any], contenders: Contenders, runs: int, clock: Clock, progress: Progress
) -> dict[str, list[dict[str, Any]]]:
    """Measure every contender so many times, forwards and backwards in turn, and keep each run as a JSON line.

    Args:
        place: the file of lines.
        about: what stands in each line: the bench, its input, the machine.
        contenders: how each is run once; what it returns holds `seconds`.
        runs: how often.
        clock: when.
        progress: told what happens.

    Returns:
        The runs of each contender.
    """
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
    place.parent.mkdir(parents=True, exist_ok=True)
    for turn in range(runs):
        for name in list(contenders) if turn % 2 == 0 else reversed(list(contenders)):
            progress(f"run {turn + 1} of {runs}: {name}")
            load = os.getloadavg()[0]
            run = contenders[name]()
            told = {"contender": name, "run": turn + 1, "at": clock.now().isoformat(), "load": round(load, 2)}
            with place.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({**about, **told, **run}, ensure_ascii=False) + "\n")
            found[name].append(run)
    return found


def spread(runs: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return minimum, median and maximum of everything that was measured in all runs."""
    both = {name: [float(run[name]) for run in runs] for name in MEASURED if all(name in run for run in runs)}
    return {
        name: {"min": min(values), "median": round(median(values), 3), "max": max(values)}
        for name, values in both.items()
        if values
    }
