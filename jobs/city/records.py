"""A record on its way to a delivery: its values in the office's columns, and what was done to it on purpose."""

from datetime import date
from typing import Any, NamedTuple


class Place(NamedTuple):
    """Where a delivered record stands: truth and pipeline meet here."""

    batch: str
    delivery_no: int
    file: str
    line: int


class Item:
    """One record: clean when made, then perhaps struck by one fault, then written to one place."""

    __slots__ = (
        "clean_value", "corrects", "day", "ends", "fault", "fault_column", "link_class", "month", "original", "place",
        "raw", "reason", "second", "uscc", "values", "variant",
    )  # fmt: skip

    def __init__(self, month: int, day: date, second: int, values: list[Any], uscc: str | None = None) -> None:
        self.month = month
        self.day = day
        self.second = second
        self.values = values
        self.uscc = uscc
        self.fault: str | None = None
        self.ends: str | None = None
        self.reason: str | None = None
        self.fault_column: str | None = None
        self.clean_value: str | None = None
        self.variant: str | None = None
        self.link_class: str | None = None
        self.raw: str | None = None
        self.original: Item | None = None
        self.corrects: Item | None = None
        self.place: Place | None = None

    def copied(self, month: int, day: date, second: int) -> "Item":
        """Return the same content for a later delivery."""
        copy = Item(month, day, second, list(self.values), self.uscc)
        copy.variant, copy.link_class = self.variant, self.link_class
        return copy
