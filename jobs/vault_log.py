"""Who opened the vault, when and why: an append-only log, one JSON object a line, readable without a JVM.

A line is on the disk before anything is opened, so nothing is opened without a trace. It names tables, never a value;
a person only by `person_id`, and only where a person's own key was destroyed. An access happens when it happens: its
time is the host's, and no table depends on it.
"""

import errno
import getpass
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from jobs.clock import Clock, SystemClock

Purpose = Literal["link", "release", "review", "rotate", "shred"]
"""What the vault is opened for. A new purpose is a new line here, seen by whoever reviews it."""


@dataclass(frozen=True)
class Access:
    """That somebody opened sealed texts, or destroyed what opens them.

    `scope` narrows what was asked for: a release, a batch, a person; `asked_count` how many seals, where that is known
    without counting; `at` and, where nobody is named, `author` (the user of this process) are filled in by the log.
    """

    purpose: Purpose
    tables: tuple[str, ...]
    scope: str
    asked_count: int | None = None
    author: str = ""
    why: str = ""
    at: str = ""


def folder(lake: Path) -> Path:
    """Return where the log lies: one file a month."""
    return lake / "runs" / "vault"


def note(lake: Path, access: Access, clock: Clock | None = None) -> None:
    """Append an access, through to the disk. An OSError ends the command before anything is opened."""
    at = (clock or SystemClock()).now()
    told = asdict(access) | {"at": at.isoformat(), "author": access.author or getpass.getuser()}
    place = folder(lake) / f"{at:%Y-%m}.jsonl"
    place.parent.mkdir(parents=True, exist_ok=True)
    line = (json.dumps(told, ensure_ascii=False) + "\n").encode()
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if os.write(descriptor, line) < len(line):  # one write: lines of two processes do not mix
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(place))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(lake: Path) -> list[Access]:
    """Return all accesses, oldest first."""
    lines = [line for place in sorted(folder(lake).glob("*.jsonl")) for line in place.read_text("utf-8").splitlines()]
    return [Access(**(told := json.loads(line)) | {"tables": tuple(told["tables"])}) for line in lines]
