"""Rows of the market-supervision office on penalties and abnormal businesses: decided, performed, repaired, removed."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from jobs.city import months, penalties
from jobs.city.adverse import adverse
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.penalties import Penalty
from jobs.city.people import Census, Person
from jobs.city.records import Item

LAYOUT = layout(
    "amr_penalty",
    prefix="PEN",
    flaws=Flaws(
        codes=(("kind_code", "约谈"),),
        dates=("decided_date", "performed_date", "removed_date"),
        placeholders=(
            ("performed_date", "9999-12-31", False),
            ("repaired_date", "9999-12-31", False),
            ("decided_date", "1900-01-01", True),
        ),
        future=("decided_date",),
        order=(("decided_date", "performed_date"), ("listed_date", "removed_date")),
        amounts=("amount_cny",),
        keys=("document_no", "kind_code"),
        restated=("cause_text", lambda text, stream: f"{text}（第{stream.between(1, 9)}项）"),
        strange=("document_no", lambda number: number.replace("市监", "工商")),
        deletes=True,
    ),
)
LAYOUTS = (LAYOUT,)

AHEAD = 60
"""Months after the first delivered event for which employers' decisions are made; those still to come wait."""

_KINDS = {"PENALTY": "行政处罚", "ABNORMAL": "经营异常名录"}
MEANT = {
    LAYOUT: Meaning(
        texts=("document_no", "uscc_no"),
        days=("decided_date", "performed_date", "repaired_date", "listed_date", "removed_date"),
        codes={"kind_code": _KINDS},
    )
}


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the rows that name a person: as punished, or as the one behind an individual business."""
    return [(LAYOUT, _rows(census, penalties.of_life(census, life), life.person, life.until))]


def shared(census: Census, quarter: int) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the rows about the employers registered with a quarter of the city: they name nobody."""
    until = census.since + AHEAD
    return [(LAYOUT, _rows(census, penalties.of_employers(census, quarter, until), None, until))]


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield penalties with the day they were truly performed, and listings as abnormal."""
    for penalty in penalties.of_life(census, life):
        uscc = penalty.business.uscc if penalty.business else None
        if penalty.kind == "ABNORMAL":
            yield Fact("ABNORMAL", penalty.decided_on, penalty.removed_on, penalty.document_no, uscc)
        else:
            told = penalty.performed_on if penalty.performed_told else None
            since, until, number = penalty.decided_on, penalty.performed_on, penalty.document_no
            yield adverse(since, until, told, number, uscc, "ADMIN_PENALTY")


def _rows(census: Census, decided: Iterable[Penalty], person: Person | None, until: int) -> list[Item]:
    found = [row for penalty in decided for row in _states(census, penalty, person, months.last(until))]
    return sorted(found, key=lambda row: (row.day, row.second))


def _states(census: Census, penalty: Penalty, person: Person | None, last: date) -> Iterator[Item]:
    """Yield the row as decided, and again each time the office adds a day to it."""
    stream = census.stream("penalty row", penalty.document_no)
    second, is_label = stream.between(9 * 3600, 16 * 3600), stream.chance(0.6)
    state: dict[str, Any] = {
        "document_no": penalty.document_no,
        "uscc_no": penalty.business.uscc if penalty.business else None,
        "kind_code": _KINDS[penalty.kind] if is_label else penalty.kind,
        "cause_text": penalty.cause,
        "authority_name": penalty.authority,
        "decided_date": penalty.decided_on.isoformat(),
        "amount_cny": f"{penalty.amount}.00" if penalty.amount is not None else None,
        "listed_date": penalty.decided_on.isoformat() if penalty.kind == "ABNORMAL" else None,
    }
    days = [("", penalty.decided_on), ("repaired_date", penalty.repaired_on), ("removed_date", penalty.removed_on)]
    if penalty.performed_told:
        days.insert(1, ("performed_date", penalty.performed_on))
    uscc = penalty.business.uscc if penalty.business else None
    for number, (column, day) in enumerate(days):
        if day is None or day > last:
            continue
        if column:
            state[column] = day.isoformat()
        operation = "U" if column else "I"
        row = item(LAYOUT, day, second + number, census.profile.zone, operation, person, uscc, **state)
        row.link_class = None if person else "NOT_LINKABLE"
        yield row
