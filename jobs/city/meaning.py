"""What the clerks meant by a record that is loaded: typed values by column, for the truth and for nothing else.

Read backwards from the words with which this city's offices write; no cleaner of the pipeline is asked. An empty field,
and a day that stands for none, mean nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

Words = Mapping[str, str | tuple[str, ...]]
"""By code, how the office writes it instead of the code, or in which of several ways."""

_NO_DAY = ("19000101", "99991231")
_FLAGS = {"是": True, "true": True, "True": True, "否": False, "false": False, "False": False}


def day(value: Any) -> str | None:
    """Return a day as 2026-09-30, written with or without hyphens."""
    digits = str(value).replace("-", "")
    return None if digits in _NO_DAY else f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"


def month(value: Any) -> str:
    """Return the first day of a month written 202609 or 2026-09."""
    digits = str(value).replace("-", "")
    return f"{digits[:4]}-{digits[4:6]}-01"


def flag(value: Any) -> bool:
    """Return a yes or a no."""
    return _FLAGS[str(value)]


@dataclass(frozen=True)
class Meaning:
    """How each told column of a record type is to be read; a column in none of these is told in no truth."""

    texts: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    instants: tuple[str, ...] = ()
    codes: Mapping[str, Words] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def readers(self) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
        """Return by column how a value that is not empty is read."""
        kinds: tuple[tuple[tuple[str, ...], Callable[[Any], Any]], ...] = (
            (self.texts, str),
            (self.days, day),
            (self.months, month),
            (self.counts, int),
            (self.flags, flag),
            (self.instants, lambda value: instant(value).isoformat()),
        )
        plain = [(column, reader) for columns, reader in kinds for column in columns]
        return (*plain, *((column, _decoder(words)) for column, words in self.codes.items()))

    def read(self, places: Mapping[str, int], values: list[Any]) -> dict[str, Any]:
        """Return what a record says; None where it says nothing."""
        told = ((column, reader, values[places[column]]) for column, reader in self.readers)
        return {column: None if value in (None, "") else reader(value) for column, reader, value in told}


def _decoder(words: Words) -> Callable[[Any], str]:
    codes = {code: code for code in words}
    for code, written in words.items():
        codes |= dict.fromkeys((written,) if isinstance(written, str) else written, code)
    return lambda value: codes[str(value)]


def instant(written: str) -> datetime:
    """Return an instant of a record's header in UTC."""
    return datetime.fromisoformat(written).astimezone(UTC)
