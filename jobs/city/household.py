"""Domestic workers and their cards: whom they are sent by, and what customers say of them."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from jobs.city import months, trades
from jobs.city.chance import Stream
from jobs.city.employers import Business
from jobs.city.lives import Life
from jobs.city.people import Census

WORK = ("NANNY", "HOURLY", "MATERNITY", "CHILD_CARE", "ELDER_CARE", "PATIENT_CARE", "CLEANING", "COOK")
YEARS_VALID = 2


@dataclass(frozen=True, slots=True)
class Statement:
    """A card as the association states it on a day: trainings, complaints and praises so far."""

    on: date
    trainings: int
    complaints: int
    praises: int


@dataclass(frozen=True, slots=True)
class Card:
    """A card and its statements in order; `company` None where the worker is on her own."""

    number: str
    company: Business | None
    work: str
    is_verified: bool
    issued_on: date
    valid_to: date
    statements: list[Statement] = field(default_factory=list)


def cards(census: Census, life: Life) -> list[Card]:
    """Return a domestic worker's cards: one after the other with each change of company, some with two at once."""
    trade = trades.of(census, life, "domestic_worker")
    if trade is None:
        return []
    stream = census.stream("household", life.person.index)
    work, has_two, is_verified = stream.pick(WORK), stream.chance(0.12), stream.chance(0.6)
    found: list[Card] = []
    held: list[Card] = []
    trainings = complaints = praises = 0
    for month in trade.months:
        day = months.on(month, stream.between(1, 28))
        is_trained, changes, praised = stream.chance(0.08), stream.chance(0.03), stream.draw()
        trainings += is_trained
        praises += int(praised * 3)
        complaints += stream.chance(0.04 * (1.2 - life.person.reliability))
        if not held or changes or day > held[0].valid_to:
            held = [_card(census, life, stream, (work, is_verified), day, len(found) + n) for n in range(1 + has_two)]
            found += held
            is_stated = True
        else:
            is_stated = is_trained or praised > 0.85
        if is_stated:
            for card in held:
                card.statements.append(Statement(day, trainings, complaints, praises))
    return found


def _card(census: Census, life: Life, stream: Stream, traits: tuple[str, bool], day: date, number: int) -> Card:
    is_alone = stream.chance(0.2)
    company = trades.firm(census, life, "O8010", stream)
    return Card(
        number=f"JZ{day.year % 100:02d}{life.person.index:07d}{number:02d}",
        company=None if is_alone else company,
        work=traits[0],
        is_verified=traits[1],
        issued_on=day,
        valid_to=months.later(day, 12 * YEARS_VALID) - timedelta(days=1),
    )
