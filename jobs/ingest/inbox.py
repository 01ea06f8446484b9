"""The folder an office drops its files into: what is finished there, and who takes it.

A delivery is finished when its marker stands beside it: `manifest-<n>.json.done`, or, in a folder without manifests,
`<file>.done` for one file that is a delivery by itself. Taking one begins with one rename of its marker into
`claimed/<n>/`, which the system does for one taker only; then its files follow, under our own names. What a killed
run has claimed lies there still, and the next run goes on with it.
"""

import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from jobs.errors import CreditFileError
from jobs.ingest.kinds import unfit
from jobs.ingest.landing import raise_if_disk
from jobs.ingest.manifest import DONE, NAME
from jobs.ingest.order import Order

CLAIMED, PLAN, MARKER, FIRST = "claimed", "claim.json", "marker", "first"


@dataclass(frozen=True)
class Claim:
    """One delivery in our hands: its number, its folder, and the delivered name of its first file."""

    number: int
    folder: Path
    name: str

    @property
    def has_manifest(self) -> bool:
        """Say whether the first file states the others."""
        return NAME.match(self.name) is not None

    @property
    def first(self) -> Path:
        """The manifest, or the only file."""
        return self.folder / FIRST

    def file(self, position: int, name: str) -> Path:
        """Take a file that the manifest names out of the inbox, if it is there, and return where it should lie."""
        place = self.folder / f"{position:05d}"
        if not os.path.lexists(place):
            _move(self.folder.parent.parent / name, place)
        return place

    def leave(self) -> None:
        """Let go of a delivery that has landed."""
        _return_file(self).unlink(missing_ok=True)
        self.drop()

    def drop(self) -> None:
        """Take a delivery's files away."""
        shutil.rmtree(self.folder)

    def answer(self, text: bytes) -> None:
        """Tell the sender why the delivery is held, in a file beside where it was dropped."""
        told = self.folder / "return.json"
        told.write_bytes(text)
        told.replace(_return_file(self))


def _return_file(claim: Claim) -> Path:
    return claim.folder.parent.parent / f"return-{claim.number}.json"


@dataclass(frozen=True)
class Inbox:
    """One batch's folder, in the hands of this run alone."""

    folder: Path
    landed: frozenset[int]

    def claims(self) -> Iterator[Claim]:
        """Claim what is finished, and yield all that is claimed, an interrupted run's too, by number."""
        present = {entry.name for entry in os.scandir(self.folder)}
        numbers = {f"{name}{DONE}": int(form[1]) for name in present if (form := NAME.match(name))}
        if numbers:
            finished = {marker: number for marker, number in numbers.items() if marker in present}
        else:
            alone = sorted(name for name in present if name.endswith(DONE) and name.removesuffix(DONE) in present)
            first = max([*self.landed, *self._numbers()], default=0) + 1
            finished = {marker: first + at for at, marker in enumerate(alone)}
        for marker, number in finished.items():
            self._claim(number, marker)
        for number in self._numbers():
            if claim := self._complete(number):
                yield claim

    def unfinished(self) -> list[str]:
        """Name what waits for its marker: manifests, else just that something does, for its name may be a person's."""
        present = {entry.name for entry in os.scandir(self.folder) if entry.name != CLAIMED}
        manifests = sorted(name for name in present if NAME.match(name) and f"{name}{DONE}" not in present)
        is_waiting = any(not name.startswith("return-") for name in present)
        return manifests or ["a dropped file"] * is_waiting

    def _numbers(self) -> list[int]:
        return sorted(int(path.name) for path in (self.folder / CLAIMED).iterdir() if path.name.isdecimal())

    def _claim(self, number: int, marker: str) -> None:
        """Take one delivery; a held one of the same number gives way to it."""
        place = self.folder / CLAIMED / str(number)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        plan = place / f"{PLAN}.part"
        plan.write_text(json.dumps({"marker": marker}), "utf-8")
        plan.replace(place / PLAN)
        _move(self.folder / marker, place / MARKER)

    def _complete(self, number: int) -> Claim | None:
        """Finish the claim of a run that may have been killed in it; None if it had come to nothing."""
        place = self.folder / CLAIMED / str(number)
        try:
            marker = str(json.loads((place / PLAN).read_text("utf-8"))["marker"])
        except FileNotFoundError:
            marker = ""
        if not marker or not (os.path.lexists(place / MARKER) or _move(self.folder / marker, place / MARKER)):
            shutil.rmtree(place)
            return None
        claim = Claim(number, place, marker.removesuffix(DONE))
        if not os.path.lexists(claim.first):
            _move(self.folder / claim.name, claim.first)
        return claim


@contextmanager
def opened_inbox(order: Order, landed: frozenset[int]) -> Iterator[Inbox | None]:
    """Open the order's inbox for one run; None if nothing was ever dropped for this batch.

    Raises:
        CreditFileError: CF-8002 if another run is in it, CF-8102 if it cannot be read and written, CF-1408 if it is a
            link that leads out of the office's folder.
    """
    root = order.endpoint.folder
    pattern = str(order.source.server.properties.get("path", "{source}/{batch}"))
    folder = root / pattern.format(source=order.source.name, batch=order.period.batch).lstrip("/")
    claimed = folder / CLAIMED
    if not root.is_dir():
        what = "the inbox is not there"
        raise CreditFileError("CF-8102", what=what, where=str(root), undone="Nothing was landed.")
    if not folder.is_dir():
        yield None
        return
    if claimed.is_symlink() or not folder.resolve().is_relative_to(root.resolve()):
        raise unfit("CF-1408", "the inbox is a link", order.place)
    lock = FileLock(claimed / ".lock", timeout=0)
    try:
        claimed.mkdir(exist_ok=True)
        lock.acquire()
        yield Inbox(folder, landed)
    except Timeout:
        raise CreditFileError("CF-8002", what="it is in the inbox", where=order.place) from None
    except OSError as failed:
        raise_if_disk(failed, folder)
        raise
    finally:
        lock.release()


def opened_file(path: Path, where: str) -> BinaryIO:
    """Open a delivered file for reading, if it is one: a link would read what its sender may not.

    Raises:
        CreditFileError: CF-1408 for a link, a folder, a pipe or a device.
        FileNotFoundError: if nothing lies there.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise unfit("CF-1408", "it is a link or no file", where)
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def _move(old: Path, new: Path) -> bool:
    """Rename, which one taker only can; say whether it was there."""
    try:
        old.rename(new)
    except FileNotFoundError:
        return False
    return True
