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

WARM_SHARE, WARM_ROWS = 50, 2000
"""The first round is not counted: everybody once on a fiftieth of the records, and on so many at least."""


class Bench:
    """The input of one size in a folder of its own, and how each contender is run once on it."""

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
        self._child("make", str(self.place / "input"), str(self.rows), str(SEED))
        stood = self.place / "stood"
        copied(self.place / "input" / "lake", stood)
        for run in stood.glob(f"runs/silver/*/{DAY}.json"):
            run.unlink()
        self._child("link", str(stood), str(self.place / "stood_answer"))
        shutil.copytree(
            self.place / "input" / "lake" / "runs" / "silver", stood / "runs" / "silver", dirs_exist_ok=True
        )

    def contenders(self, with_peers: bool) -> Contenders:
        """Return who is measured, by name; the full linking first, because the others are compared with it."""
        peers = PEERS if with_peers else ()
        return {FULL: partial(self._ours, FULL), NEW: partial(self._ours, NEW)} | {
            name: partial(self._peer, name) for name in peers
        }

    def _ours(self, name: str) -> dict[str, Any]:
        lake = self.place / f"lake_{name}"
        copied(self.place / "input" / "lake" if name == FULL else self.place / "stood", lake)
        return self._compared(name, self._child("link", str(lake), str(self._answer(name))), lake)

    def _peer(self, name: str) -> dict[str, Any]:
        more = self._spark if name == "splink_spark" else ()
        command = [sys.executable, str(SCRIPTS / f"{name}.py"), str(self.place / "input" / PLAIN)]
        run = measured.run([*command, str(self._answer(name)), *more], self.log, self._environment)
        return self._compared(name, run)

    def _child(self, *told: str) -> dict[str, Any]:
        return measured.run([sys.executable, "-m", "jobs.bench.link_child", *told], self.log, self._environment)

    def _answer(self, name: str) -> Path:
        place = self.place / f"answer_{name}"
        shutil.rmtree(place, ignore_errors=True)
        return place

    def _compared(self, name: str, run: dict[str, Any], lake: Path | None = None) -> dict[str, Any]:
        """Hold an answer to the truth, and tell how far it is the full linking's.

        Raises:
            CreditFileError: CF-8604 if it is clearly wrong, or a day's linking is not that of all at once.
        """
        answer = self.place / f"answer_{name}"
        told = agreement(answer, self.place / "input" / TRUTH)
        found = {"precision": round(told.precision, 6), "recall": round(told.recall, 6)}
        if name != FULL and (self.place / f"answer_{FULL}").is_dir():
            found["equal_pairs"] = round(agreement(answer, self.place / f"answer_{FULL}").equal, 6)
        self.agreements[name] = found
        is_other = name == NEW and found.get("equal_pairs", 1.0) < targets.SAME_AS_FULL
        if is_other or any(found[share] < least for share, least in targets.RIGHT.items()):
            raise CreditFileError(
                "CF-8604", what=", ".join(f"{key} {value}" for key, value in found.items()), where=name
            )
        if lake is not None:
            shutil.rmtree(lake)
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
        small = Bench(_made(place / "warm"), max(rows // WARM_SHARE, WARM_ROWS), settings, log)
        progress(f"warm-up: {small.rows:,} records")
        small.make()
        for run in small.contenders(with_peers).values():
            run()
        bench = Bench(_made(place / "real"), rows, settings, log)
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


def _made(place: Path) -> Path:
    place.mkdir()
    return place


def compared(figures: Mapping[str, Mapping[str, Mapping[str, float]]]) -> dict[str, float]:
    """Return medians over medians, by the names that the targets have, and the peak of the full linking in GB."""
    seconds = {name: one["seconds"]["median"] for name, one in figures.items()}
    found = {f"{FULL} / {name}": seconds[FULL] / seconds[name] for name in PEERS if name in seconds}
    found |= {f"{NEW} / {FULL}": seconds[NEW] / seconds[FULL]}
    return {name: round(ratio, 3) for name, ratio in found.items()} | {
        f"{FULL} peak GB": round(figures[FULL]["peak_mb"]["max"] * 2**20 / 1e9, 2)
    }
