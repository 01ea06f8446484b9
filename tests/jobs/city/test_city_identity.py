"""How hard it is to know who is who, against the floor of the city's page; counted on lives, before any delivery."""

from collections import Counter, defaultdict
from itertools import combinations

import pytest
from city_reader import truth

from jobs.city import evidence, lives, months, names, spelling
from jobs.city.chance import Stream
from jobs.city.evidence import Seen
from jobs.city.people import Census
from jobs.city.profile import profile

UNTIL = months.month("2026-09")
PEOPLE = 2000


@pytest.fixture(scope="module")
def people():
    census = Census(profile("shanghai"), 7, PEOPLE, months.month("2024-07"))
    return [lives.life(census, index, UNTIL) for index in range(PEOPLE)]


def tied(people, kind):
    """Pairs of a kind, the one followed first."""
    found = [life for life in people if life.person.tie is not None and life.person.tie.kind == kind]
    return [(people[life.person.tie.other], life) for life in found if life.person.tie.follows]


@pytest.mark.parametrize(
    ("kind", "share"), [("twin", 0.004), ("kin", 0.005), ("family", 0.04), ("recycled", 0.03), ("attack", 0.0005)]
)
def test_as_many_people_are_tied_as_the_floor_asks(people, kind, share):
    pairs = len(tied(people, kind))
    assert pairs * (1 if kind in ("recycled", "attack") else 2) / PEOPLE >= share


def test_phones_change_and_are_given_out_again(people):
    changed = sum(any(phone.since > UNTIL - 24 for phone in life.phones[1:]) for life in people)
    assert changed / PEOPLE >= 0.25
    held = defaultdict(set)
    for life in people:
        for phone in life.phones:
            if phone.is_own:
                held[phone.number].add(life.person.index)
    assert sum(len(holders) > 1 for holders in held.values()) / len(held) >= 0.03


def test_a_family_shares_a_phone_that_one_of_them_holds(people):
    for holder, other in tied(people, "family"):
        assert [phone.number for phone in holder.phones] == [phone.number for phone in other.phones]
        assert not any(phone.is_own for phone in other.phones)


def test_father_and_son_have_like_names_and_live_at_one_address(people):
    for father, son in tied(people, "kin"):
        assert father.person.gender == son.person.gender == "1"
        assert 20 <= son.person.born_on.year - father.person.born_on.year <= 40
        (family, given), (heir, like) = names.parts(father.person.name), names.parts(son.person.name)
        assert family == heir
        assert given[0] == like[0]
        assert father.person.name != son.person.name
        dwellings = {spell.dwelling.dwelling_no for life in (father, son) for spell in life.home.spells}
        assert len(dwellings) <= 1


def test_twins_differ_in_the_last_character_and_the_sequence(people):
    for elder, younger in tied(people, "twin"):
        assert elder.person.born_on == younger.person.born_on
        assert elder.person.name != younger.person.name
        assert elder.person.name[:1] == younger.person.name[:1]


def test_some_bore_another_given_name(people):
    bore = [life.person for life in people if life.person.former_name]
    assert 0.05 < len(bore) / PEOPLE < 0.12
    for who in bore:
        assert who.written_name == who.former_name != who.name
        assert names.parts(who.name)[0] == names.parts(who.former_name)[0]


def test_every_way_of_writing_a_name_occurs():
    written = Counter(names.variant("张志伟", Stream(1, "v", index)) for index in range(1000))
    assert set(written) == {"張志偉", "张智玮", "志伟张", "ZHANG ZHIWEI", "张志?"}
    assert min(written.values()) > 100


def test_every_name_of_the_city_can_be_spelled(people):
    for life in people:
        name = life.person.name
        if not {" ", "·"} & set(name):
            assert spelling.latin(*names.parts(name)).isascii()
    assert spelling.latin("曾", "强") == "ZENG QIANG"
    assert spelling.latin("欧阳", "丽娟") == "OUYANG LIJUAN"
    assert spelling.latin("吕", "伟") == "LYU WEI"


def test_who_must_be_kept_apart_is_said_with_the_reason(home):
    apart = truth(home, "keep_apart")
    assert {row["why"] for row in apart} == {"family", "twin", "homonym", "attack", "recycled"}
    people = {row["true_person"]: row for row in truth(home, "person")}
    alike = defaultdict(list)
    for index, row in people.items():
        alike[row["name"], row["born_on"].year].append(index)
    said = {(row["true_person_a"], row["true_person_b"]) for row in apart}
    assert {pair for group in alike.values() for pair in combinations(sorted(group), 2)} <= said


