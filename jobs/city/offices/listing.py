"""A REST office's records by window and page, read from its prepared files without holding them in memory."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_BEFORE_TIME = len('{"updated_at": "')
_TIME = len("2026-09-30T12:00:00Z")
_BEFORE_ITEM = _BEFORE_TIME + _TIME + len('", "item": ')


class CursorError(ValueError):
    """A cursor that this office did not sign, or that belongs to another question."""


@dataclass(frozen=True, slots=True)
class Window:
    """Records that became visible in [since, before), in pages of `limit`; instants as UTC text of one width."""

    since: str
    before: str
    limit: int


@dataclass(frozen=True, slots=True)
class Page:
    """Items as JSON text, the cursor of the next page, and how many records the whole window holds."""

    items: list[str]
    next_cursor: str | None
    total: int


def utc(text: str | None, default: str) -> str:
    """Bring an instant in ISO 8601 to UTC text of one width; ValueError if it is none or has no zone."""
    if not text:
        return default
    moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign that was not escaped in the URL
    if moment.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Listing:
    """The prepared files of one office."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._paths = sorted(folder.glob("*.jsonl"))
        self._key = key
        self._spans: list[tuple[str, str, int]] | None = None
        self._totals: dict[tuple[str, str], int] = {}

    def page(self, window: Window, cursor: str | None) -> Page:
        """Return one page; the cursor says where the page before ended."""
        file, offset = self._opened(cursor, window) if cursor else (0, 0)
        items: list[str] = []
        following = None
        for number, position, text in self._records(window, file, offset):
            if len(items) == window.limit:
                following = self._signed(number, position, window)
                break
            items.append(text)
        return Page(items, following, self.total(window))

    def total(self, window: Window) -> int:
        """Return the number of records in a window, counted once."""
        key = (window.since, window.before)
        if key not in self._totals:
            inside = 0
            for number, (first, last, rows) in enumerate(self.spans()):
                if rows and window.since <= first and last < window.before:
                    inside += rows
                elif rows and not (last < window.since or first >= window.before):
                    inside += sum(1 for place in self._records(window, number, 0) if place[0] == number)
            self._totals[key] = inside
        return self._totals[key]

    def spans(self) -> list[tuple[str, str, int]]:
        """Return first and last instant and number of records of each file."""
        if self._spans is None:
            self._spans = []
            for path in self._paths:
                first, last, rows = "9", "", 0
                with path.open(encoding="utf-8") as lines:
                    for line in lines:
                        seen = line[_BEFORE_TIME : _BEFORE_TIME + _TIME]
                        first, last, rows = min(first, seen), max(last, seen), rows + 1
                self._spans.append((first, last, rows))
        return self._spans

    def _records(self, window: Window, file: int, offset: int) -> Iterator[tuple[int, int, str]]:
        for number in range(file, len(self._paths)):
            first, last, rows = self.spans()[number]
            if not rows or last < window.since or first >= window.before:
                continue
            with self._paths[number].open("rb") as lines:
                position = offset if number == file else 0
                lines.seek(position)
                for line in lines:
                    seen = line[_BEFORE_TIME : _BEFORE_TIME + _TIME].decode()
                    if window.since <= seen < window.before:
                        yield number, position, line[_BEFORE_ITEM:-2].decode()
                    position += len(line)

    def _signature(self, body: bytes, window: Window) -> str:
        asked = f"{window.since}|{window.before}|{window.limit}|".encode()
        return hmac.new(self._key, asked + body, hashlib.sha256).hexdigest()[:32]

    def _signed(self, file: int, offset: int, window: Window) -> str:
        body = base64.urlsafe_b64encode(json.dumps([file, offset]).encode())
        return f"{body.decode()}.{self._signature(body, window)}"

    def _opened(self, cursor: str, window: Window) -> tuple[int, int]:
        body, _, signature = cursor.partition(".")
        if not hmac.compare_digest(signature, self._signature(body.encode(), window)):
            raise CursorError("cursor not signed for this question")
        file, offset = json.loads(base64.urlsafe_b64decode(body))
        return int(file), int(offset)
