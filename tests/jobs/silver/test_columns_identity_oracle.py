"""200,000 generated numbers, judged by the product's columns and by two libraries that know nothing of them.

python-stdnum 2.2 (LGPL) and id-validator 1.0.20 are test oracles only. Where they differ from us they differ by one of
the classes that domain.md, section 3.4, decides; each is counted here, and a difference outside of them fails.
"""

import random
from collections import Counter
from datetime import date, timedelta
from functools import cache

import id_validator.data as tables
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from id_validator import validator
from pyspark.sql import functions as F
from stdnum import luhn
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength

import schemas
from expectations.predicates import PREDICATES
from expectations.rows import reasons_sql
from jobs.silver import amr_business, hrss_social_insurance

DAY = date(2026, 6, 30)
COUNTS = {"RID": 110_000, "RID15": 20_000, "HMT": 10_000, "FPR": 15_000, "USCC": 30_000, "CARD": 15_000}
REGIONS = [
    code for code, found in schemas.codes("region").items() if code[0] != "8" and (found.valid_from_date or DAY) <= DAY
]
DIGITS, USCC = "0123456789", "0123456789ABCDEFGHJKLMNPQRTUWXY"

STDNUM = {
    None: 89_286,
    "15 characters are a length it does not know": 23_026,
    "it does not know foreigners": 5_628,
    "it does not know Hong Kong and Taiwan": 2_780,
    "ID_REGION_BIRTH is an error to it": 22_669,
    "born before the first list is an error to it": 7_070,
    "ID_REGION_UNKNOWN is an error to it": 2_031,
    "its table has other codes or years": 378,
    "ID_FUTURE is no error to it": 1_275,
    "ID_AGE is no error to it": 857,
}
ID_VALIDATOR = {
    None: 137_235,
    "it does not know foreigners": 10_138,
    "ID_REGION_UNKNOWN is an error to it": 3_655,
    "its table lacks the code": 526,
    "ID_AGE is no error to it": 3_339,
    "it does not look at the letters of an old number": 107,
}
CREDIT_CODES = {
    None: 23_422,
    "it does not look at the organisation code": 1_841,
    "a letter in the first 8 is an error to it": 4_737,
}
"""Numbers judged alike (None) and not, by class; decided for us in each. A changed history of divisions moves them."""

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def resident(body):
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def birth(chance):
    """Mostly the living, some long dead, some not yet born, some on no day of any calendar."""
    kind = chance.random()
    if kind < 0.04:
        return f"{chance.randint(1850, 2099)}{chance.choice(('0230', '0431', '1301', '0010', '0229', '1232'))}"
    first, last = (1801, 1905) if kind < 0.08 else (2060, 2099) if kind < 0.12 else (1925, 2024)
    return f"{date(first, 1, 1) + timedelta(days=chance.randrange((last - first) * 365)):%Y%m%d}"


def region(chance):
    if chance.random() < 0.04:
        return f"{chance.randint(110000, 799999)}"
    return chance.choice(REGIONS)


def damaged(number, chance, alphabet=DIGITS):
    """Half stay as they are; the others get a wrong check, a slip, two places swapped, a place too many or too few."""
    act, at = chance.random(), chance.randrange(len(number) - 1)
    if act < 0.5:
        return number
    if act < 0.65:
        return number[:-1] + chance.choice(alphabet)
    if act < 0.8:
        return number[:at] + chance.choice(alphabet) + number[at + 1 :]
    if act < 0.9:
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if act < 0.94:
        return number[:at] + number[at + 1 :]
    if act < 0.97:
        return number[:at] + chance.choice(alphabet) + number[at:]
    return number[:at] + chance.choice("OIlZ*A") + number[at + 1 :]


