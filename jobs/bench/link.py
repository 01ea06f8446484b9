"""Bench of linking: all records at once, a day of one in a hundred into the rest, and plain Splink on the same records.

Each run is a process of its own on a fresh copy of the lake. Its answer is compared with the truth and with the others'
before its time counts: an answer that is clearly wrong ends the bench.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import jobs
from jobs.bench import drawing, machine, measured, targets
from jobs.bench.link_lake import PLAIN, TRUTH
from jobs.bench.link_records import DAY
from jobs.bench.pairs import agreement
from jobs.bench.rounds import Contenders, folder, rounds, spread
from jobs.clock import Clock
from jobs.context import Progress
from jobs.errors import CreditFileError
from jobs.keys import path as key_file
from jobs.settings import PREFIX, Settings

NAME, SEED = "link", 7
FULL, NEW = "full", "day"
PEERS = ("splink_spark", "splink_duckdb")
SCRIPTS = Path(jobs.__file__).parent.parent / "tests" / "bench" / "peers"

WARM_ROWS = 2000
"""Before it is measured, each process links so many records once: classes are loaded then, and plans compiled."""

REAL, WARM = "real", "warm"


class Bench:
    """Inputs of both sizes in a folder, and how each contender is run once on them."""

    def __init__(self, place: Path, rows: int, settings: Settings, log: Path) -> None:
        """Take a folder that is there and empty."""
        self.place, self.rows, self.log = place, rows, log
        self.agreements: dict[str, dict[str, Any]] = {}
        self._spark = (settings.spark_master, settings.driver_memory)
        kept = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
        self._environment = kept | {
            f"{PREFIX}SPARK_MASTER": settings.spark_master,
            f"{PREFIX}DRIVER_MEMORY": settings.driver_memory,
        }

    def make(self) -> None:
        """Make the records, and link all but the day's: both untimed."""
        sizes = {WARM: WARM_ROWS, REAL: self.rows}
        self._child("make", str(SEED), *(text for size in sizes for text in (str(self.place / size), str(sizes[size]))))
        for size in sizes:
            stood = self.place / size / "stood"
            copied(self.place / size / "lake", stood)
            for run in stood.glob(f"runs/silver/*/{DAY}.json"):
                run.unlink()
        self._child("link", *(str(place) for place in self._places("stood", "answer_stood")))
        for size in sizes:
            silver = Path("runs", "silver")
            shutil.copytree(
                self.place / size / "lake" / silver, self.place / size / "stood" / silver, dirs_exist_ok=True
            )

    def contenders(self, with_peers: bool) -> Contenders:
        """Return who is measured, by name; the full linking first, because the others are compared with it."""
        peers = PEERS if with_peers else ()
        return {FULL: partial(self._ours, FULL, "lake"), NEW: partial(self._ours, NEW, "stood")} | {
            name: partial(self._peer, name) for name in peers
        }

    def _ours(self, name: str, stood: str) -> dict[str, Any]:
        for size in (WARM, REAL):
            copied(self.place / size / stood, self.place / size / "fresh")
        return self._compared(name, self._child("link", *map(str, self._places("fresh", f"answer_{name}"))))

    def _peer(self, name: str) -> dict[str, Any]:
        more = self._spark if name == "splink_spark" else ()
        command = [sys.executable, str(SCRIPTS / f"{name}.py"), *map(str, self._places(PLAIN, f"answer_{name}"))]
        return self._compared(name, measured.run([*command, *more], self.log, self._environment))

    def _child(self, *told: str) -> dict[str, Any]:
        return measured.run([sys.executable, "-P", "-m", "jobs.bench.link_child", *told], self.log, self._environment)

    def _places(self, read: str, answer: str) -> tuple[Path, Path, Path]:
        """What a contender is given: the input, the place of its answer (cleared), and the small input."""
        for place in (self.place / answer, self.place / f"{answer}_warm"):
            shutil.rmtree(place, ignore_errors=True)
        return self.place / REAL / read, self.place / answer, self.place / WARM / read

    def _compared(self, name: str, run: dict[str, Any]) -> dict[str, Any]:
        """Hold an answer to the truth, and tell how far it is the full linking's.

        Raises:
            CreditFileError: CF-8604 if it is clearly wrong, or a day's linking is not that of all at once.
        """
        answer, full = self.place / f"answer_{name}", self.place / f"answer_{FULL}"
        told = agreement(answer, self.place / REAL / TRUTH)
        found = {"precision": round(told.precision, 6), "recall": round(told.recall, 6)}
        if name != FULL and full.is_dir():
            found["equal_pairs"] = round(agreement(answer, full).equal, 6)
        self.agreements[name] = found
        is_other = name == NEW and found.get("equal_pairs", 1.0) < targets.SAME_AS_FULL
        if is_other or any(found[share] < least for share, least in targets.RIGHT.items()):
            what = ", ".join(f"{key} {value}" for key, value in found.items())
            raise CreditFileError("CF-8604", what=what, where=name)
        return run | found


