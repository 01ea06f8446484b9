"""Grants of consent: to the operator for loading, to banks for reading; windows, withdrawals, guardians."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jobs.city import months
from jobs.city.chance import Stream
from jobs.city.lives import Life
from jobs.city.people import Census, guardian_of
from jobs.city.records import CONSENT, Item

_AT = CONSENT.places
LOAD_KINDS = ("RESIDENCE", "WORK", "HOUSING", "BUSINESS")
_WIDEST = ("IDENTITY", "RESIDENCE", "WORK", "HOUSING", "BUSINESS", "COMPLIANCE", "SCORE")
_PURPOSES = (
    ("02", _WIDEST),
    ("01", ("WORK", "HOUSING", "BUSINESS", "COMPLIANCE", "SCORE")),
    ("54", ("IDENTITY", "RESIDENCE", "WORK")),
    ("53", ("IDENTITY", "RESIDENCE", "HOUSING")),
)
"""Purposes with their widest kinds (domain.md, section 6.6): a grant can only narrow them."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant: to whom, for what, in which half-open window; withdrawn or not."""

    number: str
    recipient: str
    purposes: tuple[str, ...]
    kinds: tuple[str, ...]
    r14: tuple[str, ...]
    granted_at: datetime
    valid_from: datetime
    valid_to: datetime
    withdrawn_at: datetime | None
    is_marketing: bool
    guardian_no: str | None


def grants(census: Census, life: Life) -> list[Grant]:
    """Return what a person granted up to the end of the history, in order of time."""
    stream = census.stream("consent", life.person.index)
    shares = census.profile.shares
    found: list[Grant] = []
    guardian = guardian_of(census, life.person) if _is_minor(census, life) else None
    has_load, all_kinds, r14 = (
        stream.chance(shares["load_grant"]),
        stream.chance(0.95),
        stream.chance(shares["r14_income"]),
    )
    dropped, number = stream.below(len(LOAD_KINDS)), life.person.index * 4
    kinds = LOAD_KINDS if all_kinds else LOAD_KINDS[:dropped] + LOAD_KINDS[dropped + 1 :]
    window = _window(census, life, stream)
    items = ("INCOME",) if r14 and "WORK" in kinds else ()
    if has_load and window is not None:
        found.append(_grant(number, census.profile.operator_code, ("02", "99"), kinds, items, window, False, guardian))
    for place, (bank, share) in enumerate(zip(census.profile.bank_codes, shares["bank_grant"], strict=False)):
        wants, full, wide = stream.chance(share), stream.chance(0.6), stream.draw()
        purpose, widest = _PURPOSES[min(len(_PURPOSES) - 1, int(wide**2 * len(_PURPOSES)))]
        left_out = stream.below(len(widest))
        window = _window(census, life, stream)
        marketing = stream.chance(0.3)
        if wants and window is not None and (has_load or left_out == 0):
            kinds = widest if full or len(widest) < 3 else tuple(kind for kind in widest if kind != widest[left_out])
            items = ("INCOME",) if r14 and "WORK" in kinds else ()
            purposes = (purpose, "90") if marketing else (purpose,)
            found.append(_grant(number + 1 + place, bank, purposes, kinds, items, window, marketing, guardian))
    return sorted(found, key=lambda grant: (grant.granted_at, grant.number))


def _is_minor(census: Census, life: Life) -> bool:
    return months.month(census.profile.first_month) // 12 + 2 - life.person.born_on.year < 18


_Window = tuple[datetime, datetime, datetime, datetime | None]


