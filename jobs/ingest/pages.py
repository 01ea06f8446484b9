"""One page of an API, looked at before it is accepted: items, the next cursor or null, and the declared total.

What two readers of JSON may understand in two ways (a key given twice, half a character) or may not survive (depth,
length) is kept from the engine that reads the page later, because it would choose silently or die of it: a record is
set aside, and what frames the records holds the page.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from jobs.errors import CreditFileError
from jobs.ingest import apart
from jobs.ingest.patience import Interrupted

CURSOR_FORM = re.compile(r"\A[\x20-\x7e]{1,4096}\Z")
BEGINS_AS_JSON = re.compile(rb"\A[ \t\r\n]*([\[{]|\Z)")
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
DEEPEST = 16
LONGEST_TEXT = 1024 * 1024
LONGEST_NUMBER = 1000


@dataclass(frozen=True)
class Page:
    """What the walk through the pages needs to know of one; the records are let go with it.

    `marks` are hashes of the records, good inside this process only, by which a record is known that comes again.
    `lines` is set if single records are outside the limits: the page as one line a record, theirs being no JSON.
    """

    rows: int
    records: tuple[dict[str, Any], ...] = field(repr=False)
    next_cursor: str | None
    total: int
    marks: frozenset[int]
    lines: tuple[str, ...] | None = field(repr=False, default=None)


def read_page(path: Path, where: str) -> Page:
    """Check a stored page's shape and sum it up.

    Raises:
        Interrupted: CF-1104 if the text ends early or is no whole JSON, as after a cut connection.
        CreditFileError: CF-1401 if it is not UTF-8, CF-1108 if it is no page, e.g. HTML or an error object, CF-1111
            if it is outside the limits of JSON, be it not in single records only: those are set aside.
    """
    body = path.read_bytes()
    try:
        answer = _parsed(body, where)
        items, cursor, total = _framed(answer, where)
        for item in items:
            _hold_to_limits(item, len(body), where)
    except CreditFileError as outside:
        if outside.code != "CF-1111" or (parts := apart.records_of(body.decode("utf-8"))) is None:
            raise
        return _apart(*parts, where)
    return Page(len(items), tuple(items), cursor, total, frozenset(map(_mark, items)))


def _framed(answer: Any, where: str) -> tuple[list[dict[str, Any]], str | None, int]:
    """Return a page's records, cursor and total."""
    if not isinstance(answer, dict):
        raise shape_error("no JSON object", where)
    items, cursor, total = (answer.get("items"), answer.get("next_cursor"), answer.get("total"))
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise shape_error("no list of records under `items`", where)
    if not (cursor is None or (isinstance(cursor, str) and CURSOR_FORM.match(cursor))):
        raise shape_error("`next_cursor` is neither a cursor nor null", where)
    if type(total) is not int or total < 0:
        raise shape_error("no number under `total`", where)
    return items, cursor, total


def _apart(frame: str, texts: list[str], where: str) -> Page:
    """Return a page record by record: those outside the limits are set aside, and what frames them must be sound."""

    def read(text: str) -> dict[str, Any]:
        value: dict[str, Any] = _parsed(text.encode("utf-8"), where)
        _hold_to_limits(value, len(text), where)
        return value

    _, cursor, total = _framed(_parsed(frame.encode("utf-8"), where), where)
    told = list(apart.lines(texts, read))
    records = tuple(value for _, value in told if value is not None)
    marks = frozenset(hash(line) if value is None else _mark(value) for line, value in told)
    return Page(len(told), records, cursor, total, marks, tuple(line for line, _ in told))


def _hold_to_limits(item: dict[str, Any], size: int, where: str) -> None:
    """Refuse a record that is nested too deep or, where its page has the room for it, holds too long a text."""
    _hold_to_depth(item, where)
    if size > LONGEST_TEXT:
        _hold_to_length(item, where)


def shape_error(what: str, where: str) -> CreditFileError:
    """Return the refusal of an answer that is no page."""
    return CreditFileError("CF-1108", what=what, where=where, undone="Nothing was landed.")


def limit_error(what: str, where: str) -> CreditFileError:
    """Return the refusal of a page that another reader of JSON would misread, or not survive."""
    return CreditFileError("CF-1111", what=what, where=where, undone="Nothing was landed.")


class _OutsideError(Exception):
    """A limit of JSON was met while parsing; its text names the limit, never what was delivered."""


def _parsed(body: bytes, where: str) -> Any:
    if not BEGINS_AS_JSON.match(body):
        raise shape_error("no JSON object", where)
    try:
        answer = json.loads(
            body.decode("utf-8"), parse_constant=_not_json, parse_int=_integer, object_pairs_hook=_unambiguous
        )
        if SURROGATE.search(body):
            json.dumps(answer, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError:
        raise CreditFileError("CF-1401", what="page is not UTF-8", where=where, undone="Nothing was landed.") from None
    except UnicodeEncodeError:
        raise limit_error("half of a character", where) from None
    except RecursionError:
        raise limit_error("nested too deep", where) from None
    except _OutsideError as outside:
        raise limit_error(str(outside), where) from None
    except ValueError:
        raise Interrupted("CF-1104", "page is not whole JSON") from None
    return answer


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise _OutsideError(f"number of more than {LONGEST_NUMBER:,} digits")
    return int(digits)


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _OutsideError("a key is given twice")
    return made


def _not_json(constant: str) -> NoReturn:
    raise _OutsideError("NaN or Infinity, which JSON does not have")


def _hold_to_depth(item: dict[str, Any], where: str) -> None:
    """Refuse a record nested deeper than any contract is, level by level, so that the looking cannot overflow."""
    level: list[Any] = [item]
    for _ in range(DEEPEST):
        level = [
            value
            for holder in level
            for value in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(value, dict | list)
        ]
        if not level:
            return
    raise limit_error("nested too deep", where)


def _hold_to_length(value: Any, where: str) -> None:
    """Refuse a text longer than a megabyte; the depth has been looked at before."""
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise limit_error("text of more than 1 MiB", where)
    if isinstance(value, dict):
        for name, inner in value.items():
            _hold_to_length(name, where)
            _hold_to_length(inner, where)
    elif isinstance(value, list):
        for inner in value:
            _hold_to_length(inner, where)


def _mark(item: dict[str, Any]) -> int:
    try:
        return hash(tuple(item.items()))
    except TypeError:  # a value is a list or an object
        return hash(repr(item))
