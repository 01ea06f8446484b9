"""Issued numbers with valid check digits, made by the standards' own arithmetic (domain.md, section 3.1).

The city must not share code with the pipeline's validators: these are the standards read a second time.
Sequence codes stay in 500-939, the generator's own range; 996-999 would mean births in 18xx.
"""

from bisect import bisect_right
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from jobs.city import regions
from jobs.city.chance import Permutation

MOD_11_2 = "10X98765432"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643: weights of the 17 digits before the check."""

USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
"""GB 32100."""

ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11714."""

FIRST_SEQUENCE, SLOTS = 500, 220
"""A cell (region, birth day) holds up to 220 people in 500-719; their twins stand 220 higher."""

FIRST_YEAR, LAST_YEAR = 1936, 2022


def resident_check(first17: str) -> str:
    """Return the check character of a resident number (ISO 7064 MOD 11-2)."""
    return MOD_11_2[sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True)) % 11]


def old_form(number: str) -> str:
    """Return the 15-digit number that a person born in 19xx was first given."""
    return number[:6] + number[8:17]


def organisation_check(first8: str) -> str:
    """Return the check character of an organisation code."""
    total = sum(int(character, 36) * weight for character, weight in zip(first8, ORGANISATION_WEIGHTS, strict=True))
    check = 11 - total % 11
    return {10: "X", 11: "0"}.get(check, str(check))


def credit_code(kind: str, region: str, first8: str) -> str:
    """Return a unified social credit code: kind of register, region, organisation code, check."""
    body = kind + region + first8 + organisation_check(first8)
    total = sum(USCC.index(character) * weight for character, weight in zip(body, USCC_WEIGHTS, strict=True))
    return body + USCC[(31 - total % 31) % 31]


def base31(value: int, width: int) -> str:
    """Write a number in the alphabet of GB 32100."""
    digits = []
    for _ in range(width):
        value, digit = divmod(value, 31)
        digits.append(USCC[digit])
    return "".join(reversed(digits))


def registration_no(region: str, sequence: int) -> str:
    """Return an old business registration number: region, sequence, check by ISO 7064 MOD 11,10."""
    body = f"{region}{sequence % 100000000:08d}"
    product = 10
    for digit in body:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    return body + str((11 - product) % 10)


class Birth(NamedTuple):
    """What a resident number says: where, when, and the sequence whose parity is the gender."""

    region: regions.Region
    day: date
    sequence: int

    @property
    def gender(self) -> str:
        """Return 1 for male (odd), 2 for female (GB/T 2261.1)."""
        return "1" if self.sequence % 2 else "2"

    def number(self) -> str:
        """Return the 18 characters."""
        body = f"{self.region.certificate_code}{self.day:%Y%m%d}{self.sequence:03d}"
        return body + resident_check(body)


def _year_weight(year: int) -> float:
    """Share of a birth year among the people of a city of arrival: many of 20 to 40, few old, few children."""
    for first, weight in ((2008, 0.12), (2001, 0.62), (1986, 1.0), (1971, 0.6), (1961, 0.22)):
        if year >= first:
            return weight
    return 0.05


class Births:
    """All (region, birth day, sequence) triples the generator may use, as many as people are born there and then."""

    def __init__(self) -> None:
        top = max(region.weight for region in regions.REGIONS)
        self.cells: list[tuple[regions.Region, int, int]] = []
        self.ends: list[int] = []
        total = 0
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            days = date(year, 12, 31).timetuple().tm_yday
            for region in regions.REGIONS:
                slots = max(2, round(SLOTS * _year_weight(year) * region.weight / top))
                total += slots * days
                self.cells.append((region, year, slots))
                self.ends.append(total)
        self.size = total

    def at(self, place: int) -> Birth:
        """Return the triple at a place."""
        cell = bisect_right(self.ends, place)
        region, year, slots = self.cells[cell]
        rest = place - (self.ends[cell - 1] if cell else 0)
        day, slot = divmod(rest, slots)
        return Birth(region, date(year, 1, 1) + timedelta(days=day), FIRST_SEQUENCE + slot)


@cache
def births() -> Births:
    """Return the one table of triples."""
    return Births()


@cache
def _people(seed: int) -> Permutation:
    return Permutation(seed, "births", births().size)


def birth(seed: int, index: int) -> Birth:
    """Return the birth of a person: no two people of a city share one."""
    return births().at(_people(seed).of(index))


MOBILE_PREFIXES = (
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "152",
    "157",
    "158",
    "159",
    "178",
    "182",
    "183",
    "187",
    "188",
    "130",
    "131",
    "132",
    "155",
    "156",
    "185",
    "186",
    "133",
    "153",
    "177",
    "180",
    "189",
)


@cache
def _mobiles(seed: int) -> Permutation:
    return Permutation(seed, "mobiles", len(MOBILE_PREFIXES) * 100_000_000)


def mobile(seed: int, index: int, change: int) -> str:
    """Return the mobile number a person holds after so many changes (at most 16)."""
    prefix, rest = divmod(_mobiles(seed).of(index * 16 + change % 16), 100_000_000)
    return f"{MOBILE_PREFIXES[prefix]}{rest:08d}"
