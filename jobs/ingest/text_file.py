"""CSV and JSON lines on their way to landing: bytes are kept as they come, and looked at while they pass.

A bad row is bronze's business, which sets it aside with its line number. Here stands what spoils a whole file:
another encoding than declared, a quote left open, a header that says one name twice.
"""

import codecs
import csv
from collections.abc import Iterable, Iterator
from typing import Any

from jobs.ingest.headers import csv_header
from jobs.ingest.kinds import unfit
from jobs.ingest.landing import Delivery, LandedFile
from jobs.ingest.order import Order
from jobs.ingest.uploads import object_of

OTHER_DELIMITERS = ",;\t|"
KEYS = 1_000
"""A record names its columns; a file with more names than this has values where names belong."""


def land_text(order: Order, delivery: Delivery, name: str, label: str, chunks: Iterable[bytes]) -> LandedFile:
    """Land a file of lines in the contract's own format.

    Args:
        order: what the connector was asked for.
        delivery: what the file comes with.
        name: its delivered name, for the receipt.
        label: what messages call it; a delivered name may be a person's.
        chunks: its bytes.

    Raises:
        CreditFileError: CF-1401 for an encoding that is not the declared one, CF-1402 for a form that cannot be cut
            into records, CF-1406 if it is not the agreed format at all.
    """
    server, kind, where = order.source.server, object_of(order, name), f"{order.place}/{label}"
    if server.format == "csv":
        watch = CsvWatch(server.encoding, server.delimiter, where)
        file = delivery.lines(label, "csv", server.encoding, watch.write)
        for chunk in chunks:
            file.write(chunk)
        file.close()
        watch.close()
        if file.lines == file.blank_lines:
            return delivery.add_rows(name, kind, file, ())
        check_header(csv_header(file, server.encoding, server.delimiter, where), server.delimiter, where)
        return delivery.add_csv(name, kind, file, server.encoding, server.delimiter)
    keys = KeyWatch(where)
    file = delivery.lines(label, "jsonl", server.encoding, keys.write, keys.read)
    for chunk in without_mark(chunks):
        file.write(chunk)
    file.close()
    return delivery.add_rows(name, kind, file, keys.close(), server.encoding)


def without_mark(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out the byte order mark, which JSON forbids and Windows writes."""
    rest = iter(chunks)
    yield next(rest, b"").removeprefix(codecs.BOM_UTF8)
    yield from rest


class CsvWatch:
    """Sees every whole line of a CSV file once; memory holds one line."""

    def __init__(self, encoding: str, delimiter: str, where: str) -> None:
        self._encoding, self._delimiter, self._where = encoding, delimiter, where
        self._is_other = codecs.lookup(encoding).name != "utf-8"
        self._utf_8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._has_signs = False
        self._line = self._open_since = 0

    def write(self, lines: bytes) -> None:
        """Look at whole lines."""
        if b"\0" in lines:
            raise unfit("CF-1401", "text holds NUL", self._where)
        if not self._line and self._is_other and lines.startswith(codecs.BOM_UTF8):
            raise unfit("CF-1401", f"declared {self._encoding}, marked as UTF-8", self._where)
        if self._is_other and not lines.isascii():
            self._has_signs = True
            self._follow_utf_8(lines)
        if not (self._open_since or b'"' in lines):
            self._line += lines.count(b"\n")
            return
        for line in lines.removesuffix(b"\n").split(b"\n"):
            self._line += 1
            self._follow_quotes(line)

    def close(self) -> None:
        """Judge what only the whole file shows.

        Raises:
            CreditFileError: CF-1402 for a quote left open, CF-1401 for UTF-8 declared as something else.
        """
        if self._open_since:
            raise unfit("CF-1402", f"a quote opened in line {self._open_since:,} is never closed", self._where)
        if self._is_other and self._has_signs and self._utf_8:
            raise unfit("CF-1401", f"declared {self._encoding}, all of it is UTF-8", self._where)

    def _follow_utf_8(self, lines: bytes) -> None:
        """Text of another encoding is not UTF-8 by chance for long: once it fails, it is believed."""
        if self._utf_8:
            try:
                self._utf_8.decode(lines)
            except UnicodeDecodeError:
                self._utf_8 = None

    def _follow_quotes(self, line: bytes) -> None:
        """Say of one line whether it leaves a quote open: then its reader swallows the line behind it."""
        text = line.decode(self._encoding, "replace").replace("\r", "")
        quoted = f'"{text}' if self._open_since else text
        try:
            is_open = len(list(csv.reader([quoted + "\n", "behind"], delimiter=self._delimiter))) == 1
        except csv.Error:
            raise unfit("CF-1402", f"line {self._line:,} holds an endless field", self._where) from None
        self._open_since = (self._open_since or self._line) if is_open else 0


class KeyWatch:
    """Gathers the names that the records of a file of JSON lines use."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._keys: dict[str, None] = {}
        self._records = self._others = 0

    def write(self, lines: bytes) -> None:
        """Look at whole lines."""
        if b"\0" in lines:
            raise unfit("CF-1401", "text holds NUL", self._where)

    def read(self, record: Any) -> None:
        """Look at one line's value; what is no object is bronze's business."""
        if not isinstance(record, dict):
            self._others += 1
            return
        self._records += 1
        self._keys |= dict.fromkeys(record)
        if len(self._keys) > KEYS:
            raise unfit("CF-1402", f"records name more than {KEYS:,} columns", self._where)

    def close(self) -> tuple[str, ...]:
        """Return the names in the order of their first coming; CF-1406 if no line is a record."""
        if self._others and not self._records:
            raise unfit("CF-1406", "no line is a JSON object", self._where)
        return tuple(name.encode("utf-8", "backslashreplace").decode("utf-8") for name in self._keys)


def check_header(names: tuple[str, ...], delimiter: str, where: str) -> None:
    """Hold a header that no record can be read by.

    Raises:
        CreditFileError: CF-1402, without the names: where the header is missing they are a person's values.
    """
    if len(set(names)) < len(names):
        raise unfit("CF-1402", "the header names a column twice", where)
    if len(names) == 1 and (set(OTHER_DELIMITERS) - {delimiter}) & set(names[0]):
        raise unfit("CF-1402", "fields are parted by another sign than agreed", where)
