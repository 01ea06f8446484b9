"""Records of the civil-affairs office: one a grant of assistance, and its end."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from jobs.city import addresses
from jobs.city.assistance import assistance
from jobs.city.chance import Stream
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item


def _another(district: str, stream: Stream) -> str:
    return stream.pick([code for code in addresses.DISTRICTS if code != district])


LAYOUT = layout(
    "mca_assistance",
    prefix="MZ",
    flaws=Flaws(
        codes=(("assistance_kind_code", "困难"),),
        dates=("start_date", "end_date"),
        placeholders=(("end_date", "99991231", False), ("start_date", "19000101", True)),
        order=(("start_date", "end_date"),),
        keys=("assistance_kind_code", "start_date"),
        restated=("district_code", _another),
        strange=("start_date", lambda day: f"{int(day[:4]) - 8}{day[4:]}"),
        deletes=True,
        is_text_line=True,
    ),
)
LAYOUTS = (LAYOUT,)
_KINDS = {
    "MINIMUM_LIVING": ("低保", "最低生活保障"),
    "EXTREME_POVERTY": ("特困", "特困人员"),
    "TEMPORARY": ("临时", "临时救助"),
}
MEANT = {LAYOUT: Meaning(days=("start_date", "end_date"), codes={"assistance_kind_code": _KINDS})}


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the person's grants and their ends."""
    return [(LAYOUT, _items(census, life))]


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the grants."""
    for grant in assistance(census, life):
        yield Fact("ASSISTANCE", grant.since, grant.until, grant.kind)


def _items(census: Census, life: Life) -> list[Item]:
    stream = census.stream("assistance-lines", life.person.index)
    word, zone = stream.below(2), census.profile.zone
    found = []
    for grant in assistance(census, life):
        first, second = stream.between(9 * 3600, 12 * 3600), stream.between(13 * 3600, 17 * 3600)
        facts: dict[str, Any] = {
            "assistance_kind_code": _KINDS[grant.kind][word],
            "start_date": f"{grant.since:%Y%m%d}",
            "district_code": grant.district,
        }
        found.append(item(LAYOUT, grant.since, first, zone, "I", life.person, end_date="", **facts))
        if grant.until is not None:
            day = grant.until + timedelta(days=1)
            found.append(item(LAYOUT, day, second, zone, "U", life.person, end_date=f"{grant.until:%Y%m%d}", **facts))
    return found
