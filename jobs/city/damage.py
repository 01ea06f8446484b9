"""Single acts of damage: each spoils one value of one record and labels it with what the pipeline must say.

Written from the list of faults in domain.md and from nothing else: no function is shared with any validator.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from jobs.city import numbers
from jobs.city.chance import Stream
from jobs.city.records import BUSINESS, CONSENT, INSURANCE, RENTAL, RESIDENCE, ROLE, Item, Layout

Act = Callable[[Item, Layout, Stream], bool]
"""Spoils a record and says whether it could."""

WIDE = {character: chr(ord(character) + 0xFEE0) for character in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_PLACES = {
    (layout.source, layout.object): layout.places for layout in (BUSINESS, CONSENT, INSURANCE, RENTAL, RESIDENCE, ROLE)
}


def _at(layout: Layout, column: str) -> int:
    return _PLACES[layout.source, layout.object][column]


def _spoil(item: Item, layout: Layout, column: str, value: Any, fault: str, *, ends: str | None = "quarantine",
           reason: str | None = None) -> bool:  # fmt: skip
    place = _at(layout, column)
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
    if layout is BUSINESS:
        code = str(item.values[_at(layout, "uscc_no")])
        place = 2 + stream.below(6)
        wrong = code[:place] + str((int(code[place]) + 1 + stream.below(8)) % 10) + code[place + 1 :]
        return _spoil(item, layout, "uscc_no", wrong, "NUMBER_TYPO", reason="USCC_CHECKSUM")
    number = str(item.values[_at(layout, "certificate_no")])
    if not number[:17].isdecimal() or len(number) != 18:
        return False
    item.link_class = "NUMBER_TYPO"
    ends = None if layout is RESIDENCE else "quarantine"
    return _spoil(
        item, layout, "certificate_no", mistyped(number, stream), "NUMBER_TYPO", ends=ends, reason="ID_CHECKSUM"
    )


def _variant(item: Item, layout: Layout, value: str, variant: str) -> bool:
    item.values[_at(layout, "certificate_no")] = value
    item.variant = variant
    return False  # the same number in another form: nothing is wrong with the record


def old_number(item: Item, layout: Layout, _: Stream) -> bool:
    """Write the 15-digit number of before 1999."""
    number = str(item.values[_at(layout, "certificate_no")])
    if number[:1] in "12345678" and number[:2] not in ("81", "82", "83") and number[6:8] == "19" and len(number) == 18:
        item.link_class = "RID15"
        return _variant(item, layout, numbers.old_form(number), "RID15")
    return False


def lower_case_x(item: Item, layout: Layout, _: Stream) -> bool:
    """Write the check character in lower case."""
    number = str(item.values[_at(layout, "certificate_no")])
    return _variant(item, layout, number[:-1] + "x", "LOWER_X") if number.endswith("X") else False


def full_width(item: Item, layout: Layout, _: Stream) -> bool:
    """Write the number in full-width characters."""
    number = str(item.values[_at(layout, "certificate_no")])
    return _variant(item, layout, "".join(WIDE[character] for character in number), "FULL_WIDTH")


_KEYS = {RESIDENCE: "registration_no", RENTAL: "filing_no", CONSENT: "consent_no", INSURANCE: "employer_uscc_no",
         BUSINESS: "uscc_no", ROLE: "uscc_no"}  # fmt: skip


def key_null(item: Item, layout: Layout, stream: Stream) -> bool:
    """Leave a key empty, in one of the ways offices write nothing."""
    empty = stream.pick(("", "NULL", "-")) if layout is INSURANCE else stream.pick((None, ""))
    return _spoil(item, layout, _KEYS[layout], empty, "KEY_NULL")


_CODES: dict[Layout, tuple[tuple[str, str], ...]] = {
    RESIDENCE: (("residence_reason_code", "打零工"), ("dwelling_kind_code", "VILLA"), ("gender_code", "3")),
    RENTAL: (("program_code", "长租"), ("status_code", "冻结"), ("lessor_kind_code", "X1")),
    CONSENT: (("form_code", "VERBAL"), ("mode_code", "COPY")),
    INSURANCE: (("payment_kind_code", "正長"), ("insurance_kind_code", "大病")),
    BUSINESS: (("status_code", "歇业"), ("entity_kind_code", "代表处")),
    ROLE: (("role_code", "股东"),),
}


def code_unknown(item: Item, layout: Layout, stream: Stream) -> bool:
    """Use a code that no list and no fix knows."""
    column, value = stream.pick(_CODES[layout])
    return _spoil(item, layout, column, value, "CODE_UNKNOWN")


_DATES: dict[Layout, tuple[str, ...]] = {
    RESIDENCE: ("arrive_date", "valid_to_date", "residence_start_date", "issue_date"),
    RENTAL: ("allotted_date", "lease_start_date", "lease_end_date"),
    CONSENT: ("data_from_date", "data_to_date"),
    INSURANCE: ("paid_date", "period_month"),
    BUSINESS: ("established_date", "status_date"),
    ROLE: ("role_start_date",),
}


def date_impossible(item: Item, layout: Layout, stream: Stream) -> bool:
    """State a day or a month that does not exist."""
    column, year = stream.pick(_DATES[layout]), 2020 + stream.below(6)
    if column == "period_month":
        return _spoil(item, layout, column, f"{year}{stream.pick(('00', '13', '20'))}", "MONTH_FORM")
    if item.values[_at(layout, column)] is None:
        return False
    day = stream.pick(("02-30", "06-31", "13-05", "11-31"))
    text = f"{year}{day.replace('-', '')}" if layout is INSURANCE else f"{year}-{day}"
    return _spoil(item, layout, column, text, "DATE_IMPOSSIBLE")


_PLACEHOLDERS: dict[Layout, tuple[tuple[str, str, bool], ...]] = {
    RESIDENCE: (("residence_end_date", "9999-12-31", False), ("arrive_date", "1900-01-01", False),
                ("issue_date", "1900-01-01", True)),
    RENTAL: (("terminated_date", "9999-12-31", False), ("lease_start_date", "1900-01-01", True)),
    CONSENT: (("data_to_date", "9999-12-31", False),),
    INSURANCE: (("paid_date", "19000101", False), ("paid_date", "99991231", False)),
    BUSINESS: (("status_date", "1900-01-01", False), ("established_date", "1900-01-01", False)),
    ROLE: (("role_end_date", "9999-12-31", False),),
}  # fmt: skip
"""Column, what stands for 'not known', and whether the record cannot do without the date."""


def date_placeholder(item: Item, layout: Layout, stream: Stream) -> bool:
    """State a date that means none: it becomes null, or ends the record where a date is needed."""
    column, value, is_needed = stream.pick(_PLACEHOLDERS[layout])
    is_known = column not in ("data_to_date", "paid_date") and item.values[_at(layout, column)] is not None
    if value.startswith("9999") and is_known:
        return False  # the end is known: no clerk types "for ever" over it
    return _spoil(item, layout, column, value, "DATE_PLACEHOLDER", ends="quarantine" if is_needed else None)


def date_future(item: Item, layout: Layout, stream: Stream) -> bool:
    """Date a past event decades after any delivery: a slip in the year."""
    column = {RESIDENCE: "birth_date", INSURANCE: "paid_date", CONSENT: "granted_at", BUSINESS: "established_date"}[
        layout
    ]
    if layout is CONSENT and item.values[_at(layout, "withdrawn_at")] is not None:
        return False
    year = 2060 + stream.below(30)
    text = str(item.values[_at(layout, column)])
    return _spoil(
        item, layout, column, f"{year}{text[4:].replace('0229', '0228').replace('-02-29', '-02-28')}", "DATE_FUTURE"
    )


def date_order(item: Item, layout: Layout, stream: Stream) -> bool:
    """Let something end before it begins."""
    first, second = {
        RESIDENCE: ("issue_date", "valid_to_date"),
        RENTAL: ("lease_start_date", "lease_end_date"),
        ROLE: ("role_start_date", "role_end_date"),
    }[layout]
    begin = item.values[_at(layout, first)]
    if item.values[_at(layout, second)] is None:
        return False
    earlier = date.fromisoformat(begin) - timedelta(days=1 + stream.below(300))
    return _spoil(item, layout, second, earlier.isoformat(), "DATE_ORDER")


def amount_negative(item: Item, layout: Layout, stream: Stream) -> bool:
    """Turn the sign of an amount."""
    column = "base_cny" if layout is INSURANCE else stream.pick(("monthly_rent_cny", "deposit_cny"))
    value = str(item.values[_at(layout, column)])
    return False if value == "0" else _spoil(item, layout, column, f"-{value}", "AMOUNT_NEGATIVE")


def consent_invalid(item: Item, layout: Layout, stream: Stream) -> bool:
    """Grant everything to anybody, withdraw before granting, end before beginning, forge the document's hash."""
    granted = str(item.values[_at(layout, "granted_at")])
    past = f"{int(granted[:4]) - 1}{granted[4:].replace('-02-29T', '-02-28T')}"
    column, value = stream.pick(
        (("purpose_codes", ["*"]), ("data_kind_codes", ["*"]), ("recipient_code", "*"), ("withdrawn_at", past),
         ("valid_to_at", past), ("document_hash", "0" * 40))
    )  # fmt: skip
    return _spoil(item, layout, column, value, "CONSENT_INVALID")


def _broken_line(fault: str, reason: str) -> Act:
    def act(item: Item, layout: Layout, _: Stream) -> bool:
        item.raw = item.fault = fault
        item.ends, item.reason, item.link_class = "quarantine", reason, "NOT_LINKABLE"
        return True

    return act


short_line = _broken_line("PARSE_LINE", "PARSE_LINE")
shifted_line = _broken_line("SHIFTED_COLUMN", "PARSE_LINE")
"""One separator too many: by the count of its fields alone the line cannot be told from any other ragged one."""
encoding = _broken_line("ENCODING", "ENCODING")
