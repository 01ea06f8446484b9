"""Utilities: the accounts of those who asked to have them counted, in whose name they run, and how they are paid.

Derived from a life by draws of its own. Water, power and gas hang on the dwelling and are billed for two months, a
phone or line every month. One account has one person who agreed: whoever lives in another's dwelling has none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from jobs.city import addresses, months, names
from jobs.city.chance import Stream
from jobs.city.home import Spell
from jobs.city.lives import Life
from jobs.city.people import Census

HOUSE_KINDS = (("WATER", 0, 40), ("POWER", 0, 160), ("GAS", 1, 60))
"""Kind, the month of every two in which it is billed, and a usual bill in yuan."""

FOLLOWING = ("kin", "family", "twin")


@dataclass(frozen=True, slots=True)
class Account:
    """One account from the first to the last month it is billed for; `spell` None for a line of the person's own."""

    kind: str
    number: str
    holder: str
    is_landlord: bool
    address: str
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill: for which month, due when, how much, paid when (None while it is not)."""

    account: Account
    month: int
    due_on: date
    amount: str
    paid_on: date | None


def accounts(census: Census, life: Life) -> tuple[Account, ...]:
    """Return the accounts a person agreed to, in order of the dwellings; the line last."""
    person = life.person
    stream = census.stream("utility", person.index)
    takes_part, has_line = stream.chance(census.profile.shares["utility_consent"]), stream.chance(0.8)
    adult = months.of(months.later(person.born_on, 216)) + 1
    if not takes_part or adult > life.until:
        return ()
    found: list[Account] = []
    is_guest = person.tie is not None and person.tie.follows and person.tie.kind in FOLLOWING
    for number, spell in enumerate(life.home.spells):
        own = census.stream("utility", f"{person.index}:{number}")
        if not is_guest and spell.kind in ("RENTED", "OTHER"):
            found += _of_dwelling(census, life, spell, f"{person.index:08d}{number % 100:02d}", own, adult)
    if has_line and life.home.spells:
        place = life.home.spells[-1].dwelling
        address = addresses.text(place, stream, dict(census.profile.rates), 1.0)
        since = max(adult, months.of(life.home.spells[0].since) + 1)
        line = f"TX{20_000_000 + person.index * 3:010d}"
        found.append(Account("TELECOM", line, person.name, False, address, since, life.until))
    return tuple(found)


def _of_dwelling(census: Census, life: Life, spell: Spell, mark: str, stream: Stream, adult: int) -> Iterator[Account]:
    is_landlord = spell.kind == "RENTED" and stream.chance(census.profile.shares["utility_in_landlords_name"])
    landlord = names.chinese(stream, stream.pick(("1", "2")), 1966)
    address = addresses.text(spell.dwelling, stream, dict(census.profile.rates), 1.0)
    since = max(adult, months.of(spell.since) + 1)
    until = months.of(spell.until) if spell.until else life.until
    for place, (kind, _, _) in enumerate(HOUSE_KINDS):
        if stream.chance(0.9):
            number = f"{spell.dwelling.district[2:]}{mark}{place}"
            yield Account(
                kind, number, landlord if is_landlord else life.person.name, is_landlord, address, since, until
            )


def bills(census: Census, life: Life, account: Account) -> Iterator[Bill]:
    """Yield an account's bills in order of the months, from the first month offices deliver on."""
    stream = census.stream("bill", f"{life.person.index}:{account.kind}:{account.number}")
    on_time = min(0.99, 0.72 + 0.27 * life.person.reliability)
    parity, usual = next(((part, sum_) for kind, part, sum_ in HOUSE_KINDS if kind == account.kind), (None, 88))
    last = months.last(life.until)
    for month in range(account.since, account.until + 1):
        cents = int(usual * 100 * (0.6 + 0.9 * stream.draw()))
        is_on_time, early, late, pays = (
            stream.draw() < on_time,
            stream.between(1, 14),
            stream.between(3, 80),
            stream.draw(),
        )
        if parity is not None and month % 2 != parity:
            continue
        due = months.on(month + 1, 20)
        paid = due - timedelta(days=early) if is_on_time else due + timedelta(days=late)
        if month < census.since or not life.presence.holds(months.on(month, 15)) or due > last:
            continue
        is_paid = (is_on_time or pays < 0.9) and paid <= last
        yield Bill(account, month, due, f"{cents // 100}.{cents % 100:02d}", paid if is_paid else None)
