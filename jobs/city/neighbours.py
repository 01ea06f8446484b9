"""What ties people together: twins, families on one phone, fathers and sons, recycled numbers, an attacker's victim.

Ties stay inside blocks of 100 people, planned from the block's number alone, so that a person made alone knows the
own ties without the rest of the city.
"""

from functools import lru_cache
from math import ceil
from typing import NamedTuple

from jobs.city import numbers
from jobs.city.chance import Stream
from jobs.city.profile import Profile

BLOCK = 100
HOMONYM_BLOCK = 5000
"""People within this many neighbours draw from one pool of common names a birth year."""


class Tie(NamedTuple):
    """A tie seen from one person: its kind, the other, and whether this one follows the other (takes its phone)."""

    kind: str
    other: int
    follows: bool


PAIRS = (("twin", "twins"), ("kin", "father_and_son"), ("family", "shared_phone"), ("recycled", "recycled_phone"))


def _due(share: float, blocks: int) -> int:
    """Return how many pairs the first blocks hold together: the share is met by every city, not by the average one."""
    return ceil(round(share * BLOCK * blocks, 6))


def _parent(seed: int, block: int, order: list[int]) -> list[int]:
    """Return a father and a son of one block, by their sex and the years between them; nobody if there are none."""
    births = [(place, numbers.birth(seed, block * BLOCK + place)) for place in order]
    men = [(place, born.day.year) for place, born in births if born.gender == "1" and born.region.kind == "RID"]
    pairs = ([a, b] for a, old in men for b, young in men if 20 <= young - old <= 40)
    return next(pairs, [])


@lru_cache(maxsize=64)
def _plan(profile: Profile, seed: int, block: int) -> dict[int, Tie]:
    stream = Stream(seed, "block", block)
    order = stream.shuffled(BLOCK)
    ties: dict[int, Tie] = {}
    rates = [(kind, profile.rates[rate] / (1 if kind == "recycled" else 2)) for kind, rate in PAIRS]
    rates.append(("attack", profile.rates["phone_attack"]))
    for kind, share in rates:
        for _ in range(_due(share, block + 1) - _due(share, block)):
            pair = _parent(seed, block, order) if kind == "kin" else order[-2:]
            if len(pair) < 2:
                break
            order = [place for place in order if place not in pair]
            first, second = (block * BLOCK + place for place in pair)
            ties[first] = Tie(kind, second, False)
            ties[second] = Tie(kind, first, True)
    return ties


def tie(profile: Profile, seed: int, index: int, people: int) -> Tie | None:
    """Return a person's tie to another person of the city, if there is one."""
    found = _plan(profile, seed, index // BLOCK).get(index)
    return found if found is not None and found.other < people else None
