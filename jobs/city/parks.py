"""Clusters of businesses: the profile's own, and invented parks, bases and industries that lie across their edges."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import cos, pi, radians, sin

import schemas
from jobs.city import employers, months
from jobs.city.chance import Stream
from jobs.city.employers import Business
from jobs.city.people import Census

KINDS = ("PARK", "BASE", "INDUSTRY", "PARK", "BASE", "PARK")
"""One invented cluster each."""

_NAMES = {"PARK": "科技产业园", "BASE": "青年创业基地", "INDUSTRY": "智能制造集聚区"}
_WORDS = ("云帆", "启明", "汇智", "临江", "和创", "新北", "金谷", "星河")
_DEGREE_KM = 111.32
"""Length of a degree of latitude."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster: code, names, where it lies; `boundary` None where a list alone says who belongs."""

    code: str
    kind: str
    names: tuple[str, ...]
    district: str
    boundary: str | None


@dataclass(frozen=True, slots=True)
class Membership:
    """A business in a cluster from the day it moved in."""

    cluster: Cluster
    business: Business
    name: str
    since: date
    until: date | None


@lru_cache(maxsize=8)
def clusters(census: Census) -> tuple[Cluster, ...]:
    """Return the profile's clusters, then the invented ones; each of those reaches into one of the profile's."""
    stated = schemas.city(census.profile.name).clusters
    found = []
    for one in stated:
        centre = one.get("centre")
        stream = census.stream("cluster", one["code"])
        boundary = _polygon(stream, centre[0], centre[1], 4.0) if centre else None
        names = (one["zh_name"], *one.get("alias_names", ()))
        found.append(Cluster(one["code"], one["kind"], names, one["district_code"], boundary))
    placed = [one for one in stated if one.get("centre")]
    for number, kind in enumerate(KINDS if placed else ()):
        stream = census.stream("cluster", f"invented:{number}")
        near, angle = placed[number % len(placed)], stream.draw() * 2 * pi
        east, north = near["centre"]
        east += 4.0 * cos(angle) / (_DEGREE_KM * cos(radians(north)))
        north += 4.0 * sin(angle) / _DEGREE_KM
        word = _WORDS[(number + stream.below(2) * len(KINDS)) % len(_WORDS)]
        names = (f"{word}{_NAMES[kind]}", word, f"{near['zh_name']}{word}园")
        boundary = _polygon(stream, east, north, 1.5) if number % 3 != 2 else None
        found.append(Cluster(f"PK-{number + 1:02d}", kind, names, near["district_code"], boundary))
    return tuple(found)


def _polygon(stream: Stream, east: float, north: float, km: float) -> str:
    """Draw a ring of eight corners about a point, as WKT in degrees."""
    corners = []
    for corner in range(8):
        angle, reach = corner * pi / 4, km * (0.75 + 0.5 * stream.draw())
        x = east + reach * cos(angle) / (_DEGREE_KM * cos(radians(north)))
        corners.append(f"{x:.5f} {north + reach * sin(angle) / _DEGREE_KM:.5f}")
    comma = stream.pick((", ", ","))
    return f"POLYGON{stream.pick((' ', ''))}(({comma.join([*corners, corners[0]])}))"


def of_employer(census: Census, business: Business) -> list[Membership]:
    """Return where an employer is: in its district's new town, in a park, in both, or mostly nowhere."""
    shares, stream = census.profile.shares, census.stream("park", business.number)
    found = []
    is_member, is_parked, place = (
        stream.chance(shares["new_town_member"]),
        stream.chance(shares["park_member"]),
        stream.draw(),
    )
    towns = [one for one in clusters(census) if one.kind == "NEW_TOWN" and one.district == business.district]
    parks = [one for one in clusters(census) if one.kind != "NEW_TOWN"]
    for cluster in (*towns[: int(is_member)], *([parks[int(place * len(parks))]] if is_parked and parks else [])):
        since = business.established_on + timedelta(days=stream.below(600))
        leaves, month, day = stream.chance(0.1), stream.below(36), stream.between(1, 28)
        moved_out = months.on(months.month(census.profile.first_month) + month, day) if leaves else None
        found.append(Membership(cluster, business, stream.pick(cluster.names), since, moved_out))
    return found


def of_shop(census: Census, business: Business, opened_on: date, closed_on: date | None) -> list[Membership]:
    """Return the base for start-ups that a new business moves into, if it does."""
    stream = census.stream("base", business.uscc)
    is_member, place = stream.chance(census.profile.shares["base_member"]), stream.draw()
    bases = [one for one in clusters(census) if one.kind == "BASE"]
    if not is_member or not bases:
        return []
    cluster = bases[int(place * len(bases))]
    return [Membership(cluster, business, stream.pick(cluster.names), opened_on, closed_on)]


def of_quarter(census: Census, quarter: int) -> list[Membership]:
    """Return the memberships of the employers registered with a quarter of the city."""
    numbers = employers.of_quarter(quarter)
    return [one for number in numbers for one in of_employer(census, employers.employer(census, number))]
