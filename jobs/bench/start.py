"""Bench of starting: how long a person waits for `creditfile --help` and `creditfile status`; neither starts a JVM."""

import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from jobs.bench import drawing, machine, measured, start_lake, targets
from jobs.bench.rounds import folder, rounds, spread
from jobs.clock import Clock
from jobs.context import Progress
from jobs.settings import Settings

NAME = "start"
PROGRAM = (sys.executable, "-P", "-c", "from jobs.cli import main; raise SystemExit(main())")
"""What the console script does."""


def measure(settings: Settings, runs: int, clock: Clock, progress: Progress) -> dict[str, Any]:
    """Measure both, each once before it counts, on the lake given, or on one made for it if nothing has run there."""
    about = {"bench": NAME, "machine": machine.facts()}
    log = folder(settings.lake) / f"{NAME}.log"
    folder(settings.lake).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{NAME}-") as place:
        lake = settings.lake
        if not any(lake.glob("runs/silver/*/*.json")):
            lake = Path(place) / "lake"
            start_lake.make(lake)
        contenders = {
            "help": partial(_once, ("--help",), log),
            "status": partial(_once, ("status", "--lake", str(lake)), log),
        }
        for once in contenders.values():
            once()
        found = rounds(folder(settings.lake) / f"{NAME}.jsonl", about, contenders, runs, clock, progress)
    figures = {name: spread(each) for name, each in found.items()}
    ratios = {f"{name} seconds": one["seconds"]["median"] for name, one in figures.items()}
    judged = targets.judged(NAME, ratios)
    chart, _ = drawing.draw(folder(settings.lake) / NAME, f"Starting, {runs} runs", figures, judged)
    return {**about, "runs": runs, "figures": figures, "ratios": ratios, "targets": judged, "chart": str(chart)}


def _once(arguments: tuple[str, ...], log: Path) -> dict[str, Any]:
    run = measured.run([*PROGRAM, *arguments], log)
    return run | {"seconds": run["wall"]}
