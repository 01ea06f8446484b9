"""JSON lines of a REST office: each with the instant it became visible, so that any window can be asked for."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from jobs.city import months
from jobs.city.layout import Layout
from jobs.city.records import Item, Place
from jobs.city.timeline import Timeline

PAGE = 1000
"""Records on a page of the REST offices, as the contracts ask for."""


class RestOutbox:
    """One file a delivery and record type; further types lie in a folder of their own name."""

    def __init__(self, root: Path, layouts: Iterable[Layout], timeline: Timeline) -> None:
        self.timeline = timeline
        self._files: dict[Layout, list[TextIO]] = {}
        self._rows: dict[Layout, list[int]] = {}
        for layout in layouts:
            folder = root / layout.source / layout.object
            folder.mkdir(parents=True, exist_ok=True)
            paths = [folder / f"{batch}.jsonl" for batch in timeline.batches]
            self._files[layout] = [path.open("w", encoding="utf-8", newline="\n") for path in paths]
            self._rows[layout] = [0] * len(paths)

    def write(self, layout: Layout, batch: int, item: Item) -> None:
        """Write a record and note its place: page and position on the page."""
        number = self._rows[layout][batch]
        self._rows[layout][batch] += 1
        page = f"page-{number // PAGE + 1:05d}"
        name = f"{layout.object}-{page}" if layout.object else page
        item.place = Place(self.timeline.batches[batch], 1, name, number % PAGE + 1)
        seen = months.utc_text(months.instant(item.day, item.second, self.timeline.profile.zone))
        body = json.dumps(dict(zip(layout.columns, item.values, strict=True)), ensure_ascii=False)
        self._files[layout][batch].write(f'{{"updated_at": "{seen}", "item": {body}}}\n')

    def again(self, _layout: Layout, _item: Item) -> None:
        """Return nothing: what is asked for again is the same page."""

    def close(self) -> None:
        """Finish the files."""
        for files in self._files.values():
            for file in files:
                file.close()