def _window(census: Census, life: Life, stream: Stream) -> _Window | None:
    """Draw granted, valid from, valid to and withdrawn; one window in ten begins or ends in the middle of a month."""
    zone, shares = census.profile.zone, census.profile.shares
    start = months.month(census.profile.first_month)
    draws = [stream.draw() for _ in range(7)]
    if not life.presence.stays:
        return None
    first = max(start + 6, months.of(life.presence.stays[0].since) + 1)
    granted_month = first + int(draws[0] ** 1.3 * max(2, min(24, start + 35 - first)))
    day, second = 1 + int(draws[1] * 28), 8 * 3600 + int(draws[2] * 36000)
    granted = months.instant(months.on(granted_month, day), second, zone)
    is_inside = draws[3] < shares["window_inside_batch"]
    delay = int(draws[4] * 25) if is_inside else 0
    valid_from = granted + timedelta(days=delay)
    if is_inside and draws[5] < 0.6:  # ends in the middle of a month near the end of our history
        ends = months.on(start + 33 + int(draws[6] * 4), 4 + int(draws[4] * 20))
    else:
        ends = date(granted_month // 12 + 3 + int(draws[6] * 3), granted_month % 12 + 1, 1)
    valid_to = months.instant(ends, 0, zone)
    if valid_to <= valid_from:
        valid_to = valid_from + timedelta(days=366)
    return granted, valid_from, valid_to, _withdrawal(stream, shares["withdrawn_within_year"], granted, valid_to)


def _withdrawal(stream: Stream, share: float, granted: datetime, valid_to: datetime) -> datetime | None:
    withdraws, after, second = stream.chance(share * 1.7), stream.draw(), stream.between(0, 30000)
    withdrawn = granted + timedelta(days=10 + int(after * 600), seconds=second)
    return withdrawn if withdraws and withdrawn < valid_to else None


def _grant(number: int, recipient: str, purposes: tuple[str, ...], kinds: tuple[str, ...], r14: tuple[str, ...],
           window: _Window, is_marketing: bool, guardian: str | None) -> Grant:  # fmt: skip
    granted, valid_from, valid_to, withdrawn = window
    return Grant(
        f"SQ{number:010d}",
        recipient,
        purposes,
        kinds,
        r14,
        granted,
        valid_from,
        valid_to,
        withdrawn,
        is_marketing,
        guardian,
    )


def items(census: Census, life: Life, found: list[Grant]) -> list[Item]:
    """Return the ledger's records of grants: given, and changed when withdrawn."""
    zone = census.profile.zone
    records: list[Item] = []
    last = months.last(life.until)
    for grant in found:
        for at, operation in ((grant.granted_at, "I"), (grant.withdrawn_at, "U")):
            if at is None:
                continue
            day, second = _local(at, zone)
            if day > last:
                continue
            row = _row(life, grant, zone)
            row[_AT["operation_code"]] = operation
            row[_AT["event_at"]] = _text(at, zone)
            if operation == "I":
                row[_AT["withdrawn_at"]] = None
            records.append(Item(months.of(day), day, second, row))
    return sorted(records, key=lambda item: (item.day, item.second))


def _local(at: datetime, zone: str) -> tuple[date, int]:
    local = at.astimezone(ZoneInfo(zone))
    return local.date(), local.hour * 3600 + local.minute * 60 + local.second


def _text(at: datetime | None, zone: str) -> str | None:
    return None if at is None else months.local_text(*_local(at, zone), zone)


def _row(life: Life, grant: Grant, zone: str) -> list[Any]:
    row: list[Any] = [None] * len(CONSENT.columns)
    is_load = len(grant.purposes) > 1 and "99" in grant.purposes
    facts = {
        "source_code": "consent_grant",
        "certificate_type_code": life.person.certificate_kind,
        "certificate_no": life.person.certificate_no,
        "person_name": life.person.name,
        "consent_no": grant.number,
        "recipient_code": grant.recipient,
        "purpose_codes": list(grant.purposes),
        "data_kind_codes": list(grant.kinds),
        "r14_item_codes": list(grant.r14),
        "mode_code": "STORE" if is_load else "VIEW",
        "fetch_code": "PERIODIC",
        "frequency_count": 31 if is_load else 4,
        "data_from_date": "2020-01-01",
        "data_to_date": _local(grant.valid_to, zone)[0].isoformat(),
        "data_life_days": 1825 if is_load else 365,
        "granted_at": _text(grant.granted_at, zone),
        "valid_from_at": _text(grant.valid_from, zone),
        "valid_to_at": _text(grant.valid_to, zone),
        "withdrawn_at": _text(grant.withdrawn_at, zone),
        "form_code": "ELECTRONIC_WRITTEN",
        "has_adverse_notice": bool(grant.r14),
        "is_separate_consent": True,
        "is_marketing_consent": grant.is_marketing,
        "template_version_code": "2026-01" if grant.granted_at.year >= 2026 else "2023-06",
        "document_hash": hashlib.sha256(grant.number.encode()).hexdigest(),
        "channel_code": "SSB",
        "guardian_certificate_no": grant.guardian_no,
    }
    for name, value in facts.items():
        row[_AT[name]] = value
    return row
