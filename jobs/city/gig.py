"""Work by the order: couriers and ride-hailing drivers, their accounts on platforms, and what they did each month."""

from dataclasses import dataclass
from datetime import date, timedelta

from jobs.city import months, trades
from jobs.city.chance import Stream
from jobs.city.lives import Life
from jobs.city.people import Census
from jobs.city.trades import Trade

COURIER_PLATFORMS = (("PT-KD", "EXPRESS"), ("PT-WM", "FOOD"), ("PT-EM", "FOOD"), ("PT-JS", "INSTANT"))
DRIVER_PLATFORMS = (("PT-YC", ""), ("PT-SX", ""), ("PT-HX", ""))
"""Codes that the invented platforms gave themselves, and their kinds."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account on a platform; `number` is the platform's and says nothing about the person."""

    platform: str
    kind: str
    number: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class Work:
    """What was done with one account in a month; `is_second` where an employer paid in for the same month."""

    account: int
    month: int
    orders: int
    days: int
    complaints: int
    covered: int
    is_second: bool

    def until(self, day: int) -> tuple[int, int]:
        """Return orders and active days of the month up to one of its days."""
        length = months.length(self.month)
        return self.orders * day // length, min(self.days * day // length, day)


@dataclass(frozen=True, slots=True)
class Gig:
    """A person's accounts, and the months in which something was done with them, in order of time."""

    accounts: tuple[Account, ...]
    work: tuple[Work, ...]


def gig(census: Census, life: Life, kind: str) -> Gig | None:
    """Return what a person does by the order, as a `courier` or a `driver`; None for everybody else."""
    trade = trades.of(census, life, kind)
    if trade is None:
        return None
    stream = census.stream(f"gig:{kind}", life.person.index)
    accounts = _accounts(life, stream, kind, trade)
    work = []
    for month in trade.months:
        chosen = 0 if len(accounts) == 1 or stream.chance(0.6) else 1
        both = len(accounts) > 1 and stream.chance(0.3)
        for number in range(len(accounts)):
            days, load = stream.between(8, 27), stream.between(12, 42 if kind == "courier" else 18)
            complains, covers = stream.draw(), stream.draw()
            if both or number == chosen:
                days = min(days, 10) if month in trade.second else days
                orders = days * load
                complaints = int(orders * complains**3 * 0.02 * (1.3 - life.person.reliability))
                covered = orders if covers < 0.8 else int(orders * covers)
                work.append(Work(number, month, orders, days, complaints, covered, month in trade.second))
    return Gig(accounts, tuple(work))


def _accounts(life: Life, stream: Stream, kind: str, trade: Trade) -> tuple[Account, ...]:
    """Open one account, or one on each of two platforms, in the days before the first order."""
    platforms = COURIER_PLATFORMS if kind == "courier" else DRIVER_PLATFORMS
    first, step = stream.below(len(platforms)), stream.between(1, len(platforms) - 1)
    has_two = stream.chance(0.25)
    found = []
    for number in range(2 if has_two else 1):
        code, platform_kind = platforms[(first + step * number) % len(platforms)]
        opened = months.on(trade.months[0], 1) - timedelta(days=stream.between(1, 25))
        digits = 10_000_000 + (life.person.index * 7 + number * 3) * 13 % 89_999_993
        found.append(Account(code, platform_kind, f"{code[-2:]}{digits}", opened))
    return tuple(found)
