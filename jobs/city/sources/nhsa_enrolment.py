"""Records of the medical-insurance office: one a person, scheme and month of enrolment."""

from collections.abc import Iterable, Iterator

from jobs.city import months
from jobs.city.enrolment import enrolments
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item

LAYOUT = layout(
    "nhsa_enrolment",
    prefix="YB",
    flaws=Flaws(
        codes=(("status_code", "欠费"), ("scheme_code", "商业")),
        dates=("period_month",),
        keys=("status_code", "scheme_code"),
        restated=("contribution_count", lambda text, stream: str(int(text) + stream.between(1, 12))),
        strange=("period_month", lambda period: f"{int(period[:4]) - 8}{period[4:]}"),
        deletes=True,
        is_text_line=True,
    ),
)
LAYOUTS = (LAYOUT,)
_SCHEMES = {"EMPLOYEE": ("职工", "职工医保"), "RESIDENT": ("居民", "城乡居民医保")}
_STATES = {"ACTIVE": ("正常", "参保缴费"), "SUSPENDED": ("暂停", "暂停参保"), "ENDED": ("终止", "终止参保")}
MEANT = {LAYOUT: Meaning(months=("period_month",), codes={"scheme_code": _SCHEMES, "status_code": _STATES})}


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the person's months, from the first month of our history on."""
    return [(LAYOUT, _items(census, life))]


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the last state told of each scheme and month."""
    told = {(line.scheme, line.period): line for line in enrolments(census, life)}
    for (scheme, period), line in sorted(told.items()):
        yield Fact("ENROLMENT_MONTH", months.on(period, 1), months.last(period), f"{scheme} {line.status}")


def _items(census: Census, life: Life) -> list[Item]:
    stream = census.stream("enrolment-lines", life.person.index)
    word = stream.below(2)
    found, known = [], set()
    for line in enrolments(census, life):
        second = stream.between(9 * 3600, 17 * 3600)
        if line.period < census.since:
            continue
        made = item(
            LAYOUT,
            line.told_on,
            second,
            census.profile.zone,
            "U" if (line.scheme, line.period) in known else "I",
            life.person,
            scheme_code=_SCHEMES[line.scheme][word],
            period_month=months.compact(line.period),
            status_code=_STATES[line.status][word],
            contribution_count=str(line.count),
            insured_region_code=line.region,
            account_balance_band=line.band or "",
        )
        known.add((line.scheme, line.period))
        found.append(made)
    return found
