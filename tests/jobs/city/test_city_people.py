from collections import Counter, defaultdict

import pytest

import schemas
from jobs.city import lives, months, numbers
from jobs.city.chance import Stream
from jobs.city.names import variant
from jobs.city.people import Census, person
from jobs.city.profile import profile
from jobs.city.regions import REGIONS

UNTIL = months.month("2026-09")


@pytest.fixture(scope="module")
def census() -> Census:
    return Census(profile("shanghai"), 11, 3000)


@pytest.fixture(scope="module")
def people(census):
    return [person(census, index) for index in range(3000)]


def test_a_person_made_alone_is_the_person_of_the_whole(census):
    whole = {index: lives.life(census, index, UNTIL) for index in range(60)}
    person.cache_clear()
    numbers.births.cache_clear()
    assert lives.life(census, 37, UNTIL) == whole[37]


def test_a_longer_history_only_goes_on(census):
    for index in range(40):
        shorter, longer = lives.life(census, index, UNTIL - 6), lives.life(census, index, UNTIL)
        known = [line for line in longer.work.contributions if line.paid <= UNTIL - 6]
        assert shorter.work.contributions == known
        assert [lease.since for lease in shorter.home.leases] == [
            lease.since for lease in longer.home.leases if months.of(lease.since) <= UNTIL - 6
        ]


def test_numbers_are_distinct(people):
    assert len({who.certificate_no for who in people}) == len(people)


def test_homonyms_fill_the_floor(people):
    groups = Counter((who.name, who.born_on.year) for who in people)
    assert sum(count for count in groups.values() if count > 1) / len(people) >= 0.12


def test_kinds_of_certificates(people):
    share = Counter(who.certificate_kind for who in people)
    assert 0.008 < (share["HMT"] + share["FPR"]) / len(people) < 0.03


def test_ties_are_seen_from_both_sides(people):
    tied = [who for who in people if who.tie is not None]
    assert {who.tie.kind for who in tied} >= {"twin", "kin", "family", "recycled"}
    for who in tied:
        other = people[who.tie.other].tie
        assert other is not None
        assert (other.kind, other.other, other.follows) == (who.tie.kind, who.index, not who.tie.follows)


def test_twins_share_birthday_region_and_surname(people):
    twins = [who for who in people if who.tie is not None and who.tie.kind == "twin" and who.tie.follows]
    for twin in twins:
        elder = people[twin.tie.other]
        assert twin.born_on == elder.born_on
        assert twin.certificate_no[:14] == elder.certificate_no[:14]


def test_a_recycled_number_had_another_holder_before(census, people):
    given = defaultdict(list)
    for who in people:
        if who.tie is not None and who.tie.kind == "recycled":
            for phone in lives.life(census, who.index, UNTIL).phones:
                given[phone.number].append((phone.since, who.index))
    twice = [holders for holders in given.values() if len(holders) > 1]
    assert twice
    assert all(len({since for since, _ in holders}) == len(holders) for holders in twice)


@pytest.mark.parametrize("name", ["张伟", "欧阳娜娜", "SMITH EMMA", "古丽娜尔·买买提", "李堃"])
def test_a_written_variant_differs(name):
    assert all(variant(name, Stream(1, "v", index)) != name for index in range(40))


def test_every_region_of_the_city_s_people_is_one_the_standard_lists_or_listed():
    """Otherwise the pipeline would set aside what the city holds for true."""
    hukou = {region.hukou_code for region in REGIONS} - {None}
    numbers_begin = {region.certificate_code for region in REGIONS if region.kind == "RID"}
    assert len(hukou) > 90
    assert (hukou | numbers_begin) - set(schemas.codes("region")) == set()
