"""Records of the labour office: registrations of employment and unemployment, and their ends where somebody told."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item
from jobs.city.registration import Registration, registrations

LAYOUT = layout(
    "hrss_employment",
    prefix="JY",
    flaws=Flaws(
        codes=(("registration_kind_code", "招聘"), ("employment_form_code", "长期")),
        dates=("contract_start_date", "exit_date", "unemployment_start_date"),
        placeholders=(("contract_end_date", "9999-12-31", False), ("exit_date", "9999-12-31", False),
                      ("contract_start_date", "1900-01-01", False)),
        future=("exit_date",),
        order=(("contract_start_date", "contract_end_date"), ("contract_start_date", "exit_date"),
               ("unemployment_start_date", "unemployment_end_date")),
        keys=("registration_no", "registration_kind_code"),
        restated=("contract_start_date", lambda text, stream: _earlier(text, stream.between(1, 20))),
        strange=("registration_no", lambda number: f"ZZ{number[2:]}"),
        deletes=True,
    ),
)  # fmt: skip
LAYOUTS = (LAYOUT,)
_FORMS = {"EMPLOYEE": "单位就业", "DISPATCH": "劳务派遣", "PART_TIME": "非全日制", "FLEXIBLE": "灵活就业"}
_KINDS = {True: "就业登记", False: "失业登记"}
MEANT = {
    LAYOUT: Meaning(
        texts=("registration_no", "employer_uscc_no"),
        days=("contract_start_date", "contract_end_date", "exit_date", "unemployment_start_date",
              "unemployment_end_date"),
        codes={
            "registration_kind_code": {"EMPLOYMENT": _KINDS[True], "UNEMPLOYMENT": _KINDS[False]},
            "employment_form_code": _FORMS,
        },
    )
}  # fmt: skip


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the person's registrations and the reports of their ends."""
    found = [made for one in registrations(census, life) for made in _items(census, life, one)]
    return [(LAYOUT, sorted(found, key=lambda made: (made.day, made.second)))]


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the registrations as told."""
    for one in registrations(census, life):
        kind = "EMPLOYMENT" if one.form else "UNEMPLOYMENT"
        yield Fact(kind, one.since, one.ended_on, one.form, one.employer.uscc if one.employer else None)


def registration_no(life: Life, one: Registration) -> str:
    """Return the number of a registration."""
    return f"{'JY' if one.form else 'SY'}31{life.person.index:09d}{one.number:02d}"


def _earlier(text: str, days: int) -> str:
    return (date.fromisoformat(text) - timedelta(days=days)).isoformat()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _items(census: Census, life: Life, one: Registration) -> Iterator[Item]:
    stream = census.stream("registration-lines", f"{life.person.index}:{one.number}")
    is_label, zone = stream.chance(0.3), census.profile.zone
    first, second = stream.between(9 * 3600, 12 * 3600), stream.between(13 * 3600, 17 * 3600)
    facts: dict[str, Any] = {
        "registration_no": registration_no(life, one),
        "registration_kind_code": _KINDS[one.form is not None] if is_label else _kind(one),
        "employer_uscc_no": one.employer.uscc if one.employer else None,
        "employer_name": one.employer.name if one.employer else None,
        "employment_form_code": _FORMS[one.form] if is_label and one.form else one.form,
        "contract_start_date" if one.form else "unemployment_start_date": one.since.isoformat(),
        "contract_end_date": _iso(one.term_end),
    }
    yield item(LAYOUT, one.told_on, first, zone, "I", life.person, **facts)
    if one.end_told_on is not None:
        facts["exit_date" if one.form else "unemployment_end_date"] = _iso(one.ended_on)
        yield item(LAYOUT, one.end_told_on, second, zone, "U", life.person, **facts)


def _kind(one: Registration) -> str:
    return "EMPLOYMENT" if one.form else "UNEMPLOYMENT"
