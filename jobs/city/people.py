"""The people of the city: who they are, before anything happens to them.

A person follows from (profile, seed, index, people) alone; ties to others are looked up, never remembered.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from jobs.city import names, neighbours, numbers, regions
from jobs.city.chance import Stream
from jobs.city.neighbours import HOMONYM_BLOCK, Tie
from jobs.city.profile import Profile


@dataclass(frozen=True, slots=True)
class Census:
    """Which city: the profile, the seed, how many people there are, and since which month offices deliver events."""

    profile: Profile
    seed: int
    people: int
    since: int = 0

    def stream(self, kind: str, index: int | str) -> Stream:
        """Return the private draws of one thing of this city."""
        return Stream(self.seed, kind, index)


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person. `reliability` (0 to 1) drives what happens later and is never delivered.

    `written_name` is how offices write it that do not write `name`: the `former_name` of who has one, else a variant.
    """

    index: int
    certificate_kind: str
    certificate_no: str
    born_on: date
    gender: str
    name: str
    written_name: str
    former_name: str | None
    birth_hukou: str | None
    is_native: bool
    reliability: float
    pool: tuple[int, ...] | None
    tie: Tie | None

    @property
    def old_number(self) -> str | None:
        """Return the 15-digit form, for those who were once given one."""
        is_resident = self.certificate_kind == "RID" and self.born_on.year < 2000
        return numbers.old_form(self.certificate_no) if is_resident else None


def _birth(census: Census, index: int, tie: Tie | None) -> numbers.Birth:
    if tie is not None and tie.kind == "twin" and tie.follows:
        elder = numbers.birth(census.seed, tie.other)
        return elder._replace(sequence=elder.sequence + numbers.SLOTS)
    return numbers.birth(census.seed, index)


def _certificate(birth: numbers.Birth, stream: Stream, index: int) -> str:
    if birth.region.kind == "FPR" and birth.day.year < 2005 and stream.chance(0.4):
        letters = regions.FOREIGN_LETTERS[birth.region.certificate_code[3:]]
        return f"{letters}{500_000_000_000 + index:012d}"
    return birth.number()


def _name(census: Census, index: int, birth: numbers.Birth, tie: Tie | None) -> tuple[str, tuple[int, ...] | None]:
    stream = census.stream("name", index)
    year, gender = birth.day.year, birth.gender
    if tie is not None and tie.follows and tie.kind in ("twin", "kin"):
        first = neighbours.tie(census.profile, census.seed, tie.other, census.people)
        other, _ = _name(census, tie.other, numbers.birth(census.seed, tie.other), first)
        if " " in other or "·" in other:
            return other[:-1] + stream.pick("AIY" if " " in other else "克尔甫"), None
        family, alike = names.parts(other)
        return family + alike[:1] + stream.pick([one for one in "明华文平安宁" if one != alike[1:]]), None
    if birth.region.kind == "FPR":
        return names.latin(stream, gender), None
    if birth.region.certificate_code.startswith("65"):
        return names.minority(stream, gender), None
    if stream.chance(census.profile.rates["homonym"]):
        pool = (index // HOMONYM_BLOCK, year, int(gender))
        return names.common(census.stream("pool", f"{pool[0]}:{year}:{gender}"), gender), pool
    return names.chinese(stream, gender, year), None


@lru_cache(maxsize=1024)
def person(census: Census, index: int) -> Person:
    """Make a person."""
    tie = neighbours.tie(census.profile, census.seed, index, census.people)
    birth = _birth(census, index, tie)
    stream = census.stream("person", index)
    certificate_no = _certificate(birth, stream, index)
    name, pool = _name(census, index, birth, tie)
    bore = None
    if stream.chance(census.profile.rates["former_name"]) and not {" ", "·"} & set(name):
        bore = names.former(name, census.stream("former name", index), birth.gender)
    return Person(
        index=index,
        certificate_kind=birth.region.kind,
        certificate_no=certificate_no,
        born_on=birth.day,
        gender=birth.gender,
        name=name,
        written_name=bore or names.variant(name, stream),
        former_name=bore,
        birth_hukou=birth.region.hukou_code,
        is_native=(birth.region.hukou_code or "").startswith(census.profile.hukou_prefixes),
        reliability=round(1 - stream.draw() ** 2.2 * 0.9, 6),
        pool=pool,
        tie=tie,
    )


def guardian_of(census: Census, child: Person) -> str:
    """Return the number of a grown neighbour who stands for a child."""
    first = child.index - child.index % neighbours.BLOCK
    for index in range(first, min(first + neighbours.BLOCK, census.people)):
        if child.born_on.year - numbers.birth(census.seed, index).day.year >= 20:
            return person(census, index).certificate_no
    return person(census, first).certificate_no
