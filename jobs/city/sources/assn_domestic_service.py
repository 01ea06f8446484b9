"""Records of the association of domestic services: cards, and each later statement of them."""

from collections.abc import Iterable, Iterator
from datetime import date

from jobs.city import household, months, trades
from jobs.city.household import Card
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item

LAYOUT = layout(
    "assn_domestic_service",
    prefix="ADS",
    flaws=Flaws(
        codes=(("work_kind_code", "保镖"),),
        dates=("issue_date", "valid_to_date"),
        placeholders=(("issue_date", "1900-01-01", True), ("valid_to_date", "1900-01-01", False)),
        future=("issue_date",),
        order=(("issue_date", "valid_to_date"),),
        keys=("card_no",),
        restated=("praise_count", lambda count, stream: count + stream.between(1, 9)),
        strange=("card_no", lambda number: f"X{number}"),
        deletes=True,
        is_text_line=True,
    ),
)
LAYOUTS = (LAYOUT,)
_WORK = {
    "NANNY": "住家保姆",
    "HOURLY": "钟点工",
    "MATERNITY": "月嫂",
    "CHILD_CARE": "育婴员",
    "ELDER_CARE": "养老护理",
    "PATIENT_CARE": "护工",
    "CLEANING": "保洁",
    "COOK": "家庭厨师",
}
MEANT = {
    LAYOUT: Meaning(
        texts=("card_no", "company_uscc_no"), days=("issue_date", "valid_to_date"), codes={"work_kind_code": _WORK}
    )
}


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return a domestic worker's cards as they were stated."""
    found = [made for card in household.cards(census, life) for made in _items(census, life, card)]
    return [(LAYOUT, sorted(found, key=lambda made: (made.day, made.second)))] if found else []


def identifiers(census: Census, life: Life) -> Iterator[tuple[str, str, date | None, date | None, bool]]:
    """Yield the cards."""
    for card in household.cards(census, life):
        yield "CARD", card.number, card.issued_on, card.valid_to, True


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the cards, with the company that sends the worker."""
    for card in household.cards(census, life):
        uscc = card.company.uscc if card.company else None
        yield Fact("CARD", card.issued_on, card.valid_to, card.work, uscc)


def _items(census: Census, life: Life, card: Card) -> Iterator[Item]:
    has_number, agrees = trades.known(census, life, "domestic_worker", card.number)
    stream = census.stream("card records", card.number)
    is_label = stream.chance(0.6)
    for place, stated in enumerate(card.statements):
        second = stream.between(9 * 3600, 17 * 3600)
        yield item(
            LAYOUT,
            stated.on,
            second,
            census.profile.zone,
            "U" if place else "I",
            life.person,
            card.company.uscc if card.company else None,
            has_number=has_number,
            has_share_consent=agrees,
            mobile_no=life.phone_in(months.of(stated.on)),
            card_no=card.number,
            company_name=card.company.name if card.company else None,
            company_uscc_no=card.company.uscc if card.company else None,
            work_kind_code=_WORK[card.work] if is_label else card.work,
            training_count=stated.trainings,
            issue_date=card.issued_on.isoformat(),
            valid_to_date=card.valid_to.isoformat(),
            complaint_count=stated.complaints,
            praise_count=stated.praises,
            is_background_verified=True if card.is_verified else None,
        )
