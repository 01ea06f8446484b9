"""Grants of consent: to the operator for loading, to banks for reading; windows, withdrawals, guardians."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jobs.city import months
from jobs.city.chance import Stream
from jobs.city.lives import Life
from jobs.city.people import Census, guardian_of

LOAD_KINDS = (
    "RESIDENCE",
    "WORK",
    "HOUSING",
    "BUSINESS",
    "EDUCATION_SKILL",
    "PROTECTION",
    "UTILITY",
    "BENEFIT",
    "LOAN",
    "ACCOUNT",
)
"""Kinds that some source is loaded by (domain.md, section 4.2); associations ask their members themselves."""

R14 = ("INCOME", "DEPOSIT", "SECURITIES", "INSURANCE")
"""Article-14 items that the city's people are asked for, the most often granted first."""
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
    has_load, all_kinds = stream.chance(shares["load_grant"]), stream.chance(0.95)
    r14 = tuple(item for item, share in zip(R14, shares["r14"], strict=True) if stream.chance(share))
    dropped, number = stream.below(len(LOAD_KINDS)), life.person.index * 4
    kinds = LOAD_KINDS if all_kinds else LOAD_KINDS[:dropped] + LOAD_KINDS[dropped + 1 :]
    window = _window(census, life, stream)
    items = tuple(item for item in r14 if item != "INCOME" or "WORK" in kinds)
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
            items = ("INCOME",) if "INCOME" in r14 and "WORK" in kinds else ()
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
