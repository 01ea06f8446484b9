"""Files as they are stored: the bytes received, hashed on their way to disk, long ones cut at line ends.

Every byte of the delivery is in the parts, in order; only the cuts are ours. Cutting lets Spark read a file side by
side without searching for line ends, and `first_line` keeps the line numbers of the file as delivered.
"""

import errno
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from jobs.errors import CreditFileError
from jobs.ingest.receipt import Part

PART_BYTES = 8 * 1024 * 1024
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS}


class Whole:
    """A file kept in one part: a page of an API, which is read as one document, or an archive as it came."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._out = path.open("wb")
        self._hash = sha256()
        self.bytes = 0

    def restart(self) -> None:
        """Forget what was written: a page that broke off is fetched again from its first byte."""
        self._out.seek(0)
        self._out.truncate()
        self._hash = sha256()
        self.bytes = 0

    def write(self, chunk: bytes) -> None:
        """Add bytes as received."""
        self._hash.update(chunk)
        self._out.write(chunk)
        self.bytes += len(chunk)

    def flush(self) -> Path:
        """Make what was written readable and return where it lies."""
        self._out.flush()
        return self.path

    def close(self) -> None:
        """Put the bytes safely on disk."""
        close_safely(self._out)

    def release(self) -> None:
        """Let go of the open file, whatever became of it."""
        self._out.close()

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes so far."""
        return self._hash.hexdigest()


class Lines:
    """A file of lines, cut into parts of at most 8 MiB while it arrives; memory holds one chunk and one open line.

    A newline byte is always a line end: in UTF-8, GBK and GB18030 no other character contains it.
    """

    def __init__(
        self,
        folder: Path,
        stem: str,
        suffix: str,
        where: str,
        seen: Callable[[bytes], None] | None = None,
        *,
        limit: int = PART_BYTES,
    ) -> None:
        """Begin a file; `seen` is shown every whole line on its way to disk."""
        self._folder, self._stem, self._suffix, self._where, self._limit = (folder, stem, suffix, where, limit)
        self._seen = seen
        self._hash = sha256()
        self._open_line = b""
        self._out: BinaryIO | None = None
        self._parts: list[Part] = []
        self.first_line: bytes | None = None
        self.bytes = 0
        self.lines = 0
        self.blank_lines = 0

    def write(self, chunk: bytes) -> None:
        """Add bytes as received."""
        self._hash.update(chunk)
        self.bytes += len(chunk)
        end = chunk.rfind(b"\n") + 1
        if end:
            self._store(self._open_line + chunk[:end])
            self._open_line = chunk[end:]
        else:
            self._open_line += chunk
        if len(self._open_line) > self._limit:
            raise self._too_long()

    def close(self) -> tuple[Part, ...]:
        """Store an unended last line, put everything safely on disk, and return the parts."""
        if self._open_line:
            self._store(self._open_line)
            self._open_line = b""
        self._end_part()
        return tuple(self._parts)

    def release(self) -> None:
        """Let go of the open file, whatever became of it."""
        if self._out:
            self._out.close()

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes so far."""
        return self._hash.hexdigest()

    def _store(self, whole: bytes) -> None:
        """Write whole lines, beginning a new part wherever the next line would not fit."""
        if self._seen:
            self._seen(whole)
        if self.first_line is None:
            self.first_line = whole.split(b"\n", 1)[0]
        if whole.startswith((b"\n", b"\r\n")) or b"\n\n" in whole or b"\n\r\n" in whole:
            self.blank_lines += sum(line in (b"", b"\r") for line in whole.split(b"\n")[:-1])
        start = 0
        while start < len(whole):
            room = self._limit - (self._parts[-1].bytes if self._out else 0)
            end = len(whole) if len(whole) - start <= room else whole.rfind(b"\n", start, start + room) + 1
            if end > start:
                self._put(whole[start:end])
                start = end
            elif self._out:
                self._end_part()
            else:
                raise self._too_long()

    def _put(self, lines: bytes) -> None:
        count = lines.count(b"\n") + (not lines.endswith(b"\n"))
        if self._out is None:
            path = f"{self._stem}-{len(self._parts) + 1:05d}.{self._suffix}"
            self._out = (self._folder / path).open("wb")
            self._parts.append(Part(path=path, first_line=self.lines + 1, lines=0, bytes=0))
        self._out.write(lines)
        part = self._parts[-1]
        self._parts[-1] = part.model_copy(update={"lines": part.lines + count, "bytes": part.bytes + len(lines)})
        self.lines += count

    def _end_part(self) -> None:
        if self._out:
            close_safely(self._out)
            self._out = None

    def _too_long(self) -> CreditFileError:
        return CreditFileError("CF-1402", what="line too long", where=self._where, undone="Nothing was landed.")


def close_safely(out: BinaryIO) -> None:
    """Close a file whose bytes must survive a power cut."""
    out.flush()
    os.fsync(out.fileno())
    out.close()


def sync_folder(folder: Path) -> None:
    """Make the names inside a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def raise_if_disk(error: OSError, path: Path) -> None:
    """Tell a full or locked disk from every other failure of the system."""
    if error.errno in NO_ROOM:
        raise CreditFileError("CF-8101", where=str(path), undone="Nothing was landed.") from None
    if error.errno in NO_RIGHT:
        raise CreditFileError("CF-8102", where=f"{path}, user {os.geteuid()}", undone="Nothing was landed.") from None
