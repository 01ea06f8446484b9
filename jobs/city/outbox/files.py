"""Folders of offices that upload or drop files: one a delivery, with the data files, their manifest and the marker."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from jobs.city.layout import Layout
from jobs.city.outbox.forms import CsvForm, JsonForm, WorkbookForm
from jobs.city.records import Item, Place
from jobs.city.sources import Desk
from jobs.city.timeline import Timeline
from schemas import Source


class Form(Protocol):
    """A file being written."""

    suffix: str

    def write(self, item: Item) -> int:
        """Write a record and return its line."""

    def close(self) -> int:
        """Finish the file and return how many records it holds."""


FORMS: dict[str, type[CsvForm | JsonForm | WorkbookForm]] = {"csv": CsvForm, "jsonl": JsonForm, "xlsx": WorkbookForm}


class FileOutbox:
    """`<root>/<source>/<batch>/`: a file a record type; an office that resends sends the last delivery twice."""

    def __init__(self, root: Path, desk: Desk, timeline: Timeline) -> None:
        self.timeline, self.source, self.resends = timeline, desk.source, desk.resends
        self._kind = FORMS[desk.source.server.format]
        self.folders = [root / desk.source.name / batch for batch in timeline.batches]
        self._forms: list[dict[Layout, Form]] = []
        for number, folder in enumerate(self.folders):
            folder.mkdir(parents=True)
            self._forms.append({one: self._form(folder / self.name(one, number, 1), one) for one in desk.layouts})

    def _form(self, path: Path, layout: Layout) -> Form:
        return self._kind(path, layout, self.source)

    def name(self, layout: Layout, batch: int, delivery_no: int) -> str:
        """Return the name of a delivery's file."""
        return f"{layout.table}_{self.timeline.batches[batch]}_{delivery_no}.{self._kind.suffix}"

    def write(self, layout: Layout, batch: int, item: Item) -> None:
        """Write a record and note its place."""
        line = self._forms[batch][layout].write(item)
        item.place = Place(self.timeline.batches[batch], 1, self.name(layout, batch, 1), line)

    def again(self, layout: Layout, item: Item) -> Place | None:
        """Return the place in the second delivery of the last batch."""
        place, last = item.place, self.timeline.last
        if not self.resends or place is None or place.batch != self.timeline.batches[last]:
            return None
        return Place(place.batch, 2, self.name(layout, last, 2), place.line)

    def close(self) -> None:
        """Finish the files, write manifests and markers, and send again what is sent again."""
        for number, (folder, forms) in enumerate(zip(self.folders, self._forms, strict=True)):
            rows = {layout: form.close() for layout, form in forms.items()}
            sent = [(folder / self.name(layout, number, 1), count) for layout, count in rows.items()]
            manifest(folder, self.source, self.timeline.batches[number], 1, sent)
            if self.resends and number == self.timeline.last:
                again = [
                    (Path(shutil.copyfile(path, folder / self.name(layout, number, 2))), rows[layout])
                    for (path, _), layout in zip(sent, rows, strict=True)
                ]
                manifest(folder, self.source, self.timeline.batches[number], 2, again)


def manifest(folder: Path, source: Source, batch: str, delivery_no: int, sent: Sequence[tuple[Path, int]]) -> None:
    """Write a delivery's manifest, then its empty marker."""
    files = [
        {"name": path.name, "bytes": path.stat().st_size, "rows": rows, "sha256": sha256(path)} for path, rows in sent
    ]
    stated = {"source": source.name, "batch": batch, "delivery_no": delivery_no, "files": files}
    target = folder / f"manifest-{delivery_no}.json"
    target.write_text(json.dumps(stated, ensure_ascii=False, indent=1) + "\n", "utf-8")
    target.with_name(target.name + ".done").touch()


def sha256(path: Path) -> str:
    """Return a file's hash."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