def test_a_recycled_number_is_kept_apart_from_the_month_of_its_second_holder(home):
    held = {(row["true_person"], row["value"]): row for row in truth(home, "identifier") if row["kind"] == "MOBILE"}
    for row in truth(home, "keep_apart"):
        if row["why"] == "recycled":
            numbers = [value for who, value in held if who == row["true_person_b"]]
            (value,) = [value for value in numbers if (row["true_person_a"], value) in held]
            before, after = (held[row[column], value] for column in ("true_person_a", "true_person_b"))
            assert row["valid_from"] == after["valid_from"] > before["valid_to"]


def test_a_former_name_ends_where_the_name_begins(home):
    names_of = defaultdict(dict)
    for row in truth(home, "identifier"):
        if row["kind"] in ("NAME", "FORMER_NAME") and row["valid_from"]:
            names_of[row["true_person"]].setdefault(row["kind"], row)
    found = [kinds for kinds in names_of.values() if "FORMER_NAME" in kinds]
    assert found
    for kinds in found:
        assert (kinds["NAME"]["valid_from"] - kinds["FORMER_NAME"]["valid_to"]).days == 1


def test_records_are_expected_to_link_by_class_and_by_what_else_was_delivered(records):
    links = Counter(
        (label["link_class"], label["ends_in"] == "silver", label["expected_link"]) for label in records.values()
    )
    assert {link for (_, is_kept, link) in links if not is_kept} == {None, "NONE"}
    assert {key for key in links if key[0] in ("NUMBER", "RID15") and key[1]} == {
        ("NUMBER", True, "AUTO"),
        ("RID15", True, "AUTO"),
    }
    assert {link for (kind, is_kept, link) in links if kind == "NO_NUMBER" and is_kept} == {"AUTO", "REVIEW", "NONE"}
    assert {link for (kind, _, link) in links if kind == "NOT_LINKABLE"} == {"NONE"}
    assert links["MASKED", True, "AUTO"] > links["MASKED", True, "NONE"]


# what a record of 张伟 without a number has in common with what else was delivered of him
EVIDENCE = """
    source  | class        | kept | name   | mobile | account | link
    psb     | NUMBER       | yes  | 张伟   | 138    |         | AUTO
    tax     | RID15        | yes  | 張偉   |        |         | AUTO
    rides   | NUMBER       | yes  | 张伟   | 139    | D1      | AUTO
    food    | NO_NUMBER    | yes  | 张伟   | 138    | K1      | AUTO
    food    | NO_NUMBER    | yes  | 伟张   | 150    | K1      | AUTO
    food    | NO_NUMBER    | yes  | 张伟   | 150    | K2      | REVIEW
    rides   | NUMBER_TYPO  | yes  | 张伟   | 151    | D1      | AUTO
    homes   | NO_NUMBER    | yes  | 张伟   | 151    | D1      | REVIEW
    court   | MASKED       | yes  | 张?    |        |         | AUTO
    court   | MASKED       | yes  | 张建国 |        |         | REVIEW
    food    | NO_NUMBER    | yes  | 张建国 | 138    | K3      | REVIEW
    food    | NO_NUMBER    | yes  | 张建国 | 138    | K1      | AUTO
    food    | NO_NUMBER    | yes  | 张建国 | 150    | K4      | NONE
    food    | NO_NUMBER    | no   | 张伟   | 138    | K1      | NONE
    psb     | NUMBER       | no   | 张伟   | 138    |         | NONE
    fines   | NOT_LINKABLE | yes  | 张伟   | 138    |         | NONE
    """


def drawn(table):
    lines = [[cell.strip() or None for cell in line.split("|")] for line in table.strip().splitlines()[1:]]
    accounts = [frozenset({("account", line[5])} if line[5] else ()) for line in lines]
    records = [Seen(x[0], x[1], x[2] == "yes", x[3], x[4], a) for x, a in zip(lines, accounts, strict=True)]
    return records, [line[-1] for line in lines]


class Zhang:
    former_name = "张建国"
    pool = None


class OneOfMany(Zhang):
    pool = (0, 1990, 1)


def test_a_record_is_expected_to_link_by_what_was_delivered():
    records, links = drawn(EVIDENCE)
    assert evidence.judged(records, Zhang) == links


def test_a_name_that_many_bear_is_no_agreement_alone():
    records, links = drawn(EVIDENCE)
    found = evidence.judged(records, OneOfMany)
    changed = [
        (record.name, before, now) for record, before, now in zip(records, links, found, strict=True) if before != now
    ]
    assert changed == [("张伟", "REVIEW", "NONE")] * 2


def test_nobody_is_joined_who_has_no_numbered_record():
    records, _ = drawn(EVIDENCE)
    alone = [record for record in records if not record.is_numbered]
    assert set(evidence.judged(alone, Zhang)) == {"NONE"}
