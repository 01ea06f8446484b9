"""Records of the public security bureau: registrations, permits, endorsements, moves, hukou, departures, deaths."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from jobs.city import addresses, months
from jobs.city.chance import Stream
from jobs.city.layout import Fact, Flaws, Layout, layout
from jobs.city.lives import Life, phones
from jobs.city.meaning import Meaning
from jobs.city.people import Census, person
from jobs.city.records import Item

LAYOUT = layout(
    "psb_residence",
    prefix="PSB",
    flaws=Flaws(
        codes=(("residence_reason_code", "打零工"), ("dwelling_kind_code", "VILLA"), ("gender_code", "3")),
        dates=("arrive_date", "valid_to_date", "residence_start_date", "issue_date"),
        placeholders=(
            ("residence_end_date", "9999-12-31", False),
            ("arrive_date", "1900-01-01", False),
            ("issue_date", "1900-01-01", True),
        ),
        future=("birth_date",),
        order=(("issue_date", "valid_to_date"),),
        keys=("registration_no",),
        restated=("address_text", lambda text, stream: f"{text}（第{stream.between(1, 9)}次核对）"),
        strange=("registration_no", lambda number: f"DX{number[2:]}"),
        deletes=True,
    ),
)
LAYOUTS = (LAYOUT,)
_AT = LAYOUT.places
_REASONS = {"EMPLOYEE": "WORK", "FLEXIBLE": "WORK", "OWNER": "BUSINESS"}
_LABELS = {"WORK": "务工", "BUSINESS": "经商", "JOIN_CHILD": "投靠子女", "ACCOMPANY": "随迁"}
MEANT = {
    LAYOUT: Meaning(
        texts=("registration_no", "permit_no", "certificate_type_code", "district_code", "hukou_code"),
        days=("issue_date", "valid_to_date", "endorsed_date", "arrive_date", "residence_start_date",
              "residence_end_date", "hukou_date", "birth_date", "death_date"),
        flags=("has_coresident_child", "is_cancelled"),
        codes={
            "residence_reason_code": {"OTHER": (), **_LABELS},
            "hukou_entry_code": dict.fromkeys(("BIRTH", "MOVE_IN", "OTHER"), ()),
            "dwelling_kind_code": dict.fromkeys(("RENTED", "DORM", "SITE", "RELATIVE", "OTHER"), ()),
        },
    )
}  # fmt: skip


class Registry:
    """The bureau's page on one person; each change of it is a row of the next delivery."""

    def __init__(self, census: Census, life: Life) -> None:
        self.census, self.life = census, life
        self.stream = census.stream("residence", life.person.index)
        self.items: list[Item] = []
        self.spells: list[tuple[str, date, date | None, str]] = []
        self.permits: list[tuple[date, date]] = []
        self.row: list[Any] | None = None
        self.count = 0

    def _open_row(self) -> list[Any]:
        if self.row is None:
            raise ValueError("nothing is registered yet")
        return self.row

    def show(self, day: date, operation: str, **changes: Any) -> None:
        """Write the page as it stands after a change."""
        row = self._open_row()
        for name, value in changes.items():
            row[_AT[name]] = value.isoformat() if isinstance(value, date) else value
        row[_AT["mobile_no"]] = _phone(self.census, self.life, months.of(day))
        second = self.stream.between(9 * 3600, 17 * 3600)
        key = [row[_AT[name]] for name in LAYOUT.key]
        is_known = any([item.values[_AT[name]] for name in LAYOUT.key] == key for item in self.items[-1:])
        row[_AT["operation_code"]] = "U" if is_known else operation
        row[_AT["event_at"]] = months.local_text(day, second, self.census.profile.zone)
        self.items.append(Item(months.of(day), day, second, list(row)))

    def open(self, day: date, start: date, spell: Any, arrived: date) -> None:
        """Open a registration at a dwelling; the permit goes on."""
        who, stream = self.life.person, self.stream
        kept = self._permit(day)
        self.count += 1
        row: list[Any] = [None] * len(LAYOUT.columns)
        hukou = self.life.home.hukou_on(day)
        reason = self._reason(day)
        is_label = stream.chance(0.3)
        facts = {
            "source_code": "psb_residence",
            "certificate_type_code": who.certificate_kind,
            "certificate_no": who.certificate_no,
            "person_name": who.name,
            "registration_no": f"DJ{spell.dwelling.district}{who.index:08d}{self.count:02d}",
            "arrive_date": arrived.isoformat(),
            "residence_reason_code": _LABELS.get(reason, reason) if is_label else reason,
            "dwelling_kind_code": spell.kind,
            "address_text": addresses.text(spell.dwelling, stream, dict(self.census.profile.rates), 1.0),
            "district_code": spell.dwelling.district,
            "hukou_code": hukou.code,
            "hukou_date": hukou.since.isoformat() if hukou.since else None,
            "hukou_entry_code": hukou.entry,
            "has_coresident_child": self._has_child(day),
            "gender_code": {"1": "男", "2": "女"}[who.gender] if is_label else who.gender,
            "birth_date": who.born_on.isoformat(),
            "is_cancelled": False,
        }
        for name, value in (facts | kept).items():
            row[_AT[name]] = value
        self.row = row
        self.spells.append((row[_AT["registration_no"]], start, None, spell.dwelling.district))
        self.show(day, "I", issue_date=day, residence_start_date=start)

    def close(self, day: date, ended: date, **changes: Any) -> None:
        """End the open registration on the page."""
        number, start, _, district = self.spells[-1]
        self.spells[-1] = (number, start, ended, district)
        self.show(day, "U", residence_end_date=ended, **changes)

    def endorse(self, day: date) -> None:
        """Issue the permit, or endorse it for a year: a new row, as the bureau does."""
        row = self._open_row()
        valid_to = months.later(day, 12) - timedelta(days=1)
        self.permits.append((day, valid_to))
        permit_no = row[_AT["permit_no"]] or f"JZ{self.life.person.index:09d}{self.count:02d}"
        self.show(day, "I", issue_date=day, permit_no=permit_no, valid_to_date=valid_to, endorsed_date=day)

    def _permit(self, day: date) -> dict[str, Any]:
        """Return what a new page takes over from the old one; a lapsed permit keeps its number only."""
        if self.row is None:
            return {}
        kept = {name: self.row[_AT[name]] for name in ("permit_no", "valid_to_date", "endorsed_date")}
        is_lapsed = (kept["valid_to_date"] or "") < day.isoformat()
        return {"permit_no": kept["permit_no"]} if is_lapsed else kept

    def state_on(self, day: date) -> list[Any] | None:
        """Return the page as it stood on a day."""
        return next((item.values for item in reversed(self.items) if item.day <= day), None)

    def _reason(self, day: date) -> str:
        age = day.year - self.life.person.born_on.year
        if age < 18:
            return "ACCOMPANY"
        if age > 60:
            return "JOIN_CHILD"
        return _REASONS.get(self.life.work.kind, "WORK" if self.stream.chance(0.6) else "OTHER")

    def _has_child(self, day: date) -> bool:
        age = day.year - self.life.person.born_on.year
        return self.stream.chance(0.75 if age > 60 else 0.2 if age > 25 else 0.0)


