"""Records of the courts: cases published with a masked number, the list of the dishonest, how both end or do not."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from jobs.city import enforcement, months
from jobs.city.adverse import adverse
from jobs.city.chance import Stream
from jobs.city.damage import spoil
from jobs.city.enforcement import Case
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item


def _without_end(row: Item, layout: Layout, _: Stream) -> bool:
    """Report a case as closed by performance and forget the day: the five years could not begin."""
    for column in ("performed_date", "closed_date"):
        row.values[layout.places[column]] = None
    return spoil(row, layout, "close_kind_code", "执行完毕", "ADV_END_MISSING")


LAYOUT = layout(
    "court_enforcement",
    prefix="COURT",
    flaws=Flaws(
        codes=(("kind_code", "限制高消费"), ("performance_code", "履行困难"), ("gender_code", "不详")),
        dates=("filed_date", "published_date", "term_end_date"),
        placeholders=(
            ("removed_date", "9999-12-31", False),
            ("published_date", "1900-01-01", False),
            ("filed_date", "1900-01-01", True),
        ),
        future=("published_date",),
        order=(("filed_date", "published_date"),),
        keys=("case_no", "masked_certificate_no", "filed_date"),
        restated=("court_name", lambda text, stream: f"{text}（执行{stream.between(1, 9)}庭）"),
        strange=("case_no", lambda number: number.replace("执", "执恢")),
        deletes=True,
        own=(("adverse_end_missing", _without_end),),
    ),
)
LAYOUTS = (LAYOUT,)
_CLOSED = {"PERFORMED": "执行完毕", "SETTLED": "和解", "NO_ASSETS": "终结本次执行程序", "OTHER": "其他方式"}
_UNPAID, _PARTLY, _PAID = "全部未履行", "部分履行", "全部履行"
MEANT = {
    LAYOUT: Meaning(
        texts=("case_no", "masked_certificate_no"),
        days=("filed_date", "published_date", "performed_date", "closed_date", "removed_date", "hidden_date",
              "term_end_date"),
        codes={
            "kind_code": {"ENFORCEMENT": "被执行", "DISHONEST": "失信"},
            "performance_code": {"NONE": _UNPAID, "PART": _PARTLY, "FULL": _PAID},
            "close_kind_code": _CLOSED,
        },
    )
}  # fmt: skip


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the publications about a person in order of time."""
    found = [row for case in enforcement.cases(census, life) for row in _case(census, life, case)]
    return [(LAYOUT, sorted(found, key=lambda row: (row.day, row.second)))]


def identifiers(census: Census, life: Life) -> Iterator[tuple[str, str | None, date | None, date | None, bool]]:
    """Yield the masked number, which with the name stands for the person."""
    for mask in sorted({case.mask for case in enforcement.cases(census, life)}):
        yield "MASKED", mask, None, None, True


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield both events of a case with their true end, and the days that follow from what the court reports of it."""
    for case in enforcement.cases(census, life):
        reported = {"ENFORCEMENT": case.ended_on}
        if case.listed_on is not None:
            reported["DISHONEST"] = case.ended_on if case.removed_on and case.removal_told else None
        for kind, told in reported.items():
            yield adverse(case.filed_on, case.ended_on, told, f"{case.number} {kind}", None, "COURT_ENFORCEMENT")


def _case(census: Census, life: Life, case: Case) -> Iterator[Item]:
    stream, last = census.stream("court", case.number), months.last(life.until)
    is_told = case.ended_on is not None and case.removed_on is not None and case.removal_told
    closing: dict[str, Any] = {}
    if case.closed_on is not None and case.close_kind is not None:
        closing = {
            "closed_date": case.closed_on.isoformat(),
            "close_kind_code": _CLOSED[case.close_kind],
            "performed_date": case.performed_on.isoformat() if case.performed_on else None,
            "performance_code": _PAID if case.close_kind == "PERFORMED" else _UNPAID if not case.ended_on else _PARTLY,
        }

    def row(day: date, kind: str, operation: str, published: date, **state: Any) -> Item:
        stated = {"performance_code": _UNPAID, **state}
        made = item(
            LAYOUT,
            day,
            stream.between(9 * 3600, 17 * 3600),
            census.profile.zone,
            operation,
            life.person,
            has_number=False,
            certificate_type_code="MASKED",
            masked_certificate_no=case.mask,
            case_no=case.number,
            kind_code=kind,
            court_name=case.court,
            gender_code="男" if life.person.gender == "1" else "女",
            age_count=(months.of(published) - months.of(life.person.born_on)) // 12,
            filed_date=case.filed_on.isoformat(),
            published_date=published.isoformat(),
            **stated,
        )
        made.link_class = "MASKED"
        return made

    yield row(case.published_on, "被执行", "I", case.published_on)
    if case.closed_on is not None and (told := case.closed_on + timedelta(days=stream.between(1, 15))) <= last:
        yield row(told, "被执行", "U", case.published_on, **closing)
    if case.listed_on is None or case.term_end is None:
        return
    term = case.term_end.isoformat()
    yield row(case.listed_on, "失信", "I", case.listed_on, term_end_date=term)
    if is_told and case.removed_on is not None:
        if case.removed_on <= last:
            gone = case.removed_on.isoformat()
            yield row(case.removed_on, "失信", "U", case.listed_on, term_end_date=term, removed_date=gone, **closing)
    elif (hidden := case.term_end + timedelta(days=1)) <= last and stream.chance(0.7):
        yield row(hidden, "失信", "U", case.listed_on, term_end_date=term, hidden_date=hidden.isoformat())
