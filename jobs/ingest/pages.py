"""One page of an API, looked at before it is accepted: items, the next cursor or null, and the declared total."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from jobs.errors import CreditFileError
from jobs.ingest.patience import Interrupted

CURSOR_FORM = re.compile(r"\A[\x20-\x7e]{1,4096}\Z")


@dataclass(frozen=True)
class Page:
    """What the walk through the pages needs to know of one; the records themselves stay on disk."""

    rows: int
    keys: tuple[str, ...]
    next_cursor: str | None
    total: int


def read_page(path: Path, where: str) -> Page:
    """Check a stored page's shape and sum it up.

    Raises:
        Interrupted: CF-1104 if the text ends early or is no JSON, as after a cut connection.
        CreditFileError: CF-1401 if it is not UTF-8, CF-1108 if it is JSON but no page, e.g. an error object.
    """
    body = path.read_bytes()
    try:
        answer = json.loads(body.decode("utf-8"), parse_constant=_not_json)
    except UnicodeDecodeError:
        raise CreditFileError("CF-1401", what="page is not UTF-8", where=where, undone="Nothing was landed.") from None
    except RecursionError:
        raise shape_error("nested too deep", where) from None
    except ValueError:
        raise Interrupted("CF-1104", "page is not whole JSON") from None
    if not isinstance(answer, dict):
        raise shape_error("no JSON object", where)
    items, cursor, total = (answer.get("items"), answer.get("next_cursor"), answer.get("total"))
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise shape_error("no list of records under `items`", where)
    if not (cursor is None or (isinstance(cursor, str) and CURSOR_FORM.match(cursor))):
        raise shape_error("`next_cursor` is neither a cursor nor null", where)
    if type(total) is not int or total < 0:
        raise shape_error("no number under `total`", where)
    return Page(len(items), _keys(items), cursor, total)


def shape_error(what: str, where: str) -> CreditFileError:
    """Return the refusal of an answer that is no page."""
    return CreditFileError("CF-1108", what=what, where=where, undone="Nothing was landed.")


def _keys(items: list[dict[str, Any]]) -> tuple[str, ...]:
    """Return the union of the records' keys, in the order of their first coming."""
    names = dict.fromkeys(name for item in items for name in item)
    return tuple(name.encode("utf-8", "backslashreplace").decode("utf-8") for name in names)


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity: Python reads them, JSON has no such thing
