"""Read landed deliveries as rows of text: one row per record, whatever the transport's form.

Parts were cut at newlines on landing, so a part is one task and a line's number is its part's first line plus its
place. Lines are cut before they are decoded and fields after: a second byte of GB18030 may be a comma or a pipe,
never a newline. A line that does not decode or does not parse keeps its bytes in landing, its raw text sealed in
bronze, and its place.
"""

import re
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import LongType, StringType, StructField, StructType

from jobs import lake as tables
from jobs.bronze.header import undeclared
from schemas import Source, SourceObject

if TYPE_CHECKING:
    from jobs.ingest.receipt import LandedFile, Receipt

PREFIX_LENGTH = 10
LINE_LENGTH = 6
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"

ENCODING_REASON = "ENCODING"
LINE_REASON = "PARSE_LINE"
BROKEN = "\ufffd"
HALF_SIGN = (
    r"(?<!\\)(?:\\\\)*+(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)
"""One half of a surrogate pair, escaped in JSON: Java would make a question mark of it without a word."""

RAW = "raw_text"
UNDECLARED = "undeclared_text"
PLACES = StructType(
    [
        StructField("place", StringType()),
        StructField("file", StringType()),
        StructField("first_line", LongType()),
        StructField("prefix", StringType()),
    ]
)
"""The landed parts of a delivery: path, delivered file, number of the first line, prefix of the record ids."""


def record_prefix(source: str, content_sha256: str) -> str:
    """Return ten characters for (source, delivered content): with six for the line they make the record id."""
    number = int.from_bytes(sha256(f"{source}|{content_sha256}".encode()).digest()[:8], "big")
    digits = []
    for _ in range(PREFIX_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[rest])
    return "".join(digits)


def record_id(prefix: Column, line: Column) -> Column:
    """Record id: 16 characters, ten for the content and six for the line in base 36 (two billion lines a file)."""
    return F.concat(prefix, F.lpad(F.lower(F.conv(line.cast("string"), 10, 36)), LINE_LENGTH, "0"))


def read(
    spark: SparkSession, source: Source, item: SourceObject, receipts: tuple["Receipt", ...], lake: Path
) -> DataFrame | None:
    """Return the object's records of all deliveries of a batch that are not byte copies of a file landed before.

    Columns: record_id, batch_id, delivery_no, file, line, known_from_at, is_parsed, parse_reason, raw_text,
    undeclared_text (a JSON object of what came in columns that no contract knows, null without such) and every
    delivered column of the contract as text. None if nothing but copies was delivered.
    """
    frames = []
    for receipt in receipts:
        files = [f for f in receipt.files if f.object == item.name and f.duplicate_of is None and f.rows]
        if receipt.duplicate_of is None and files:
            folder = lake / "landing" / receipt.source / receipt.batch / str(receipt.delivery_no)
            for _, alike in groupby(sorted(files, key=_form), key=_form):
                frames.append(_delivery(spark, source, item, receipt, list(alike), folder))
    if not frames:
        return None
    first, *others = frames
    for other in others:
        first = first.unionByName(other)
    return first


def _form(file: "LandedFile") -> tuple[str, str, tuple[str, ...]]:
    """What one expression can read: files of one delivery may order their columns differently."""
    return file.format, file.encoding, file.header if file.format == "csv" else ()


def _delivery(
    spark: SparkSession, source: Source, item: SourceObject, receipt: "Receipt", files: list["LandedFile"], folder: Path
) -> DataFrame:
    parts = [(part, file) for file in files for part in file.parts]
    known = tables.inline(
        spark,
        PLACES,
        [
            {
                "place": part.path,
                "file": file.name,
                "first_line": part.first_line,
                "prefix": record_prefix(source.name, file.sha256),
            }
            for part, file in parts
        ],
    )
    content = spark.read.format("binaryFile").load([str(folder / part.path) for part, _ in parts])
    content = content.select(
        F.expr(f"substring_index(path, '/{receipt.batch}/{receipt.delivery_no}/', -1)").alias("place"), "content"
    ).join(F.broadcast(known), "place")
    form = files[0].format
    cut = {"csv": _lines, "jsonl": _lines, "json": _items}[form](content, files[0].encoding)
    if form == "csv":
        cut = cut.where("line > 1")
    table = item.bronze
    header = {column.physical_name: column.name for column in table.columns}
    added = undeclared(item, tuple(name for file in files for name in file.header), receipt)
    if form == "csv":
        fields = _csv(source, files[0], header)
        named = {header[name]: header[name] for name in files[0].header if name in header}
        cut_off = F.col(RAW).contains('"') & F.col(RAW).rlike(_open_quote(source.server.delimiter))
        broken = cut_off | F.col("fields.broken_line").isNotNull()
        more = [F.col("fields").getField(f"unknown_{files[0].header.index(name)}").alias(name) for name in added]
        extra = F.to_json(F.struct(*more))
    else:
        fields = F.try_parse_json(F.col(RAW))
        named = {name: delivered for delivered, name in header.items()}
        is_half = F.col(RAW).contains("\\u") & F.col(RAW).rlike(HALF_SIGN)
        broken = ~F.col(RAW).startswith("{") | F.col("fields").isNull() | is_half
        all_of_it = F.try_variant_get("fields", "$", "MAP<STRING, STRING>")
        extra = F.to_json(F.map_filter(all_of_it, lambda name, _: name.isin(*added)))
    parsed = cut.select("*", fields.alias("fields"))
    reason = F.when(F.col(RAW).contains(BROKEN), ENCODING_REASON).when(broken, LINE_REASON)
    return parsed.select(
        record_id(F.col("prefix"), F.col("line")).alias("record_id"),
        F.lit(receipt.batch).alias("batch_id"),
        F.lit(receipt.delivery_no).alias("delivery_no"),
        "file",
        "line",
        F.lit(receipt.received_at).cast("timestamp").alias("known_from_at"),
        reason.isNull().alias("is_parsed"),
        reason.alias("parse_reason"),
        RAW,
        F.when(reason.isNull() & (extra != "{}"), extra).alias(UNDECLARED) if added else _no_text().alias(UNDECLARED),
        *(
            F.when(reason.isNull(), _field(named[c.name], form)).alias(c.name)
            if c.name in named
            else _no_text().alias(c.name)
            for c in table.columns
        ),
    )


def _field(name: str, form: str) -> Column:
    """Return a delivered field as text; an array keeps its JSON text, a number its digits.

    By Spark's variant and not by `from_json`, which takes a number through a double: 0.0009 would be 9.0E-4 then.
    """
    if form == "csv":
        return F.col("fields").getField(name)
    return F.try_variant_get("fields", f'$["{name}"]', "STRING")


def _no_text() -> Column:
    return F.lit(None).cast("string")


def _lines(content: DataFrame, encoding: str) -> DataFrame:
    """One row per line: cut as bytes (ISO 8859-1 keeps each one), then decoded by itself."""
    text = F.decode(F.col("content"), "ISO-8859-1")
    cut = content.select("file", "prefix", "first_line", F.split(text, "\n").alias("pieces"))
    pieces = cut.select("file", "prefix", "first_line", F.posexplode("pieces").alias("at", "piece"))
    # a landing counts no blank line as a record, and so must we
    kept = pieces.withColumn("piece", F.rtrim(F.col("piece"), F.lit("\r"))).where("piece <> ''")
    bytes_ = F.encode(F.col("piece"), "ISO-8859-1")
    return kept.select(
        "file", "prefix", (F.col("first_line") + F.col("at")).alias("line"), F.decode(bytes_, encoding).alias(RAW)
    )


def _items(content: DataFrame, encoding: str) -> DataFrame:
    """One row per item of a page, as its own JSON text; line = 1-based position in the page."""
    page = F.try_parse_json(F.decode(F.col("content"), encoding))
    items = F.try_variant_get(page, "$.items", "ARRAY<VARIANT>")
    found = content.select("file", "prefix", F.posexplode(items).alias("at", "item"))
    return found.select("file", "prefix", (F.col("at") + 1).cast("bigint").alias("line"), F.to_json("item").alias(RAW))


def _csv(source: Source, file: "LandedFile", header: dict[str, str]) -> Column:
    """Cut a line at the delimiter by the delivered header's order; a ragged line is not parsed at all."""
    names = [header.get(name, f"unknown_{at}") for at, name in enumerate(file.header)]
    schema = ", ".join(f"`{name}` STRING" for name in [*names, "broken_line"])
    # RFC 4180 doubles a quote; Spark's own default would escape it by a backslash
    options = {
        "sep": source.server.delimiter,
        "escape": '"',
        "mode": "PERMISSIVE",
        "columnNameOfCorruptRecord": "broken_line",
        "maxCharsPerColumn": "-1",
    }
    return F.from_csv(F.col(RAW), schema, options)


def _open_quote(delimiter: str) -> str:
    """Match a line whose last field opens a quote and never closes it: half a record, cut by a newline in a field."""
    other, sign = f"[^{re.escape(delimiter)}]*+", re.escape(delimiter)
    quoted = '"(?:[^"]++|"")*+'
    return f'^(?:(?:(?!"){other}|{quoted}"{other}){sign})*+{quoted}$'