def _phone(census: Census, life: Life, month: int) -> str:
    tie = life.person.tie
    if tie is not None and attacks(life):
        return phones(census, person(census, tie.other), month)[-1].number
    return life.phone_in(month)


def _events(registry: Registry) -> Iterator[tuple[date, int, str, Any]]:
    """Yield what happens, unsorted: (day, rank on that day, kind, detail)."""
    life, stream = registry.life, registry.stream
    shares, who = registry.census.profile.shares, life.person
    for number, stay in enumerate(life.presence.stays):
        spells = [spell for spell in life.home.spells if spell.stay == number]
        registers = stream.chance(shares["native_registered"] if who.is_native else 0.92)
        applies, delay = stream.chance(0.78), stream.between(3, 50)
        moved = [(stream.chance(0.6), stream.between(2, 40)) for _ in spells]
        checks_out = stream.chance(0.35)
        if not spells or not registers:
            continue
        arrived = spells[0].since if who.is_native else stay.since
        first = None
        for spell, (re_registers, lag) in zip(spells, moved, strict=True):
            day = spell.since + timedelta(days=delay if first is None else lag)
            if (first is None or re_registers) and (spell.until is None or day <= spell.until):
                yield day, 0, "open", (spell, arrived)
                first = first or day
        if first is None:
            continue
        if applies and not who.is_native and who.certificate_kind == "RID":
            yield from _permits(stream, months.later(first, 6), stay.until, life)
        if stay.until is not None and life.presence.died_on is None and checks_out:
            yield stay.until, 5, "leave", None
    if life.presence.died_on is not None:
        yield life.presence.died_on, 6, "die", None
    for hukou in life.home.hukou[1:]:
        if hukou.since is not None:
            yield hukou.since, 3, "hukou", hukou


