"""Code lists with dates of validity, and the fixes that bring what offices deliver to a code.

An unknown value is never guessed: it becomes null and gives its row the reason CODE_UNKNOWN.
"""

import csv
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from schemas.model import ContractError

HERE = Path(__file__).parent / "codes"

HEADER = ("code", "zh_name", "en_name", "valid_from_date", "valid_to_date", "successor_code", "source_text")


class Code(NamedTuple):
    """One value of a code list; open dates are None."""

    code: str
    zh_name: str
    en_name: str
    valid_from_date: date | None
    valid_to_date: date | None
    successor_code: str | None
    source_text: str


@cache
def codes(name: str) -> dict[str, Code]:
    """Return the code list `schemas/codes/<name>.csv`; ContractError if it is missing or malformed."""
    path = HERE / f"{name}.csv"
    if not path.is_file():
        raise ContractError((f"no code list {name}",))
    found: dict[str, Code] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != HEADER:
            raise ContractError((f"{path.name}:1: the header is not {','.join(HEADER)}",))
        for row in reader:
            if row["code"] in found:
                raise ContractError((f"{path.name}:{reader.line_num}: {row['code']} stands twice",))
            found[row["code"]] = Code(
                row["code"],
                row["zh_name"],
                row["en_name"],
                date.fromisoformat(row["valid_from_date"]) if row["valid_from_date"] else None,
                date.fromisoformat(row["valid_to_date"]) if row["valid_to_date"] else None,
                row["successor_code"] or None,
                row["source_text"],
            )
    return found


@cache
def fixes(name: str) -> dict[str, str]:
    """Return `as delivered -> code` of one list; ContractError if a fix names no code or shadows one."""
    path = HERE / "fixes" / f"{name}.csv"
    if not path.is_file():
        return {}
    known = codes(name)
    found: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        for row in reader:
            place = f"fixes/{path.name}:{reader.line_num}:"
            if row["code"] not in known:
                raise ContractError((f"{place} {row['code']} is no code of {name}",))
            if row["delivered"] in known or row["delivered"] in found:
                raise ContractError((f"{place} {row['delivered']} is a code already or stands twice",))
            found[row["delivered"]] = row["code"]
    return found
