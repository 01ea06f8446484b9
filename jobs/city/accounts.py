"""Bank accounts: who has one, of which class, how far verified; a closed one's number may become another's."""

from dataclasses import dataclass
from datetime import date

from jobs.city import institutions, months
from jobs.city.lives import Life
from jobs.city.people import Census

REUSE = 200
"""One in so many people closes an account whose number the next one is then given."""

RECYCLED = (6, 8)
"""Months after the first one in which such an account is closed, and its number given out again."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account; the bands are what the bank says of the sums, which it keeps to itself."""

    number: str
    bank: str
    branch: str
    opened_on: date
    closed_on: date | None
    class_: str
    verified: int
    risk: str
    is_cross_bank: bool
    is_exempt: bool
    deposits: str
    funds: str | None


def account_number(index: int, bank: str) -> str:
    """Return an invented account number: a range no bank issues, with the check digit of ISO/IEC 7812 (Luhn)."""
    body = f"6299{ord(bank[-1]) % 100:02d}{index:012d}"
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body))]
    return f"{body}{-sum(value // 10 + value % 10 for value in doubled) % 10}"


def account(census: Census, life: Life) -> Account | None:
    """Return the account a person has fees for, if any; it stays when somebody leaves, and ends with death."""
    index, stream = life.person.index, census.stream("account", life.person.index)
    has_one, opened, day = stream.chance(float(census.profile.shares["account"])), stream.draw(), stream.between(1, 28)
    grade, wish, fund, rich = stream.draw(), stream.draw(), stream.draw(), stream.draw()
    start = months.month(census.profile.first_month)
    grown = months.later(life.person.born_on, 16 * 12)
    stays = life.presence.stays
    if not has_one or not stays:
        return None
    bank = institutions.bank_of(census, index)
    first = max(months.of(stays[0].since), months.of(grown), start - 80)
    opened_on = months.on(first + 1 + int(opened * 30), day)
    closed_on = life.presence.died_on
    number = account_number(index, bank)
    if index % REUSE == REUSE - 2:
        opened_on = min(opened_on, months.on(start - 2, day))
        closed_on = months.on(start + RECYCLED[0], day)
    if index % REUSE == REUSE - 1:
        opened_on = max(opened_on, months.on(start + RECYCLED[1], day))
        number = account_number(index - 1, bank)
    if months.of(opened_on) > life.until or grown > opened_on or not life.presence.holds(opened_on):
        return None
    if closed_on is not None and closed_on <= opened_on:
        return None
    verified = 2 + int(grade * 3)
    return Account(
        number=number,
        bank=bank,
        branch=institutions.near(census, bank, index, stream).code,
        opened_on=opened_on,
        closed_on=closed_on,
        class_={2: "III", 3: "II", 4: "I"}[verified],
        verified=verified,
        risk="L" if wish < 0.85 else "M" if wish < 0.97 else "H",
        is_cross_bank=stream.chance(0.2),
        is_exempt=stream.chance(0.45),
        deposits="0-10000" if rich < 0.45 else "10000-50000" if rich < 0.8 else "50000-200000",
        funds=None if fund > 0.2 else "10000-50000" if fund > 0.06 else "50000-200000",
    )
