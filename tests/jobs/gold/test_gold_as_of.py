"""A question "as of T, known at K" on Spark: lives told late, wrong and out of order, held against the oracle."""

from datetime import UTC, date, datetime
from random import Random

import pytest
from drawn_lives import life
from oracle.city import differences
from oracle.known import CADENCES, local
from oracle.told import expected, items
from told_rows import Drawn, shown

HERE = local("shanghai")
EVERY = frozenset(CADENCES)
TELLING = {
    "a hukou corrected for the same day": (106, 114, 344),
    "rents counted since T": (4, 8, 25),
    "a role without its business": (23, 94, 361),
    "a business that ended twice, or lives again": (126, 166, 250),
    "a page cancelled twice": (267, 462),
    "a driver with a permit": (26, 28, 283),
}
"""Lives on which a pipeline that got one of these wrong would differ from the oracle."""
SEEDS = [seed for seeds in TELLING.values() for seed in seeds]
LIVES = {f"p{seed:03d}": life(Random(seed), f"p{seed:03d}") for seed in (*SEEDS, *range(500, 513))}
RECORDS = [record for records in LIVES.values() for record in records]

MOMENTS = {
    "now": (date(2026, 9, 30), datetime(2026, 10, 3, tzinfo=UTC), EVERY),
    "of a day long past": (date(2025, 2, 28), datetime(2026, 10, 3, tzinfo=UTC), EVERY - {"hrss_social_insurance"}),
    "as it was known then": (date(2025, 12, 31), datetime(2026, 1, 3, tzinfo=UTC), EVERY - {"psb_residence"}),
    "of a day to come": (date(2028, 2, 29), datetime(2026, 3, 31, 16, tzinfo=UTC), frozenset()),
}


@pytest.fixture(scope="module")
def drawn(spark):
    return Drawn(spark, RECORDS)


@pytest.mark.parametrize("when", MOMENTS)
def test_thirty_lives_say_at_every_moment_what_the_oracle_says(drawn, when):
    as_of, known_at, fresh = MOMENTS[when]
    assert len(LIVES) == 30
    found = {row["person_id"]: shown(row) for row in drawn.files(as_of, known_at, fresh).collect()}
    wanted = expected(RECORDS, as_of, known_at, HERE, fresh)
    assert list(differences(wanted, {person: said for person, (said, _) in found.items()})) == []
    assert {person: adverse for person, (_, adverse) in found.items()} == {
        person: list(items(file)) for person, file in wanted.items()
    }
