"""Delivered headers: read from a file's first line, and held against the contract's."""

import csv
from collections import Counter

from jobs.errors import CreditFileError
from jobs.ingest.receipt import LandedFile
from jobs.ingest.stored import Lines
from schemas.model import Source


def drift(source: Source, files: list[LandedFile]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the delivered columns the contract does not know, and the contract's that did not come.

    Recorded only: bronze decides. A JSON key may be left out of single records, so it is missing only if no record of
    the delivery has it; a CSV header says it for its own file. A column named twice is unknown the second time.
    """
    unknown: dict[str, None] = {}
    missing: dict[str, None] = {}
    for item in source.objects:
        prefix = f"{item.name}." if item.name else ""
        agreed = [column.physical_name for column in item.bronze.columns]
        headers = [file.header for file in files if file.object == item.name and file.header]
        if any(file.format == "json" for file in files):
            headers = [tuple(dict.fromkeys(name for header in headers for name in header))] if headers else []
        for header in headers:
            unknown |= dict.fromkeys(prefix + name for name in (Counter(header) - Counter(agreed)))
            missing |= dict.fromkeys(prefix + name for name in agreed if name not in header)
    return tuple(unknown), tuple(missing)


def csv_header(file: Lines, encoding: str, delimiter: str, where: str) -> tuple[str, ...]:
    """Return the names in a file's first line; CF-1403 if it is blank, CF-1401 or CF-1402 if it cannot be read."""
    first_line = file.first_line or b""
    if not first_line.strip():
        raise CreditFileError("CF-1403", what="no header", where=where, undone="Nothing was landed.")
    try:
        line = first_line.decode(encoding).removeprefix("\ufeff").rstrip("\r")
    except UnicodeDecodeError:
        what = f"header is not {encoding}"
        raise CreditFileError("CF-1401", what=what, where=where, undone="Nothing was landed.") from None
    try:
        return tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter)))
    except csv.Error:
        what = "the header cannot be cut into names"
        raise CreditFileError("CF-1402", what=what, where=where, undone="Nothing was landed.") from None