def _permits(stream: Stream, first: date, ends: date | None, life: Life) -> Iterator[tuple[date, int, str, Any]]:
    day = first + timedelta(days=stream.below(20))
    settled = next((hukou.since for hukou in life.home.hukou[1:] if hukou.since), None)
    end = ends or months.last(life.until)
    while day <= end and (settled is None or day < settled):
        yield day, 2, "endorse", None
        habit = stream.draw()
        if habit > 0.96:
            return
        valid_to = months.later(day, 12) - timedelta(days=1)
        day = (
            valid_to + timedelta(days=stream.between(15, 150))
            if habit > 0.86
            else valid_to - timedelta(days=stream.below(25))
        )


def registry(census: Census, life: Life) -> Registry:
    """Keep the bureau's page through a life; rows before our history are left out but for the last one."""
    page = Registry(census, life)
    end = months.last(life.until)
    events = sorted(_events(page), key=lambda event: event[:2])
    for day, _, kind, detail in events:
        if day > end or (kind != "open" and page.row is None):
            continue
        if kind == "open":
            spell, arrived = detail
            is_open = bool(page.spells) and page.spells[-1][2] is None
            if is_open and page.stream.chance(0.35):  # nobody checks out, or hardly anybody
                page.close(day, max(spell.since - timedelta(days=1), page.spells[-1][1]))
            page.open(day, spell.since, spell, arrived)
        elif kind == "endorse":
            page.endorse(day)
        elif kind == "hukou":
            page.show(day, "U", hukou_code=detail.code, hukou_date=detail.since, hukou_entry_code=detail.entry)
        elif kind == "leave":
            page.close(day, day, is_cancelled=True)
        else:
            page.close(day, day, is_cancelled=True, death_date=day)
    start = months.month(census.profile.first_month)
    old = [item for item in page.items if item.month < start]
    page.items = old[-1:] + [item for item in page.items if item.month >= start]
    return page


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the bureau's rows on a person."""
    return [(LAYOUT, registry(census, life).items)]


def identifiers(census: Census, life: Life) -> Iterator[tuple[str, str | None, date | None, date | None, bool]]:
    """Yield permit numbers and addresses as written, and the phone of another that an attacker gave."""
    page = registry(census, life)
    if attacks(life) and page.row is not None:
        yield "MOBILE", page.row[_AT["mobile_no"]], None, None, False
    for kind, column in (("PERMIT", "permit_no"), ("ADDRESS", "address_text")):
        written = {item.values[_AT[column]] for item in page.items} - {None}
        yield from ((kind, value, None, None, True) for value in sorted(written))


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield registrations, permits and the hukou."""
    page = registry(census, life)
    yield from (Fact("RESIDENCE", start, end, district) for _, start, end, district in page.spells)
    yield from (Fact("PERMIT", start, end) for start, end in page.permits)
    yield from (Fact("HUKOU", hukou.since, None, hukou.code) for hukou in life.home.hukou)


def attacks(life: Life) -> bool:
    """Say whether the person gives another's phone on the own record."""
    tie = life.person.tie
    return tie is not None and tie.kind == "attack" and tie.follows