def copied(lake: Path, to: Path) -> None:
    """Copy a lake: files that are never written again share their blocks, the others are copied."""

    def copy(source: str, target: str) -> None:
        is_data = source.endswith(".parquet") and "_delta_log" not in source
        (os.link if is_data else shutil.copy2)(source, target)

    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(lake, to, copy_function=copy)
    key_file(to).chmod(0o600)


@contextmanager
def work(lake: Path) -> Iterator[Path]:
    """A folder for the inputs beside the results, gone afterwards."""
    folder(lake).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{NAME}-", dir=folder(lake)) as place:
        yield Path(place)


def measure(
    settings: Settings, rows: int, runs: int, with_peers: bool, clock: Clock, progress: Progress
) -> dict[str, Any]:
    """Measure linking, and its peers if they are asked for.

    Returns:
        figures (spread of each contender), agreements, ratios, targets, and where the chart lies.

    Raises:
        CreditFileError: CF-8603 if a run fails, CF-8604 if an answer is wrong.
    """
    log = folder(settings.lake) / f"{NAME}.log"
    facts = machine.facts() | {"driver_memory": settings.driver_memory, "spark_master": settings.spark_master}
    with work(settings.lake) as place:
        bench = Bench(place, rows, settings, log)
        progress(f"making {rows:,} records, and linking all but the day's")
        bench.make()
        about = {"bench": NAME, "rows": rows, "seed": SEED, "machine": facts}
        lines = folder(settings.lake) / f"{NAME}.jsonl"
        found = rounds(lines, about, bench.contenders(with_peers), runs, clock, progress)
    figures = {name: spread(each) for name, each in found.items()}
    ratios = compared(figures)
    judged = targets.judged(NAME, ratios)
    title = f"Linking {rows:,} records, {runs} runs, {facts['cores']} cores"
    chart, _ = drawing.draw(folder(settings.lake) / NAME, title, figures, judged)
    told = {"figures": figures, "agreements": bench.agreements, "ratios": ratios, "targets": judged}
    return {**about, "runs": runs, **told, "chart": str(chart)}


def compared(figures: Mapping[str, Mapping[str, Mapping[str, float]]]) -> dict[str, float]:
    """Return medians over medians, by the names that the targets have, and the peak of the full linking in GB."""
    seconds = {name: one["seconds"]["median"] for name, one in figures.items()}
    found = {f"{FULL} / {name}": seconds[FULL] / seconds[name] for name in PEERS if name in seconds}
    found |= {f"{NEW} / {FULL}": seconds[NEW] / seconds[FULL]}
    return {name: round(ratio, 3) for name, ratio in found.items()} | {
        f"{FULL} peak GB": round(figures[FULL]["peak_mb"]["max"] * 2**20 / 1e9, 2)
    }
