"""Single acts of damage: each spoils one value of one record and labels it with what the pipeline must say.

Written from the list of faults in domain.md and from nothing else: no function is shared with any validator.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from jobs.city import numbers
from jobs.city.chance import Stream
from jobs.city.layout import Act, Layout
from jobs.city.records import Item

WIDE = {character: chr(ord(character) + 0xFEE0) for character in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def spoil(
    item: Item,
    layout: Layout,
    column: str,
    value: Any,
    fault: str,
    *,
    ends: str | None = "quarantine",
    reason: str | None = None,
) -> bool:
    """Put a wrong value into a record and label it; `ends` None where the record survives it."""
    place = layout.places[column]
    before = item.values[place]
    item.values[place] = value
    item.fault, item.fault_column, item.ends = fault, column, ends
    item.clean_value = None if before is None else str(before)
    item.reason = (reason or fault) if ends else None
    return True


_TYPED = (2, 3, 4, 14, 15, 16)
"""Places of region and sequence: a slip in the birth date could make a second reason beside the check digit."""


def mistyped(number: str, stream: Stream) -> str:
    """Return a number with one digit changed or two neighbours swapped: MOD 11-2 finds every one of these."""
    place = stream.pick(_TYPED)
    if stream.chance(0.3) and place != _TYPED[-1] and number[place] != number[place + 1]:
        return number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    return number[:place] + str((int(number[place]) + 1 + stream.below(9)) % 10) + number[place + 1 :]


def number_typo(item: Item, layout: Layout, stream: Stream) -> bool:
    """Mistype the number: fatal where the record needs it, only a lost number where it does not."""
    if layout.flaws.uscc is not None:
        code = str(item.values[layout.places[layout.flaws.uscc]] or "")
        place = 2 + stream.below(6)
        if len(code) != 18 or not code[place].isdecimal():
            return False
        wrong = code[:place] + str((int(code[place]) + 1 + stream.below(8)) % 10) + code[place + 1 :]
        return spoil(item, layout, layout.flaws.uscc, wrong, "NUMBER_TYPO", reason="USCC_CHECKSUM")
    number = _number(item, layout)
    if not number[:17].isdecimal() or len(number) != 18:
        return False
    item.link_class = "NUMBER_TYPO"
    ends = "quarantine" if "certificate_no" in layout.required else None
    wrong = mistyped(number, stream)
    return spoil(item, layout, "certificate_no", wrong, "NUMBER_TYPO", ends=ends, reason="ID_CHECKSUM")


def _number(item: Item, layout: Layout) -> str:
    return str(item.values[layout.places["certificate_no"]] or "")


def _variant(item: Item, layout: Layout, value: str, variant: str) -> bool:
    item.values[layout.places["certificate_no"]] = value
    item.variant = variant
    return False  # the same number in another form: nothing is wrong with the record


def old_number(item: Item, layout: Layout, _: Stream) -> bool:
    """Write the 15-digit number of before 1999."""
    number = _number(item, layout)
    if number[:1] in "12345678" and number[:2] not in ("81", "82", "83") and number[6:8] == "19" and len(number) == 18:
        item.link_class = "RID15"
        return _variant(item, layout, numbers.old_form(number), "RID15")
    return False


def lower_case_x(item: Item, layout: Layout, _: Stream) -> bool:
    """Write the check character in lower case."""
    number = _number(item, layout)
    return _variant(item, layout, number[:-1] + "x", "LOWER_X") if number.endswith("X") else False


def full_width(item: Item, layout: Layout, _: Stream) -> bool:
    """Write the number in full-width characters."""
    number = _number(item, layout)
    if not number:
        return False
    return _variant(item, layout, "".join(WIDE.get(character, character) for character in number), "FULL_WIDTH")


def key_null(item: Item, layout: Layout, stream: Stream) -> bool:
    """Leave a required field empty, in one of the ways offices write nothing."""
    column = stream.pick(layout.flaws.keys)
    empty = stream.pick(("", "NULL", "-")) if layout.is_text else stream.pick((None, ""))
    return spoil(item, layout, column, empty, "KEY_NULL" if column in layout.key else "REQUIRED_NULL")


def code_unknown(item: Item, layout: Layout, stream: Stream) -> bool:
    """Use a code that no list and no fix knows."""
    column, value = stream.pick(layout.flaws.codes)
    return spoil(item, layout, column, value, "CODE_UNKNOWN")


def date_impossible(item: Item, layout: Layout, stream: Stream) -> bool:
    """State a day or a month that does not exist."""
    column, year = stream.pick(layout.flaws.dates), 2020 + stream.below(6)
    month, day = stream.pick(("00", "13", "20")), stream.pick(("02-30", "06-31", "13-05", "11-31"))
    before = item.values[layout.places[column]]
    if before is None or before == "":
        return False
    if column.endswith("_month"):
        text = f"{year}{month}" if len(str(before)) == 6 else f"{year}-{month}"
        return spoil(item, layout, column, text, "MONTH_FORM")
    text = f"{year}{day.replace('-', '')}" if _is_compact(before) else f"{year}-{day}"
    return spoil(item, layout, column, text, "DATE_IMPOSSIBLE")


def _is_compact(text: Any) -> bool:
    return re.fullmatch("[0-9]{8}", str(text)) is not None


def date_placeholder(item: Item, layout: Layout, stream: Stream) -> bool:
    """State a date that means none: it becomes null, or ends the record where a date is needed."""
    column, value, is_needed = stream.pick(layout.flaws.placeholders)
    is_known = item.values[layout.places[column]] not in (None, "")
    if value.startswith("9999") and is_known and column not in layout.required | _ALWAYS_STATED:
        return False  # the end is known: no clerk types "for ever" over it
    return spoil(item, layout, column, value, "DATE_PLACEHOLDER", ends="quarantine" if is_needed else None)


_ALWAYS_STATED = frozenset({"data_to_date", "paid_date"})
"""Optional days that every record states: here a clerk does type over one."""


def date_future(item: Item, layout: Layout, stream: Stream) -> bool:
    """Date a past event decades after any delivery: a slip in the year."""
    column, year = stream.pick(layout.flaws.future), 2060 + stream.below(30)
    before = item.values[layout.places[column]]
    if before is None or before == "":
        return False
    rest = str(before)[4:].replace("0229", "0228").replace("-02-29", "-02-28")
    return spoil(item, layout, column, f"{year}{rest}", "DATE_FUTURE")


def date_order(item: Item, layout: Layout, stream: Stream) -> bool:
    """Let something end before it begins."""
    first, second = stream.pick(layout.flaws.order)
    begin, end = item.values[layout.places[first]], item.values[layout.places[second]]
    earlier_by = timedelta(days=1 + stream.below(300))
    if begin in (None, "") or end in (None, ""):
        return False
    earlier = date.fromisoformat(str(begin)[:10]) - earlier_by
    text = earlier.strftime("%Y%m%d") if _is_compact(end) else earlier.isoformat()
    return spoil(item, layout, second, text, "DATE_ORDER")


def amount_negative(item: Item, layout: Layout, stream: Stream) -> bool:
    """Turn the sign of an amount."""
    column = stream.pick(layout.flaws.amounts)
    value = item.values[layout.places[column]]
    if value in (None, "") or not float(value):
        return False
    return spoil(item, layout, column, f"-{value}", "AMOUNT_NEGATIVE")


def ratio_range(item: Item, layout: Layout, stream: Stream) -> bool:
    """State a ratio that is none."""
    column = stream.pick(layout.flaws.ratios)
    if item.values[layout.places[column]] in (None, ""):
        return False
    return spoil(item, layout, column, stream.pick(("-0.05", "-0.3")), "RATIO_RANGE")


def _broken_line(fault: str, reason: str) -> Act:
    def act(item: Item, layout: Layout, _: Stream) -> bool:
        item.raw = item.fault = fault
        item.ends, item.reason = "quarantine", reason
        item.link_class = "NOT_LINKABLE" if layout.has_person else None
        return True

    return act


ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "code_unknown": code_unknown,
        "date_impossible": date_impossible,
        "date_placeholder": date_placeholder,
        "key_null": key_null,
        "number_typo": number_typo,
        "old_number": old_number,
        "lower_case_x": lower_case_x,
        "full_width": full_width,
        "date_future": date_future,
        "date_order": date_order,
        "amount_negative": amount_negative,
        "ratio_range": ratio_range,
        "short_line": _broken_line("PARSE_LINE", "PARSE_LINE"),
        # one separator too many: by the count of its fields alone the line cannot be told from any other ragged one
        "shifted_line": _broken_line("SHIFTED_COLUMN", "PARSE_LINE"),
        "encoding": _broken_line("ENCODING", "ENCODING"),
    }
)
"""Acts by the rate of the profile that strikes with them."""

SAME_NUMBER = ("old_number", "lower_case_x", "full_width")
"""Acts that write the same number in another form: no record is spared them."""


def acts(layout: Layout) -> dict[str, Act]:
    """Return what can be done to a record type, in one fixed order; the office's own faults last."""
    flaws, has_number = layout.flaws, "certificate_no" in layout.columns
    can: dict[str, object] = {
        "code_unknown": flaws.codes,
        "date_impossible": flaws.dates,
        "date_placeholder": flaws.placeholders,
        "key_null": flaws.keys,
        "number_typo": flaws.uscc or has_number,
        **dict.fromkeys(SAME_NUMBER, has_number),
        "date_future": flaws.future,
        "date_order": flaws.order,
        "amount_negative": flaws.amounts,
        "ratio_range": flaws.ratios,
        **dict.fromkeys(("short_line", "shifted_line", "encoding"), flaws.is_text_line),
    }
    return {name: ACTS[name] for name, is_possible in can.items() if is_possible} | dict(flaws.own)
