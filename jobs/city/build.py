"""Builds the city: deliveries of every office, and the truth aside; one person at a time, memory does not grow.

Equal parameters make equal bytes: a city that stands already is left as it is.
"""

import gc
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from jobs.city import consents, employers, lives, months
from jobs.city.faults import Struck, strike
from jobs.city.gate import Gate
from jobs.city.labels import Labels
from jobs.city.ledger import Ledger
from jobs.city.lives import Life
from jobs.city.outbox import Stamp, outbox
from jobs.city.outbox.files import sha256
from jobs.city.people import Census
from jobs.city.profile import profile
from jobs.city.sources import Desk, Records, desks
from jobs.city.timeline import Timeline
from jobs.city.truth import Truth

VERSION = "3"
"""Of the generator: a change of its output is a new version, so that an old city is rebuilt."""

DEFAULT_MONTHS = ("2026-07", "2026-08", "2026-09")


@dataclass(frozen=True)
class Manifest:
    """What was asked for and what was made: equal seeds have equal manifests."""

    seed: int
    generator_version: str
    city: str
    people: int
    months: tuple[str, ...]
    difficulty: float
    parameters_hash: str
    received_at: dict[str, dict[str, str]] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    refused: list[dict[str, str]] = field(default_factory=list)

    @property
    def asked(self) -> tuple[Any, ...]:
        """Return the parameters that decide every byte."""
        return (
            self.seed,
            self.generator_version,
            self.city,
            self.people,
            self.months,
            self.difficulty,
            self.parameters_hash,
        )


def build(
    lake: Path,
    people: int,
    seed: int,
    months: Sequence[str] = DEFAULT_MONTHS,
    difficulty: float = 1.0,
    city: str = "shanghai",
) -> Manifest:
    """Build the city under `<lake>/city`, or return the manifest of the equal one that stands there already."""
    if people < 1 or not 0 <= difficulty <= 3:
        raise ValueError("people must be positive and difficulty from 0 to 3")
    found = profile(city)
    asked = Manifest(seed, VERSION, city, people, tuple(months), float(difficulty), found.parameters_hash)
    home = Path(lake) / "city"
    standing = read_manifest(home)
    if standing is not None and standing.asked == asked.asked:
        return standing
    work = home / ".part"
    shutil.rmtree(work, ignore_errors=True)
    with _no_collector():
        manifest = _Builder(work, asked, Timeline.of(found, asked.months)).run()
    for name in ("truth", "offices"):
        shutil.rmtree(home / name, ignore_errors=True)
        os.replace(work / name, home / name)
    path = home / "truth" / "manifest.json"
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    path.with_suffix(".tmp").write_text(text + "\n", "utf-8")
    os.replace(path.with_suffix(".tmp"), path)
    shutil.rmtree(work)
    return manifest


def read_manifest(home: Path) -> Manifest | None:
    """Return the manifest of a city that was built to its end."""
    path = home / "truth" / "manifest.json"
    if not path.is_file():
        return None
    stated = json.loads(path.read_text("utf-8"))
    try:
        return Manifest(**{**stated, "months": tuple(stated["months"])})
    except (TypeError, KeyError):
        return None


CONSENT = "consent_grant"


@contextmanager
def _no_collector() -> Iterator[None]:
    """Records make no reference cycles, and the collector would walk all that wait: a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Builder:
    def __init__(self, work: Path, asked: Manifest, timeline: Timeline) -> None:
        self.work, self.asked, self.timeline = work, asked, timeline
        since = timeline.months[0] - timeline.profile.insurance_months
        self.census = Census(timeline.profile, asked.seed, asked.people, since)
        self.desks = desks()
        offices = work / "offices"
        self.outboxes = {desk.source.name: outbox(offices, desk, timeline) for desk in self.desks}
        self.stamps = {layout: Stamp(layout, timeline) for desk in self.desks for layout in desk.layouts}

    def run(self) -> Manifest:
        with Truth(self.work / "truth") as truth:
            self.labels = Labels(self.census, self.timeline, truth)
            for index in range(self.asked.people):
                if index % employers.QUARTER == 0:
                    quarter = index // employers.QUARTER
                    for desk in self.desks:
                        self.send(desk, desk.shared(self.census, quarter), f"quarter:{quarter}", None, None)
                self.person(lives.life(self.census, index, self.timeline.months[-1]))
            self.labels.close()
        for office in self.outboxes.values():
            office.close()
        return replace(
            self.asked,
            received_at=self.received(),
            files=self.files(),
            faults=self.labels.faults(self.asked.difficulty),
            records=self.labels.records(),
        )

    def person(self, life: Life) -> None:
        grants = consents.grants(self.census, life)
        ledger = Ledger(self.timeline.profile.operator_code, self.timeline, grants)
        for desk in self.desks:
            self.send(desk, desk.records(self.census, life), life.person.index, life, ledger)
        self.labels.life(life, self.desks, ledger)

    def send(self, desk: Desk, records: Records, key: int | str, life: Life | None, ledger: Ledger | None) -> None:
        """Strike records with faults type by type, write them, and label every one."""
        gate = Gate(desk, ledger, len(self.timeline.batches))
        office = self.outboxes[desk.source.name]
        for layout, items in records:
            if not items:
                continue
            stamp = self.stamps[layout]
            stream = self.census.stream(f"fault:{layout.prefix}", key)
            struck = Struck(layout, self.timeline, stream, self.asked.difficulty, partial(gate.is_open, layout))
            for batch, item in strike(struck, items, life.person.written_name if life else None):
                stamp.on(item, batch)
                office.write(layout, batch, item)
                if item.ends is None:
                    item.ends, item.reason = gate.fate(layout, item, batch)
                if desk.source.name == CONSENT and ledger is not None and item.ends == "silver":
                    values, places = item.values, layout.places
                    has_withdrawal = values[places["withdrawn_at"]] is not None
                    ledger.enter(values[places["consent_no"]], batch, has_withdrawal=has_withdrawal)
                self.labels.record(layout, item, life, office.again(layout, item))

    def received(self) -> dict[str, dict[str, str]]:
        return {
            source: {
                batch: months.utc_text(self.timeline.received_at(source, number))
                for number, batch in enumerate(self.timeline.batches)
            }
            for source in sorted(self.outboxes)
        }

    def files(self) -> list[dict[str, Any]]:
        root = self.work / "offices"
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        return [
            {"path": path.relative_to(root).as_posix(), "bytes": path.stat().st_size, "sha256": sha256(path)}
            for path in paths
        ]
