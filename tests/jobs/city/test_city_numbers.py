from datetime import date

import pytest

from jobs.city import numbers
from jobs.city.chance import Stream
from jobs.city.damage import mistyped

BASE31 = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def is_resident_number(number: str) -> bool:
    """GB 11643 the other way round: (1 - 2 * the first 17 read in base 13) mod 11."""
    check = (1 - 2 * int(number[:17], 13)) % 11
    return len(number) == 18 and number[17] == ("X" if check == 10 else str(check))


def is_credit_code(code: str) -> bool:
    """GB 32100: the weighted sum plus the check is divisible by 31; inside it GB 11714."""
    weighted = sum(BASE31.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17]))
    whole = (weighted + BASE31.index(code[17])) % 31
    inner = [int(character, 36) for character in code[8:16]]
    total = sum(value * weight for value, weight in zip(inner, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    check = {"X": 10}.get(code[16], int(code[16], 36))
    return len(code) == 18 and whole == 0 and (total + check) % 11 == 0


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "31011519900307451X", "810000199501010015", "931840198507040010"]
)
def test_the_check_of_published_numbers(number):
    assert numbers.resident_check(number[:17]) == number[17]
    assert is_resident_number(number)


@pytest.mark.parametrize(
    "code", ["91110000600037341L", "91310115MA1K3ABC99", "92310115MA1H8XYQ73", "93310115MA1GKL261D"]
)
def test_the_checks_of_published_credit_codes(code):
    assert numbers.credit_code(code[:2], code[2:8], code[8:16]) == code
    assert is_credit_code(code)


def test_the_old_form_drops_century_and_check():
    assert numbers.old_form("340104199001010017") == "340104900101001"


def test_invented_numbers_are_valid_distinct_and_of_their_own_range():
    births = [numbers.birth(5, index) for index in range(20_000)]
    twins = [birth._replace(sequence=birth.sequence + numbers.SLOTS) for birth in births]
    found = [birth.number() for birth in births + twins]
    assert all(is_resident_number(number) for number in found)
    assert len(set(found)) == len(found)
    assert all(500 <= int(number[14:17]) <= 939 for number in found)
    assert all(date(1936, 1, 1) <= birth.day <= date(2022, 12, 31) for birth in births)


def test_there_is_room_for_ten_million_people():
    assert numbers.births().size > 10_000_000


def test_mobile_numbers_are_distinct_and_of_the_right_form():
    found = [numbers.mobile(5, index, change) for index in range(2000) for change in range(3)]
    assert len(set(found)) == len(found)
    assert all(len(number) == 11 and number[0] == "1" and number[1] in "3456789" for number in found)


def test_every_mistyped_number_breaks_its_check():
    stream = Stream(9, "typo", 0)
    found = [numbers.birth(5, index).number() for index in range(3000)]
    wrong = [mistyped(number, stream) for number in found]
    assert not any(is_resident_number(number) for number in wrong)
    assert all(before[6:14] == after[6:14] for before, after in zip(found, wrong, strict=True))


@pytest.mark.parametrize("number", [0, 7, 29_791, 800_000_000])
def test_business_numbers_carry_both_checks(number):
    assert is_credit_code(numbers.credit_code("92", "310115", "MA" + numbers.base31(number, 6)))


def test_an_old_registration_number_has_the_check_of_iso_7064():
    number = numbers.registration_no("310115", 4711)
    product = 10
    for digit in number[:14]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    assert (product + int(number[14])) % 10 == 1
    assert len(number) == 15
