"""Counter-based randomness: each stream follows from seed, kind and index alone, so any person can be made alone.

Only `random.Random.random()` is used, seeded by a string: its bits are the same on every machine and in every
Python release, which the standard library promises for this method and no other.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Stream:
    """A private sequence of draws for one thing of the city."""

    __slots__ = ("draw",)

    def __init__(self, seed: int, kind: str, index: int | str) -> None:
        self.draw = Random(f"{seed}:{kind}:{index}").random

    def chance(self, share: float) -> bool:
        """Return true in this share of draws."""
        return self.draw() < share

    def below(self, n: int) -> int:
        """Return an integer from 0 to n - 1."""
        return int(self.draw() * n)

    def between(self, first: int, last: int) -> int:
        """Return an integer from first to last, both included."""
        return first + int(self.draw() * (last - first + 1))

    def pick(self, items: Sequence[T]) -> T:
        """Return one item, all equally likely."""
        return items[int(self.draw() * len(items))]

    def weighted(self, items: Sequence[T], bounds: Sequence[float]) -> T:
        """Return one item by the running sums of the weights (see `running`)."""
        return items[bisect_right(bounds, self.draw() * bounds[-1])]

    def shuffled(self, n: int) -> list[int]:
        """Return 0 to n - 1 in random order."""
        order = list(range(n))
        for last in range(n - 1, 0, -1):
            other = int(self.draw() * (last + 1))
            order[last], order[other] = order[other], order[last]
        return order


def running(weights: Sequence[float]) -> tuple[float, ...]:
    """Return the running sums that `Stream.weighted` searches in; the last is the total."""
    total, sums = 0.0, []
    for weight in weights:
        total += weight
        sums.append(total)
    return tuple(sums)


class Permutation:
    """A keyed one-to-one map of 0 .. size - 1 onto itself, so that numbers never collide and nobody keeps a list.

    A balanced Feistel network walked until it lands inside; four rounds scatter well enough for invented numbers.
    """

    def __init__(self, seed: int, kind: str, size: int) -> None:
        self.size = size
        self._half = max(1, ((size - 1).bit_length() + 1) // 2)
        self._mask = (1 << self._half) - 1
        digest = hashlib.sha256(f"{seed}:{kind}".encode()).digest()
        self._keys = tuple(int.from_bytes(digest[8 * i : 8 * i + 8], "big") | 1 for i in range(4))

    def of(self, index: int) -> int:
        """Return the place of an index; an index beyond the size is refused, because two would then share one."""
        if not 0 <= index < self.size:
            raise ValueError(f"index {index} outside 0..{self.size - 1}")
        place = self._scatter(index)
        while place >= self.size:
            place = self._scatter(place)
        return place

    def _scatter(self, value: int) -> int:
        left, right = value >> self._half, value & self._mask
        for key in self._keys:
            mixed = ((right + 1) * key) & 0xFFFFFFFFFFFFFFFF
            mixed ^= mixed >> 29
            mixed = (mixed * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
            left, right = right, left ^ ((mixed >> 32) & self._mask)
        return (left << self._half) | right
