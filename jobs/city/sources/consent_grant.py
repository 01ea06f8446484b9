"""Records of the consent ledger: grants given, and changed when withdrawn."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobs.city import months
from jobs.city.chance import Stream
from jobs.city.consents import Grant, grants
from jobs.city.damage import spoil
from jobs.city.layout import Flaws, Layout, layout
from jobs.city.lives import Life
from jobs.city.people import Census
from jobs.city.records import Item


def _invalid(item: Item, layout: Layout, stream: Stream) -> bool:
    """Grant everything to anybody, withdraw before granting, end before beginning, forge the document's hash."""
    granted = str(item.values[layout.places["granted_at"]])
    past = f"{int(granted[:4]) - 1}{granted[4:].replace('-02-29T', '-02-28T')}"
    column, value = stream.pick(
        (("purpose_codes", ["*"]), ("data_kind_codes", ["*"]), ("recipient_code", "*"), ("withdrawn_at", past),
         ("valid_to_at", past), ("document_hash", "0" * 40))
    )  # fmt: skip
    return spoil(item, layout, column, value, "CONSENT_INVALID")


def _is_withdrawal(item: Item) -> bool:
    """A lost withdrawal would break the promise the tests are about."""
    return bool(item.values[_AT["operation_code"]] == "U")


LAYOUT = layout(
    "consent_grant",
    prefix="CG",
    flaws=Flaws(
        codes=(("form_code", "VERBAL"), ("mode_code", "COPY")),
        dates=("data_from_date", "data_to_date"),
        placeholders=(("data_to_date", "9999-12-31", False),),
        future=("granted_at",),
        keys=("consent_no",),
        restated=("template_version_code", lambda text, stream: f"{text}-r{stream.between(1, 9)}"),
        strange=("consent_no", lambda number: f"SX{number[2:]}"),
        spares=_is_withdrawal,
        own=(("consent_invalid", _invalid),),
    ),
)
LAYOUTS = (LAYOUT,)
_AT = LAYOUT.places


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the ledger's records of a person's grants."""
    return [(LAYOUT, _items(census, life))]


def _items(census: Census, life: Life) -> list[Item]:
    """Given, and changed when withdrawn."""
    zone = census.profile.zone
    found: list[Item] = []
    last = months.last(life.until)
    for grant in grants(census, life):
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
            found.append(Item(months.of(day), day, second, row))
    return sorted(found, key=lambda item: (item.day, item.second))


def _local(at: datetime, zone: str) -> tuple[date, int]:
    local = at.astimezone(ZoneInfo(zone))
    return local.date(), local.hour * 3600 + local.minute * 60 + local.second


def _text(at: datetime | None, zone: str) -> str | None:
    return None if at is None else months.local_text(*_local(at, zone), zone)


def _row(life: Life, grant: Grant, zone: str) -> list[Any]:
    row: list[Any] = [None] * len(LAYOUT.columns)
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
