"""Invented people as column expressions: what a number draws, under a seed, on any machine and in any partition.

Nothing here is random and nothing is made in Python per row: a person is a number, and everything about a person is a
hash of it. Shares no function with the city; these people only need to be as hard to link as the city's.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pyspark.sql import Column
from pyspark.sql import functions as F

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢"
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国文辉力健俊波宁龙林鹏程宇欣怡佳琪思雨晨浩然子涵梓轩博雅婷雪倩颖慧莹"
    "丹凤春燕金凯旭东海峰云飞志远立新家豪永康嘉诚安琳瑶璐菲娅斌彬昊天翔睿哲彦君若兮书语诗涛鑫淼森焱垚"
)
REGIONS = ("341221", "320821", "411422", "362321", "510722", "420984", "430523", "330324", "370882", "340826")
FIRST_BIRTH, DAYS_OF_BIRTH, SEQUENCES = "1955-01-01", 18_000, 999
PHONES = 6_999_999_989
"""Mobile numbers there are (a prime below 7 x 10^9): from 13000000000 on."""


class Drawing(NamedTuple):
    """What a seed draws of numbers."""

    seed: int

    def below(self, count: int, what: str, *numbers: Column) -> Column:
        """Return a number from 0 to count - 1, drawn by `what` and these numbers."""
        return F.pmod(F.xxhash64(F.lit(f"{self.seed}:{what}"), *numbers), F.lit(count))

    def share(self, percent: float, what: str, *numbers: Column) -> Column:
        """Say whether these numbers are among so many of a hundred."""
        return self.below(10_000, what, *numbers) < round(percent * 100)

    def record_id(self, number: Column) -> Column:
        """16 hex digits, in no order."""
        return F.lower(F.lpad(F.hex(F.xxhash64(F.lit(f"{self.seed}:record"), number)), 16, "0"))

    def _common(self, characters: str, what: str, person: Column) -> Column:
        """One of these characters, the first ones far more often than the last."""
        once, again = (self.below(len(characters), f"{what} {n}", person) for n in (1, 2))
        return F.substring(F.lit(characters), F.least(once, again).try_cast("int") + 1, F.lit(1))

    def name(self, person: Column) -> Column:
        """A name of two or three characters; common ones are borne by many."""
        second = F.when(self.share(70, "third character", person), self._common(GIVEN, "second given", person))
        surname, given = self._common(SURNAMES, "surname", person), self._common(GIVEN, "given", person)
        return F.concat(surname, given, F.coalesce(second, F.lit("")))

    def number(self, person: Column) -> Column:
        """A valid resident number of 18 characters (GB 11643), each person's own; the seventeenth tells the gender."""
        # both factors are prime to the count, so no two people below the count get one number
        place = F.pmod(person * 7_368_787 + self.seed, F.lit(DAYS_OF_BIRTH * SEQUENCES))
        day, sequence = F.floor(place / SEQUENCES).try_cast("int"), F.pmod(place, F.lit(SEQUENCES)) + 1
        birth = F.date_format(F.date_add(F.lit(FIRST_BIRTH).try_cast("date"), day), "yyyyMMdd")
        region = one_of(REGIONS, self.below(len(REGIONS), "region", person))
        body = F.concat(region, birth, F.lpad(sequence.try_cast("string"), 3, "0"))
        rest = F.pmod(F.conv(body, 13, 10).try_cast("bigint"), F.lit(11))  # ISO 7064 MOD 11-2, as in `identifiers`
        check = F.substring(F.lit("0123456789X"), F.pmod(1 - 2 * rest, F.lit(11)).try_cast("int") + 1, F.lit(1))
        return F.concat(body, check)

    def phone(self, person: Column, which: int = 0) -> Column:
        """A mobile number; no two people have the same, and no person the same twice."""
        place = F.pmod((person * 4 + which) * 104_395_301 + self.seed, F.lit(PHONES))
        return (place + 13_000_000_000).try_cast("string")


def one_of(texts: Sequence[str], place: Column) -> Column:
    """The text at a place, counted from 0."""
    return F.element_at(F.array(*map(F.lit, texts)), place.try_cast("int") + 1)
