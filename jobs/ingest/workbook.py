"""Excel workbooks as lines of text: what a person would see in the cells, and nothing executed, fetched or expanded.

The archive is held to the limits of every archive, and each XML part to having no DTD, before the reader sees it:
entities are declared in a DTD, so without one there is no bomb and no way out of the file.
"""

import codecs
import json
import warnings
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import IO, Any
from zipfile import ZipFile

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from jobs.errors import CreditFileError
from jobs.ingest.kinds import UTF_16, unfit
from jobs.ingest.landing import Delivery, LandedFile
from jobs.ingest.order import Order
from jobs.ingest.uploads import object_of

WORKBOOK, STRINGS, SHEETS = "xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/"
STRINGS_BYTES, PART_BYTES = 64 * 1024**2, 16 * 1024**2
"""Parts that the reader holds in memory whole; sheets are streamed."""

ROWS = 1_048_576
"""Excel's own limit; a row number beyond it would be padded with empty rows for hours."""

WHOLE_DIGITS = 10**15
"""Excel keeps 15 digits: a longer number has lost its end and must not look whole."""

warnings.filterwarnings("ignore", module=r"openpyxl\b")  # they quote cells


def is_workbook(archive: ZipFile) -> bool:
    """Say by the archive's own list whether it is a workbook."""
    return WORKBOOK in archive.namelist()


def land_workbook(
    order: Order, delivery: Delivery, name: str, label: str, archive: ZipFile, raw: IO[bytes]
) -> LandedFile:
    """Land the one filled sheet of a workbook as JSON lines.

    The header's place stays as a blank line, so that a line's number in bronze is the row's number in the sheet.

    Raises:
        CreditFileError: CF-1409 for a DTD, CF-1407 for parts or rows beyond the limits, CF-1406 if it cannot be read
            or has several filled sheets, CF-1402 for a header that cannot name columns.
    """
    where = f"{order.place}/{label}"
    for part in archive.infolist():
        _check_part(archive, part.filename, part.file_size, where)
    file = delivery.lines(label, "jsonl")
    try:
        header = _write(raw, file.write, where)
    except CreditFileError:
        raise
    except DefusedXmlException:
        raise unfit("CF-1409", "", where) from None
    except (
        InvalidFileException,
        ParseError,
        KeyError,
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        OSError,
    ) as no:
        if isinstance(no, OSError) and no.errno:
            raise  # the disk's own, not the file's
        raise unfit("CF-1406", "workbook is damaged", where) from None
    return delivery.add_rows(name, object_of(order, name), file, header)


def _check_part(archive: ZipFile, name: str, size: int, where: str) -> None:
    limit = STRINGS_BYTES if name == STRINGS else PART_BYTES
    with archive.open(name) as part:
        if not part.read(4).removeprefix(codecs.BOM_UTF8).lstrip().startswith((b"<", *UTF_16)):
            return  # a picture; what a part is called proves nothing
    if size > limit and not name.startswith(SHEETS):
        raise unfit("CF-1407", f"a part of the workbook has more than {limit:,} bytes", where)
    try:
        with archive.open(name) as part:  # a DTD stands before the first element, so no more is read
            next(iterparse(part, events=("start",), forbid_dtd=True), None)
    except DefusedXmlException:
        raise unfit("CF-1409", "", where) from None
    except ParseError:
        raise unfit("CF-1406", "workbook is damaged", where) from None


def _write(raw: IO[bytes], write: Any, where: str) -> tuple[str, ...]:
    book = load_workbook(raw, read_only=True, data_only=True, keep_links=False)
    filled = [sheet for sheet in book.worksheets if any(_rows(sheet, where))]
    if not filled:
        return ()
    if len(filled) > 1:
        raise unfit("CF-1406", f"{len(filled)} sheets hold data, agreed is one", where)
    header: tuple[str, ...] = ()
    for row in _rows(filled[0], where):
        if header:
            write(f"{_line(header, row)}\n".encode("utf-8", "backslashreplace"))
            continue
        write(b"\n")
        header = tuple(as_seen(cell) or "" for cell in row)
        if "" in header or len(set(header)) < len(header):
            raise unfit("CF-1402", "the header has a column without a name, or names one twice", where)
    return header


def _rows(sheet: Any, where: str) -> Iterator[tuple[Any, ...]]:
    """Yield a sheet's rows without the empty cells at their ends; what the sheet says of its own size is no fact."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > ROWS:
            raise unfit("CF-1407", f"more than {ROWS:,} rows", where)
        width = len(row)
        while width and row[width - 1] in (None, ""):
            width -= 1
        yield row[:width]


def _line(header: Sequence[str], row: Sequence[Any]) -> str:
    """Return a row as bronze reads it; one wider than the header is no record, and bronze sets it aside as such."""
    if not row:
        return ""
    cells = [as_seen(cell) for cell in row]
    if len(cells) > len(header):
        return f"{len(cells)} cells under {len(header)} names: {json.dumps(cells, ensure_ascii=False)}"
    values = dict(zip(header, [*cells, *[None] * (len(header) - len(cells))], strict=True))
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def as_seen(cell: Any) -> str | None:
    """Return a cell as text: dates in ISO form, numbers with the 15 digits Excel keeps, longer ones as 3.1E+17."""
    match cell:
        case None | str():
            return cell
        case bool():
            return "true" if cell else "false"
        case int() if abs(cell) < WHOLE_DIGITS:
            return str(cell)
        case int() | float():
            return f"{cell:.15g}".upper()
        case datetime() if cell.time() == time.min:
            return cell.date().isoformat()
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)
