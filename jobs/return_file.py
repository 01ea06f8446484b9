"""The return file: what an office must mend, by place, column and code, in the form the office itself delivers.

One file a batch, `<lake>/return/<source>/<batch>.csv` or `.jsonl`. It names places and rules and never a value, so it
may travel on the way the delivery came (NHS and tax offices answer their submitters alike). Columns that were left
out at the door stand in it too. Written anew whenever the
batch is refined; a batch without faults has none.
"""

import csv
import io
import json
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

import schemas
from jobs import lake as tables
from jobs.ingest.receipt import receipts
from jobs.rows import dataset
from schemas import Source, SourceObject

FIELDS = ("delivery_no", "file", "line", "column", "code", "原因", "reason")
READ = ["delivery_no", "file", "line", "reason_codes", "reason_column_names", "disposition_code"]

UNWANTED = "COLUMN_UNWANTED"

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run by a spreadsheet; it is told as text (OWASP ASVS 5, V1.2.10)."""

Fault = tuple[int, str, int, str, str, str, str]


def place(lake: Path, source: Source, batch: str) -> Path:
    """Return where a batch's return file lies, written or not."""
    return lake / "return" / source.name / f"{batch}.{'csv' if source.server.format == 'csv' else 'jsonl'}"


def written(lake: Path, source: str | None = None) -> list[Path]:
    """Return the return files there are, of one source or of all."""
    return sorted(path for path in (lake / "return").glob(f"{source or '*'}/*") if path.suffix != ".part")


def write(lake: Path, source: Source, batch: str) -> Path | None:
    """Write a batch's return file by rename, or take away the one that is no longer true.

    Returns:
        Its place; None if the batch has nothing to mend.
    """
    told = place(lake, source, batch)
    wrong = [fault for item in source.objects for fault in faults(lake, item, batch)]
    found = sorted([*wrong, *unwanted(lake, source, batch)], key=itemgetter(0, 1, 2))
    if not found:
        told.unlink(missing_ok=True)
        return None
    told.parent.mkdir(parents=True, exist_ok=True)
    part = told.with_suffix(".part")
    part.write_bytes(_as_csv(source, found) if source.server.format == "csv" else _as_lines(found))
    return part.replace(told)


def faults(lake: Path, item: SourceObject, batch: str) -> Iterator[Fault]:
    """Yield what is wrong with an object's quarantined records, one entry a reason; duplicates are no fault."""
    name = f"quarantine.{item.silver.thing}"
    if not tables.exists(lake, name):
        return
    known = schemas.codes("reason")
    rows = dataset(lake, name, batch)
    for group in rows.to_batches(columns=READ):
        for row in group.to_pylist():
            if row["disposition_code"] != "QUARANTINE":
                continue
            for code, column in zip(row["reason_codes"], row["reason_column_names"], strict=True):
                words = (known[code].zh_name, known[code].en_name)
                yield row["delivery_no"], row["file"], row["line"], delivered_name(item, column), code, *words


def unwanted(lake: Path, source: Source, batch: str) -> Iterator[Fault]:
    """Yield each column that was left out at the door, once a delivery: the office is asked not to send it again."""
    words = schemas.codes("reason")[UNWANTED]
    for receipt in receipts(lake, source.name, batch):
        for name in receipt.stripped_columns:
            plain = {file.name: name.removeprefix(f"{file.object}.") for file in receipt.files}
            files = [file.name for file in receipt.files if plain[file.name] in file.header]
            place = files[0] if files else ""
            yield receipt.delivery_no, place, 1, plain.get(place, name), UNWANTED, words.zh_name, words.en_name


def delivered_name(item: SourceObject, column: str) -> str:
    """Return a silver column's name in the delivery; empty for a whole record."""
    if not column:
        return ""
    sources = item.silver.column(column).sources
    return item.bronze.column(sources[0].split(".")[-1]).physical_name if sources else column


def _as_csv(source: Source, found: list[Fault]) -> bytes:
    """In the office's own delimiter and encoding."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=source.server.delimiter)
    writer.writerow(FIELDS)
    writer.writerows([f"'{cell}" if str(cell).startswith(FORMULA) else cell for cell in fault] for fault in found)
    return text.getvalue().encode(source.server.encoding)


def _as_lines(found: list[Fault]) -> bytes:
    lines = (json.dumps(dict(zip(FIELDS, fault, strict=True)), ensure_ascii=False) for fault in found)
    return "".join(f"{line}\n" for line in lines).encode()
