"""What the city needs of its profile, `schemas/cities/<city>.yaml`, in one frozen and hashable value."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

import schemas


@dataclass(frozen=True)
class Profile:
    """Rates, shares and local codes of one city; equal parameters have an equal hash, which the manifest carries."""

    name: str
    parameters_hash: str
    zone: str = field(compare=False)
    hukou_prefixes: tuple[str, ...] = field(compare=False)
    hukou_years: int = field(compare=False)
    resident_months: int = field(compare=False)
    operator_code: str = field(compare=False)
    bank_codes: tuple[str, ...] = field(compare=False)
    delivery_hours: Mapping[str, int] = field(compare=False)
    relief_events: tuple[Mapping[str, Any], ...] = field(compare=False)
    first_month: str = field(compare=False)
    insurance_months: int = field(compare=False)
    rates: Mapping[str, float] = field(compare=False)
    stated_rates: tuple[tuple[str, float], ...] = field(compare=False)
    shares: Mapping[str, Any] = field(compare=False)


@cache
def profile(name: str) -> Profile:
    """Return the city's profile; raises what the loader of profiles raises if it is wrong."""
    found = schemas.city(name)
    stated = found.model_dump(mode="json")
    digest = hashlib.sha256(json.dumps(stated, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    synthetic = found.synthetic
    return Profile(
        name=name,
        parameters_hash=digest,
        zone=found.city.timezone,
        hukou_prefixes=tuple(found.city.hukou_prefixes),
        hukou_years=found.newcomer.hukou_years,
        resident_months=found.newcomer.resident_months,
        operator_code=found.operator.code,
        bank_codes=tuple(bank.code for bank in found.operator.banks),
        delivery_hours=MappingProxyType(dict(found.calendar["delivery_hours"])),
        relief_events=tuple(MappingProxyType(dict(event)) for event in found.calendar.get("relief_events", ())),
        first_month=synthetic["first_month"],
        insurance_months=synthetic["insurance_months"],
        rates=MappingProxyType({key: float(rate) for key, rate in synthetic["rates"].items()}),
        stated_rates=tuple((key, float(rate)) for key, rate in synthetic["rates"].items()),
        shares=MappingProxyType(dict(synthetic["shares"])),
    )
