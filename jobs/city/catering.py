"""Restaurants that are members of the catering association, and who works in them in which post."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from jobs.city import employers, months, trades
from jobs.city.employers import Business
from jobs.city.lives import Life
from jobs.city.people import Census

INDUSTRY = "H"
"""GB/T 4754: 62 餐饮业, with the hotels of 61."""

BRANCHES = 3
STAFF = ("CHEF", "KITCHEN", "KITCHEN", "WAITER", "WAITER", "WAITER", "CASHIER", "DISHWASHER", "CLEANER", "MANAGER")
GAP = 1
"""Months of pause after which a post has ended."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A member shop: the association's number, the names it goes by, its grade and its good ratings."""

    member_no: str
    business: Business
    names: tuple[str, str]
    grade: str
    rating: float
    joined_on: date


@dataclass(frozen=True, slots=True)
class Post:
    """A person's post in a shop, told from `told_on` on; the end is told later, or never."""

    shop: Shop
    staff_no: str
    post: str
    since: date
    told_on: date
    until: date | None
    ended_on: date | None


def shop(census: Census, business: Business, branch: int) -> Shop | None:
    """Return a shop of a restaurant; None where the restaurant is no member."""
    if not business.industry_code.startswith(INDUSTRY):
        return None
    if not census.stream("catering member", business.uscc).chance(census.profile.shares["catering_member"]):
        return None
    stream = census.stream("catering shop", f"{business.uscc}:{branch}")
    short = business.name.removeprefix("上海市").removeprefix("上海").removesuffix("有限公司")
    return Shop(
        member_no=f"CY{business.uscc[8:16]}{branch:02d}",
        business=business,
        names=(f"{business.name}第{branch + 1}分店", f"{short}（{business.district[-2:]}{branch + 1}店）"),
        grade="AAABBC"[stream.below(6)],
        rating=round(0.55 + 0.44 * stream.draw(), 2),
        joined_on=business.established_on + timedelta(days=stream.below(28)),
    )


def posts(census: Census, life: Life) -> list[Post]:
    """Return a person's posts: of employees of a restaurant, of its owner, and of those who help out uninsured."""
    return sorted((*_employed(census, life), *_owned(census, life), *_helping(census, life)), key=lambda p: p.told_on)


def _employed(census: Census, life: Life) -> Iterator[Post]:
    for number, job in enumerate(life.work.jobs):
        stream = census.stream("post", f"{life.person.index}:{number}")
        found = shop(census, job.employer, stream.below(BRANCHES))
        day, post, tells, told = stream.between(1, 20), stream.pick(STAFF), stream.chance(0.7), stream.between(1, 9)
        if found is None:
            continue
        is_over = job.until is not None and job.until < life.until and tells
        since = months.on(job.since, day)
        until = months.last(job.until) if is_over and job.until is not None else None
        ended = months.on(job.until + 1, told) if until is not None and job.until is not None else None
        yield Post(found, f"YG{life.person.index:08d}{number:02d}", post, since, since, until, ended)


def _owned(census: Census, life: Life) -> Iterator[Post]:
    for number, own in enumerate(life.work.shops):
        found = shop(census, own.business, 0)
        told = max(own.opened_on, found.joined_on) if found else own.opened_on
        if found is None or months.of(told) > life.until or (own.closed_on is not None and own.closed_on < told):
            continue
        yield Post(
            found, f"YG{life.person.index:08d}L{number}", "MANAGER", own.opened_on, told, own.closed_on, own.closed_on
        )


def _helping(census: Census, life: Life) -> Iterator[Post]:
    trade = trades.of(census, life, "kitchen_worker")
    near = trades.firms(census, life.person.index // employers.QUARTER, INDUSTRY) if trade else ()
    for number, (first, last) in enumerate(trades.runs(trade.months, GAP) if trade else ()):
        stream = census.stream("help", f"{life.person.index}:{number}")
        branch, day, post = stream.below(BRANCHES), stream.between(1, 20), stream.pick(STAFF[:-1])
        shops = [found for business in near if (found := shop(census, business, branch))]
        tells, told, place = stream.chance(0.7), stream.between(1, 9), stream.draw()
        if not shops:
            continue
        since = months.on(first, day)
        is_over = tells and last + GAP + 2 <= life.until
        until, ended = (months.last(last), months.on(last + GAP + 2, told)) if is_over else (None, None)
        chosen = shops[int(place * len(shops))]
        yield Post(chosen, f"YG{life.person.index:08d}H{number}", post, since, since, until, ended)
