"""Archives of strangers: looked at before anything is unpacked, and counted while it is (OWASP ASVS 5.2.3).

Nothing is ever written under a name out of an archive: an entry is a stream of bytes to the caller. Names are held
to the rules of delivered files all the same, for they stand in receipts and are sent back.
"""

import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from jobs.errors import CreditFileError
from jobs.ingest.kinds import unfit
from jobs.ingest.manifest import is_plain

CHUNK_BYTES = 1024 * 1024
END_BYTES, END_SIGN, LOCATOR_BYTES, LOCATOR_SIGN = 22, b"PK\x05\x06", 20, b"PK\x06\x07"
HEADER_BYTES = 30
LOCKED = 0x1
WORKBOOK_PARTS = {"[Content_Types].xml", ".rels"}
"""Names that the format of workbooks prescribes and no delivered file may bear."""


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold; text of records packs 5 to 50 times, a bomb a thousand times and more."""

    entries: int = 1_000
    directory_bytes: int = 1024 * 1024
    unpacked_bytes: int = 4 * 1024**3
    ratio: int = 200
    ratio_from_bytes: int = 1024 * 1024

    def check(self, packed: int, unpacked: int, where: str) -> None:
        """Stop a bomb; CF-1407 if it grows beyond size or ratio."""
        if unpacked > self.unpacked_bytes:
            raise unfit("CF-1407", f"more than {self.unpacked_bytes:,} bytes unpacked", where)
        if unpacked > self.ratio_from_bytes and unpacked > self.ratio * max(packed, 1):
            raise unfit("CF-1407", f"grows more than {self.ratio} times", where)


LIMITS = Limits()


def gunzipped(raw: IO[bytes], where: str) -> Iterator[bytes]:
    """Yield what a gzip file holds; several members in a row are one file, as gzip says.

    Raises:
        CreditFileError: CF-1406 if it is cut or damaged, CF-1407 if it grows beyond the limits.
    """
    packed = unpacked = 0
    engine, rest, is_full = zlib.decompressobj(wbits=31), b"", False
    try:
        while (chunk := rest or raw.read(CHUNK_BYTES)) or is_full:
            packed += 0 if rest else len(chunk)
            if engine.eof and chunk:
                engine = zlib.decompressobj(wbits=31)
            text = engine.decompress(chunk, CHUNK_BYTES)
            is_full = len(text) == CHUNK_BYTES  # more may wait inside, even with nothing left to feed it
            rest = engine.unconsumed_tail or engine.unused_data
            unpacked += len(text)
            LIMITS.check(packed - len(rest), unpacked, where)
            if text:
                yield text
    except zlib.error:
        raise unfit("CF-1406", "gzip is damaged", where) from None
    if not engine.eof:
        raise unfit("CF-1406", "gzip is cut", where)


@contextmanager
def opened(raw: IO[bytes], where: str) -> Iterator[ZipFile]:
    """Open a zip whose own list has been held to the limits; what breaks while it is read is told as damage.

    Raises:
        CreditFileError: CF-1406 if it is cut, damaged, locked or packed in an unusual way; CF-1407 if it holds too
            much, or the same bytes twice; CF-1408 for a name that points elsewhere.
    """
    try:
        start = _directory(raw, where)
        with ZipFile(raw, metadata_encoding="gb18030") as archive:
            _check(archive.infolist(), start, where)
            yield archive
    except UnicodeDecodeError:
        raise unfit("CF-1408", "an entry's name is neither UTF-8 nor GB18030", where) from None
    except (BadZipFile, EOFError, NotImplementedError, zlib.error):
        raise unfit("CF-1406", "zip is cut or damaged", where) from None


def unpacked(archive: ZipFile, entry: ZipInfo, where: str) -> Iterator[bytes]:
    """Yield an entry's bytes; CF-1407 if they are more than its list allowed."""
    count = 0
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            count += len(chunk)
            LIMITS.check(entry.compress_size, count, where)
            yield chunk


def _directory(raw: IO[bytes], where: str) -> int:
    """Read the end of a zip by itself, because the library would first read a list of any length into memory."""
    size = raw.seek(0, 2)
    raw.seek(max(0, size - END_BYTES - LOCATOR_BYTES))
    tail = raw.read()
    end = tail[-END_BYTES:]
    if len(end) < END_BYTES or not end.startswith(END_SIGN) or end[-2:] != b"\0\0":
        raise unfit("CF-1406", "zip is cut, or something stands behind it", where)
    entries, length, start = (int.from_bytes(end[a:b], "little") for a, b in ((10, 12), (12, 16), (16, 20)))
    if tail[:-END_BYTES].startswith(LOCATOR_SIGN) or entries > LIMITS.entries or length > LIMITS.directory_bytes:
        raise unfit("CF-1407", f"more than {LIMITS.entries:,} entries", where)
    return size - END_BYTES - length if start else start


def _check(entries: list[ZipInfo], end: int, where: str) -> None:
    if len(entries) > LIMITS.entries:
        raise unfit("CF-1407", f"more than {LIMITS.entries:,} entries", where)
    names: set[str] = set()
    for number, entry in enumerate(entries, 1):
        if refused := _unfit(entry, names, f"{where}/entry-{number}"):
            raise refused
        names.add(entry.orig_filename)
    packed, whole = sum(e.compress_size for e in entries), sum(e.file_size for e in entries)
    LIMITS.check(packed, whole, where)
    for entry in entries:
        LIMITS.check(entry.compress_size, entry.file_size, where)
    places = sorted((e.header_offset, e.header_offset + HEADER_BYTES + e.compress_size) for e in entries)
    ends = [begin for begin, _ in places[1:]] + [end]
    if any(stop > following for (_, stop), following in zip(places, ends, strict=False)):
        raise unfit("CF-1407", "entries overlap", where)


def _unfit(entry: ZipInfo, names: set[str], where: str) -> CreditFileError | None:
    """Say why an entry is refused; its name is never shown."""
    mode = entry.external_attr >> 16
    if not all(part in WORKBOOK_PARTS or is_plain(part) for part in entry.orig_filename.removesuffix("/").split("/")):
        return unfit("CF-1408", "", where)
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return unfit("CF-1408", "entry is a link or a device", where)
    if entry.orig_filename in names:
        return unfit("CF-1406", "two entries of one name", where)
    if entry.flag_bits & LOCKED:
        return unfit("CF-1406", "entry is locked by a password", where)
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return unfit("CF-1406", "entry is packed in an unusual way", where)
    return None
