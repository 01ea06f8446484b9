"""Banks, insurers and guarantors with branches and staff: the banks are the profile's, the others invented."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from jobs.city import addresses, months
from jobs.city.chance import Stream
from jobs.city.employers import QUARTER
from jobs.city.people import Census

INSURERS = ("insurer-p", "insurer-t", "insurer-r")
GUARANTORS = ("guarantor-m", "guarantor-k")
FUNDS = ("FUND-CITY", "FUND-STARTUP")
"""Government funds that bear a share of guaranteed loans."""

BRANCHES = 5
"""Branches of an institution for each thousand people."""

DESKS = 2
"""Posts in a branch for newcomers; who leaves one is followed by somebody else."""

YEARS = 6
"""How far ahead of the first month staff come, train and go; later months bring nothing new."""

_CENTRES = """
310101 121.485 31.232 310104 121.437 31.188 310105 121.424 31.220 310106 121.448 31.247 310107 121.396 31.250
310109 121.491 31.278 310110 121.526 31.270 310112 121.381 31.113 310113 121.489 31.405 310114 121.265 31.375
310115 121.567 31.222 310116 121.342 30.742 310117 121.228 31.032 310118 121.124 31.151 310120 121.474 30.918
310151 121.397 31.623
"""
_words = _CENTRES.split()
_PLACES = {
    code: (float(east), float(north)) for code, east, north in zip(_words[::3], _words[1::3], _words[2::3], strict=True)
}


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch: its own code, where it stands, and whether it serves one street only."""

    institution: str
    number: int
    code: str
    district: str
    street: str
    longitude: float
    latitude: float
    is_street_level: bool
    opened_on: date


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody's time in a branch; `trained_on` are the days of further trainings, `trained` those before."""

    staff_no: str
    branch: Branch
    since: date
    until: date | None
    trained: int
    trained_on: tuple[date, ...]


def bank_of(census: Census, index: int) -> str:
    """Return the bank where a person has an account and asks for loans."""
    return census.stream("bank", index).pick(census.profile.bank_codes)


def insurer_of(census: Census, index: int) -> str:
    """Return the insurer a person goes to."""
    return census.stream("insurer", index).pick(INSURERS)


def writes_words(census: Census, institution: str) -> bool:
    """Say whether an institution writes 是, 结清 and 40% where others write codes and 0.4."""
    return census.stream("habit", institution).chance(0.5)


def word(census: Census, institution: str, code: str | None, words: Mapping[str, str]) -> str | None:
    """Return a code as an institution writes it."""
    return words[code] if code is not None and writes_words(census, institution) else code


def share(census: Census, institution: str, basis_points: int) -> str:
    """Return a share as an institution writes it: 4.35% or 0.0435."""
    return f"{basis_points / 100:.2f}%" if writes_words(census, institution) else f"{basis_points / 10000:.4f}"


def product(census: Census, institution: str, kind: str) -> str:
    """Return an institution's own code of a kind of product: no two number theirs alike."""
    stream = census.stream("product", f"{institution}:{kind}")
    form = census.stream("products", institution).below(3)
    number = stream.between(11, 98)
    return (f"XSM-{number}", f"{number:04d}{kind[:1]}", f"新市民贷{number}号")[form]


@lru_cache(maxsize=4096)
def branch(census: Census, institution: str, number: int) -> Branch:
    """Make the n-th branch of an institution: five belong to each thousand people."""
    stream = census.stream("branch", f"{institution}:{number}")
    district = addresses.draw(stream, number).district
    east, north = _PLACES[district]
    mark = institution.replace("-", "").upper()
    return Branch(
        institution,
        number,
        f"{mark}{district}{number:05d}",
        district,
        f"{district}{stream.between(1, 18):03d}",
        round(east + (stream.draw() - 0.5) * 0.06, 6),
        round(north + (stream.draw() - 0.5) * 0.06, 6),
        stream.chance(0.4),
        date(1999, 1, 4) + timedelta(days=stream.below(22 * 365)),
    )


def of_quarter(census: Census, institution: str, quarter: int) -> Iterator[Branch]:
    """Yield an institution's branches that open with a quarter of the city."""
    for number in range(quarter * BRANCHES, (quarter + 1) * BRANCHES):
        yield branch(census, institution, number)


def near(census: Census, institution: str, index: int, stream: Stream) -> Branch:
    """Return the branch of an institution that a person goes to: one of the quarter."""
    return branch(census, institution, index // QUARTER * BRANCHES + stream.below(BRANCHES))


@lru_cache(maxsize=4096)
def posts(census: Census, found: Branch, desk: int) -> tuple[Post, ...]:
    """Return who sat at a desk of a branch, one after the other."""
    stream = census.stream("staff", f"{found.code}:{desk}")
    start = months.month(census.profile.first_month)
    end = start + 12 * YEARS
    turn = stream.below(3) * 4
    made: list[Post] = []
    since = months.on(start - stream.between(2, 60), stream.between(1, 28))
    while months.of(since) < end:
        leaves = months.of(since) + 4 + int(stream.draw() * 140)
        until = months.on(max(leaves, start + 1), 20)
        last = min(months.of(until), end)
        trained_on = tuple(
            months.on(month, 12) for month in range(max(months.of(since), start) + 1, last) if month % 12 == turn
        )
        number = f"{found.code}{desk}{len(made):02d}"
        is_open = months.of(until) >= end
        made.append(Post(number, found, since, None if is_open else until, stream.below(6), trained_on))
        since = until + timedelta(days=1)
    return tuple(made)


def on_duty(census: Census, found: Branch, desk: int, day: date) -> str:
    """Return the number of who sits at a desk on a day: the first one where the desk is not yet ours."""
    held = [post for post in posts(census, found, desk) if post.since <= day]
    return (held[-1] if held else posts(census, found, desk)[0]).staff_no
