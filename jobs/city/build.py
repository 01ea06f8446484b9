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
from pathlib import Path
from typing import Any

from jobs.city import business, consents, employers, insurance, lives, months, rental, residence
from jobs.city.faults import Struck, strike
from jobs.city.labels import Labels
from jobs.city.ledger import KIND_OF, Ledger
from jobs.city.lives import Life
from jobs.city.outbox import CsvOutbox, DatabaseOutbox, RestOutbox, Stamp, sha256
from jobs.city.people import Census
from jobs.city.profile import profile
from jobs.city.records import BUSINESS, CONSENT, INSURANCE, LAYOUTS, RENTAL, RESIDENCE, ROLE, Item, Layout
from jobs.city.timeline import Timeline
from jobs.city.truth import Truth

VERSION = "1"
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
        self.census = Census(timeline.profile, asked.seed, asked.people)
        offices = work / "offices"
        self.rest = {layout.source: RestOutbox(offices, layout, timeline) for layout in (CONSENT, RESIDENCE, RENTAL)}
        self.csv = CsvOutbox(offices, timeline)
        self.database = DatabaseOutbox(offices, timeline)
        self.stamps = {layout.prefix: Stamp(layout, timeline) for layout in LAYOUTS}
        self.first_period = timeline.months[0] - timeline.profile.insurance_months

    def run(self) -> Manifest:
        with Truth(self.work / "truth") as truth:
            self.labels = Labels(self.census, self.timeline, truth)
            for index in range(self.asked.people):
                if index % employers.QUARTER == 0:
                    self.employers(index // employers.QUARTER)
                self.person(lives.life(self.census, index, self.timeline.months[-1]))
            self.labels.close()
        for office in self.rest.values():
            office.close()
        self.csv.close()
        self.database.close()
        return replace(
            self.asked,
            received_at=self.received(),
            files=self.files(),
            faults=self.labels.faults(self.asked.difficulty),
            records=self.labels.records(),
        )

    def employers(self, quarter: int) -> None:
        items = business.employer_items(self.census, quarter)
        self.send(BUSINESS, items, f"quarter:{quarter}", None, None)

    def person(self, life: Life) -> None:
        grants = consents.grants(self.census, life)
        ledger = Ledger(self.timeline.profile.operator_code, self.timeline, grants)
        self.send(CONSENT, consents.items(self.census, life, grants), life.person.index, life, ledger)
        page = residence.registry(self.census, life)
        self.send(
            RESIDENCE,
            [item.copied(item.month, item.day, item.second) for item in page.items],
            life.person.index,
            life,
            ledger,
        )
        self.send(RENTAL, rental.items(self.census, life), life.person.index, life, ledger)
        self.send(BUSINESS, business.shop_items(self.census, life), life.person.index, None, None)
        self.send(ROLE, business.role_items(self.census, life), life.person.index, life, None)
        lines = insurance.items(self.census, life, self.first_period)
        self.send(INSURANCE, lines, life.person.index, life, ledger)
        self.labels.life(life, page, ledger)

    def send(self, layout: Layout, items: list[Item], key: int | str, life: Life | None, ledger: Ledger | None) -> None:
        """Strike a person's records of one type with faults, write them, and label every one."""
        if not items:
            return
        loads_by_number = layout.source in KIND_OF  # no number, no grant to be found by it
        loads, stamp = self.loads(layout, ledger), self.stamps[layout.prefix]
        stream = self.census.stream(f"fault:{layout.prefix}", key)
        struck = Struck(layout, self.timeline, stream, self.asked.difficulty, lambda batch: loads[batch])
        for batch, item in strike(struck, items, life.person.written_name if life else None):
            stamp.on(item, batch)
            self.write(layout, batch, item)
            if item.ends is None:
                is_loaded = loads[batch] and not (item.link_class == "NUMBER_TYPO" and loads_by_number)
                item.ends, item.reason = ("silver", None) if is_loaded else ("suppressed", "NO_CONSENT")
            if layout is CONSENT and ledger is not None and item.ends == "silver":
                values, places = item.values, layout.places
                has_withdrawal = values[places["withdrawn_at"]] is not None
                ledger.enter(values[places["consent_no"]], batch, has_withdrawal=has_withdrawal)
            self.labels.record(layout, item, life)

    def loads(self, layout: Layout, ledger: Ledger | None) -> list[bool]:
        batches = range(len(self.timeline.batches))
        return [ledger is None or ledger.is_live(layout.source, batch) for batch in batches]

    def write(self, layout: Layout, batch: int, item: Item) -> None:
        if layout is INSURANCE:
            self.csv.write(batch, item)
        elif layout.source == BUSINESS.source:
            self.database.write(layout, batch, item)
        else:
            self.rest[layout.source].write(batch, item)

    def received(self) -> dict[str, dict[str, str]]:
        return {
            source: {
                batch: months.utc_text(self.timeline.received_at(source, number))
                for number, batch in enumerate(self.timeline.batches)
            }
            for source in sorted(self.timeline.profile.delivery_hours)
        }

    def files(self) -> list[dict[str, Any]]:
        root = self.work / "offices"
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        return [
            {"path": path.relative_to(root).as_posix(), "bytes": path.stat().st_size, "sha256": sha256(path)}
            for path in paths
        ]
