"""Rows of typed values, from a database or a Parquet file, as the lines of text that bronze reads."""

import json
import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from datetime import time as clock_time
from decimal import Decimal
from typing import Any


def line(columns: Sequence[str], row: Sequence[Any]) -> str:
    """Return one row as one JSON object on a line of its own."""
    values = {name: as_text(value) for name, value in zip(columns, row, strict=True)}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"


def as_text(value: Any) -> str | None:
    """Return a database value as bronze keeps it: text, null for NULL, ISO for times, no rounding, no exponent."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case float():
            return format(Decimal(repr(value)), "f") if math.isfinite(value) else str(Decimal(value))
        case datetime() if value.tzinfo:
            return value.astimezone(UTC).isoformat()
        case date() | clock_time():
            return value.isoformat()
        case bytes():
            return value.hex()
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=as_text)
        case _:
            return str(value)
