"""Forms of a delivered file: CSV in the office's encoding, JSON lines, an Excel workbook of texts."""

import csv
import io
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook

from jobs.city.layout import Layout
from jobs.city.records import Item
from schemas import Source

LONG_AGO = datetime(2020, 1, 1)  # noqa: DTZ001  (Excel knows no zone)
"""The instant every workbook says it was made at: equal seeds make equal bytes."""

SAVED_AT = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def headings(layout: Layout, source: Source) -> list[str]:
    """Return how the office titles its columns, as agreed."""
    return [column.physical_name for column in source.object(layout.object).bronze.columns]


def text(value: Any) -> str:
    """Return a value as an office writes it where everything is text."""
    if value is None:
        return ""
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


class CsvForm:
    """Lines with one header; a line is broken if its record says so."""

    suffix = "csv"

    def __init__(self, path: Path, layout: Layout, source: Source) -> None:
        self._file = path.open("wb", buffering=1 << 16)
        self._encoding, self._rows = source.server.encoding, 0
        self._name = layout.places.get("person_name", layout.places["source_record_no"])
        self._file.write(self._line(headings(layout, source)))

    def _line(self, values: list[str]) -> bytes:
        line = ",".join(values)
        if '"' in line or "\n" in line or line.count(",") >= len(values):
            buffer = io.StringIO()
            csv.writer(buffer, lineterminator="").writerow(values)
            line = buffer.getvalue()
        return (line + "\n").encode(self._encoding)

    def write(self, item: Item) -> int:
        """Write a line; line 1 is the header."""
        values = [text(value) for value in item.values]
        if item.raw is None:
            self._file.write(self._line(values))
        elif item.raw == "ENCODING":  # a name cut in the middle of a character
            cut = values[self._name].encode(self._encoding)[:-1] + b"\xff"
            before, after = values[: self._name], values[self._name + 1 :]
            self._file.write(b",".join([self._line(before)[:-1], cut, self._line(after)]))
        elif item.raw == "PARSE_LINE":
            self._file.write(self._line(values[:-3]))
        else:
            self._file.write(self._line([*values[:9], "", *values[9:]]))
        self._rows += 1
        return self._rows + 1

    def close(self) -> int:
        """Finish the file."""
        self._file.close()
        return self._rows


class JsonForm:
    """One JSON object a line, under the agreed names."""

    suffix = "jsonl"

    def __init__(self, path: Path, layout: Layout, source: Source) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._names, self._rows = headings(layout, source), 0

    def write(self, item: Item) -> int:
        """Write a line; there is no header."""
        body = dict(zip(self._names, item.values, strict=True))
        self._file.write(json.dumps(body, ensure_ascii=False) + "\n")
        self._rows += 1
        return self._rows

    def close(self) -> int:
        """Finish the file."""
        self._file.close()
        return self._rows


class WorkbookForm:
    """One sheet of texts with one header row."""

    suffix = "xlsx"

    def __init__(self, path: Path, layout: Layout, source: Source) -> None:
        self._path, self._rows = path, 0
        self._book = Workbook(write_only=True)
        self._book.properties.created = LONG_AGO
        self._sheet = self._book.create_sheet("data")
        self._sheet.append(headings(layout, source))

    def write(self, item: Item) -> int:
        """Write a row; row 1 is the header."""
        self._sheet.append([text(value) or None for value in item.values])
        self._rows += 1
        return self._rows + 1

    def close(self) -> int:
        """Finish the workbook and pack it anew: the library stamps each part with the time of day."""
        made = self._path.with_suffix(".tmp")
        self._book.save(made)
        with ZipFile(made) as parts, ZipFile(self._path, "w", ZIP_DEFLATED) as packed:
            for name in sorted(parts.namelist()):
                content = parts.read(name)
                if name == "docProps/core.xml":
                    content = SAVED_AT.sub(rb"\g<1>2020-01-01T00:00:00Z", content)
                packed.writestr(ZipInfo(name, LONG_AGO.timetuple()[:6]), content, ZIP_DEFLATED)
        made.unlink()
        return self._rows
