"""What each bench must reach, as data: ratios on one machine in one run, seconds only where a person waits."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Target(NamedTuple):
    """A figure of a bench and the most it may be."""

    bench: str
    figure: str
    limit: float
    means: str


TARGETS = (
    Target("link", "full / splink_spark", 1.0, "linking all records, over plain Splink on Spark (JVM start apart)"),
    Target("link", "day / full", 0.10, "linking 1 % new records into the rest, over linking all (JVM start apart)"),
    Target("link", "full peak GB", 8.0, "memory of linking all records, all processes together"),
    Target("start", "help seconds", 0.4, "creditfile --help"),
    Target("start", "status seconds", 1.5, "creditfile status on a lake"),
)

RIGHT = {"precision": 0.98, "recall": 0.95}
"""What an answer must reach against the truth, ours or a peer's: below, its time says nothing."""

SAME_AS_FULL = 0.999
"""Share of equal pairs that a day's linking must have with linking all at once."""


def judged(bench: str, figures: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return each target of a bench with what was measured, and whether that passes; null where nothing was."""
    return [
        {"figure": target.figure, "measured": figures.get(target.figure), "limit": target.limit}
        | {"passes": figures[target.figure] <= target.limit if target.figure in figures else None}
        | {"means": target.means}
        for target in TARGETS
        if target.bench == bench
    ]
