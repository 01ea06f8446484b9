"""Rows of the tax office: last year's credit grades, published in April; few are corrected months later."""

from collections.abc import Iterable, Iterator
from datetime import date

from jobs.city import employers, months
from jobs.city.employers import Business
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census, Person, person
from jobs.city.records import Item

GRADES = "ABMCD"

LAYOUT = layout(
    "tax_enterprise_rating",
    prefix="TXR",
    flaws=Flaws(
        codes=(("rating_code", "E级"),),
        dates=("published_date",),
        placeholders=(("published_date", "1900-01-01", False), ("published_date", "9999-12-31", False)),
        future=("published_date",),
        keys=("uscc_no", "rating_year", "rating_code"),
        restated=("rating_code", lambda said, stream: stream.pick([one for one in GRADES if one != said[0]])),
        strange=("rating_year", lambda year: str(int(year) - 8)),
        deletes=True,
    ),
)
LAYOUTS = (LAYOUT,)
_AT = LAYOUT.places
MEANT = {
    LAYOUT: Meaning(
        texts=("uscc_no", "rating_year"),
        days=("published_date",),
        codes={"rating_code": {grade: f"{grade}级" for grade in GRADES}},
    )
}

YEARS = 8
"""Grades are made for so many years from the first delivered month on; those still to come wait."""


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the grades of the businesses behind which a person stands: own shops, and an employer for a few."""
    found: list[Item] = []
    for shop in life.work.shops:
        until = min(shop.closed_on or months.last(life.until), months.last(life.until))
        for year, published in _published(census):
            if shop.opened_on.year <= year and published <= until:
                found.append(_grade(census, shop.business, year, published, life.person))
    for business, since in _led(census, life.person):
        for year, published in _published(census):
            if since <= published and business.established_on.year <= year and months.of(published) <= life.until:
                found.append(_grade(census, business, year, published, life.person))
    return [(LAYOUT, sorted(found, key=lambda row: (row.day, row.second)))]


def shared(census: Census, quarter: int) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the grades of the employers of a quarter of the city that nobody among us stands for."""
    first = quarter * employers.QUARTER
    heads = [person(census, index) for index in range(first, min(first + employers.QUARTER, census.people))
             if employers.led_by(index) is not None]  # fmt: skip
    led = {business.uscc: since for head in heads for business, since in _led(census, head)}
    found: list[Item] = []
    for number in employers.of_quarter(quarter):
        business = employers.employer(census, number)
        for year, published in _published(census):
            is_led = business.uscc in led and led[business.uscc] <= published
            if business.established_on.year <= year and not is_led:
                found.append(_grade(census, business, year, published, None))
    return [(LAYOUT, sorted(found, key=lambda row: (row.day, row.second)))]


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the grades as first published."""
    for _, items in records(census, life):
        for row in items:
            since, until = row.day, months.later(row.day, 12)
            yield Fact("TAX_RATING", since, until, row.values[_AT["rating_code"]][0], row.uscc)


def is_public(row: Item) -> bool:
    """Say whether a grade is on the A list that the law has published: an enterprise's A, no individual business's."""
    grade, uscc = str(row.values[_AT["rating_code"]]), str(row.values[_AT["uscc_no"]])
    return grade[:1] == "A" and not uscc.startswith("92")


def _published(census: Census) -> Iterator[tuple[int, date]]:
    """Yield each year that is graded and the day its grades are published: the end of the next April."""
    for year in range(census.since // 12 - 1, census.since // 12 + YEARS):
        published = date(year + 1, 4, 28)
        if months.of(published) >= census.since:
            yield year, published


def _led(census: Census, head: Person) -> Iterator[tuple[Business, date]]:
    """Yield the employer a person stands for, and since when: not before the age of 24."""
    number = employers.led_by(head.index)
    if number is not None:
        business = employers.employer(census, number)
        yield business, max(business.established_on, date(head.born_on.year + 24, 1, 15))


def _grade(census: Census, business: Business, year: int, published: date, head: Person | None) -> Item:
    stream = census.stream("tax rating", f"{business.uscc}:{year}")
    doubt = census.stream("tax", business.uscc).draw()  # how a business pays its taxes, year after year
    draw = 0.6 * doubt + 0.4 * stream.draw()
    is_new = year - business.established_on.year < 1
    grade = "M" if is_new else "A" if draw < 0.3 else "B" if draw < 0.75 else "C" if draw < 0.9 else "D"
    row = item(
        LAYOUT,
        published,
        stream.between(9 * 3600, 16 * 3600),
        census.profile.zone,
        "I",
        head,
        business.uscc,
        uscc_no=business.uscc,
        rating_year=str(year),
        rating_code=f"{grade}级" if stream.chance(0.5) else grade,
        published_date=published.isoformat(),
        has_tax_arrears="是" if grade in "CD" and stream.chance(0.5) else "否",
    )
    if head is None:
        row.link_class = "NO_NUMBER"
    return row