def organisation(first8):
    wide = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return (
        first8
        + "0X987654321"[sum(wide.index(c) * w for c, w in zip(first8, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11]
    )


def credit(body):
    return body + USCC[-sum(USCC.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31]


def made(kind, chance):
    sequence = f"{chance.randrange(1000):03}"
    if kind == "RID":
        return damaged(resident(region(chance) + birth(chance) + sequence), chance)
    if kind == "RID15":
        return damaged(region(chance) + birth(chance)[2:] + sequence, chance)
    if kind == "HMT":
        return damaged(resident(chance.choice(("810000", "820000", "830000")) + birth(chance) + sequence), chance)
    if kind == "FPR" and chance.random() < 0.3:
        return "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=3) + chance.choices(DIGITS, k=12))
    if kind == "FPR":
        return damaged(
            resident(f"9{chance.choice(('31', '11', '44'))}{chance.randrange(1000):03}{birth(chance)}{sequence}"),
            chance,
        )
    if kind == "CARD":
        body = "62" + "".join(chance.choices(DIGITS, k=chance.randint(10, 16)))
        return damaged(body + luhn.calc_check_digit(body), chance)
    inner = organisation("".join(chance.choices(USCC, k=8)))
    inner = inner if chance.random() < 0.8 else inner[:-1] + chance.choice(DIGITS)
    head = chance.choice(("91", "92", "93", "52", "12", "N1", "Y1", "A1"))
    return damaged(credit(head + region(chance) + inner), chance, USCC)


@pytest.fixture(scope="module")
def generated():
    chance = random.Random(20260630)
    return {kind: sorted({made(kind, chance) for _ in range(count)}) for kind, count in COUNTS.items()}


def judged(spark, folder, source, clean, column, numbers):
    """Canonical form, errors and warnings of each number, by the source's cleaner and its contract's rules."""
    parquet.write_table(pa.table({"record_id": numbers, column: numbers}), folder / f"{column}.parquet")
    bronze = spark.read.parquet(str(folder / f"{column}.parquet"))
    others = [c.name for c in schemas.table(f"bronze.{source}").columns if c.name != column]
    frame = clean(bronze.select("*", *(F.lit(None).cast("string").alias(name) for name in others)))
    own = [
        F.expr(f"filter({reasons_sql(schemas.table(f'silver.{source}'), level)}, e -> e LIKE '% {column}')")
        for level in ("error", "warning")
    ]
    found = frame.withColumn("received_date", F.lit(DAY)).select("record_id", column, *own).toArrow()
    bare = [[[entry.split(" ")[0] for entry in entries] for entries in found.column(at).to_pylist()] for at in (2, 3)]
    return dict(zip(found.column(0).to_pylist(), zip(found.column(1).to_pylist(), *bare, strict=True), strict=True))


def by_stdnum(number):
    """The reason stdnum would give, in our words, and REGION for a place it does not know in that year; it stops at the first."""
    try:
        ric.validate(number)
    except InvalidLength:
        return "ID_LENGTH"
    except InvalidFormat:
        return "ID_CHARSET"
    except InvalidChecksum:
        return "ID_CHECKSUM"
    except InvalidComponent:
        try:
            ric.get_birth_date(number)
        except InvalidComponent:
            return "ID_DATE"
        return "REGION"
    except KeyError:  # it falls over a county it does not have in a province it has
        return "REGION"
    return "ok"


def by_id_validator(number):
    try:
        return bool(validator.is_valid(number))
    except ValueError:  # it reads a letter as a digit without a look
        return False


FIRST = ("ID_LENGTH", "ID_CHARSET", "ID_CHECKSUM", "ID_DATE")
"""The order in which stdnum looks; it stops at the first."""


def unlike_stdnum(number, theirs, errors, warnings):
    """The class of a difference to stdnum, None where there is none."""
    mine = next((reason for reason in FIRST if reason in errors), "ok")
    refused_by_both = bool(errors) and theirs == "REGION"
    if refused_by_both or (mine == theirs and (mine != "ok" or not errors)):
        return None
    if len(number) == 15 and theirs == "ID_LENGTH":
        return "15 characters are a length it does not know"
    if number[0] == "9" and theirs in ("ID_DATE", "REGION") and mine == "ok":
        return "it does not know foreigners"
    if (mine, theirs) == ("ID_CHARSET", "ID_CHECKSUM") and number[-1] not in DIGITS + "X":
        return "a letter at the end is a wrong check to it"
    if theirs == "ok" and errors in (["ID_FUTURE"], ["ID_AGE"]):
        return f"{errors[0]} is no error to it"
    if theirs != "REGION":
        return "unlisted"
    if number[:6] in ("810000", "830000"):
        return "it does not know Hong Kong and Taiwan"
    if warnings:
        return f"{warnings[0]} is an error to it"
    if number[6:10] <= "1984":
        return "born before the first list is an error to it"
    return "its table has other codes or years" if number[:6] in schemas.codes("region") else "unlisted"


def unlike_id_validator(number, theirs, errors, warnings):
    """The class of a difference to id-validator, None where there is none."""
    if theirs == (not errors):
        return None
    if theirs and errors in (["ID_FUTURE"], ["ID_AGE"]):
        return f"{errors[0]} is no error to it"
    if theirs:
        return (
            "it does not look at the letters of an old number"
            if not number.isdecimal() and len(number) == 15
            else "unlisted"
        )
    if number[0] == "9" or number[:3].isalpha():
        return "it does not know foreigners"
    if warnings[:1] == ["ID_REGION_UNKNOWN"]:
        return "ID_REGION_UNKNOWN is an error to it"
    known = tables.get_address_code_timeline().keys() | tables.get_additional_address_code_timeline().keys()
    return "unlisted" if number[:6] in known else "its table lacks the code"


@pytest.fixture
def quick(monkeypatch):
    """id-validator makes its tables anew for each number, 16 ms: they are made once."""
    for name in ("get_address_code", "get_address_code_timeline", "get_additional_address_code_timeline"):
        monkeypatch.setattr(tables, name, cache(getattr(tables, name)))


def test_certificate_numbers_are_judged_as_by_the_libraries_but_for_the_classes_listed(
    spark, generated, tmp_path, quick
):
    numbers = sorted({number for kind in ("RID", "RID15", "HMT", "FPR") for number in generated[kind]})
    ours = judged(spark, tmp_path, "hrss_social_insurance", hrss_social_insurance.clean, "certificate_no", numbers)
    assert len(ours) == len(numbers)
    other, another = Counter(), Counter()
    for number, (canonical, errors, warnings) in ours.items():
        other[unlike_stdnum(number, by_stdnum(number), errors, warnings)] += 1
        accepted = by_id_validator(number)
        another[unlike_id_validator(number, accepted, errors, warnings)] += 1
        if accepted and len(number) == 15 and number.isdecimal():
            upgraded = number if "ID_15_AMBIGUOUS" in warnings else validator.upgrade_id(number)
            assert canonical == upgraded
    assert dict(other) == STDNUM
    assert dict(another) == ID_VALIDATOR


def test_credit_codes_are_judged_as_by_stdnum_but_for_the_classes_listed(spark, generated, tmp_path):
    ours = judged(spark, tmp_path, "amr_business", amr_business.clean, "uscc_no", generated["USCC"])
    found = Counter()
    for number, (_, errors, _) in ours.items():
        theirs = uscc.is_valid(number)
        if len(number) == 18 and set(number) <= set(USCC):
            assert ("USCC_ORG" in errors) == (number[8:17] != organisation(number[8:16]))
        if theirs == (not errors):
            found[None] += 1
        elif theirs:
            found["it does not look at the organisation code" if errors == ["USCC_ORG"] else "unlisted"] += 1
        else:
            found["a letter in the first 8 is an error to it" if not number[:8].isdecimal() else "unlisted"] += 1
    assert dict(found) == CREDIT_CODES


def test_card_numbers_are_judged_as_by_stdnum(spark, generated):
    frame = spark.createDataFrame([(number,) for number in generated["CARD"]], "card STRING")
    found = frame.selectExpr("card", f"{PREDICATES['bank_card']('card', {})} AS is_bad").toArrow().to_pylist()
    assert {row["card"] for row in found if not row["is_bad"]} == {
        number
        for number in generated["CARD"]
        if number.isdecimal() and 13 <= len(number) <= 19 and luhn.is_valid(number)
    }
    assert 0.4 < sum(row["is_bad"] for row in found) / len(found) < 0.6


def test_two_hundred_thousand_numbers_were_made(generated):
    assert sum(COUNTS.values()) == 200_000
    assert sum(map(len, generated.values())) > 199_000
