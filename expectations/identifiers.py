"""Issued numbers: each check gives the SQL of a *bad* value (domain.md, section 3.1), for `expectations.predicates`.

All judge the canonical form of `jobs.silver.columns.identity` and are null-safe; those of certificates also read
`certificate_type_code` and `received_date`. Nothing is said of a number after TRUNCATED, LENGTH or CHARSET: the later
checks ask for the layout first. Check digits are `conv`: each standard's weights are powers, so the weighted sum is
the number read in a base that is congruent to it (2 M resident numbers: 0.9 s, digit by digit 8 s).
"""

from collections.abc import Mapping
from typing import Any

from expectations.pattern import matches_sql
from expectations.regions import never_listed, not_listed_in
from schemas.delivered import PLACEHOLDER_MOBILES

TRUNCATED = "^[0-9]([.][0-9]+)?E[+]?[0-9]+$"
ISSUED = "^([0-9]{17}[0-9X]|[0-9]{15}|[A-Z]{3}[0-9]{12})$"
MASKED = "^[0-9]{4,6}[*]{6,}[0-9]{3}[0-9X]$"
PASSPORT = "^[A-Z0-9]{5,17}$"
"""Passports and travel permits; those of Hong Kong, Macao (H or M, 8 to 10 digits) and Taiwan (8 digits) fit it too."""

MOBILE = "^1[3-9][0-9]{9}$"

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100: no I, O, S, V, Z."""

BASE_31 = "0123456789ABCDEFGHIJKLMNOPQRSTU"
"""The same 31 values as `conv` writes them."""


def _stated(c: str) -> str:
    """A number that is no mask: a mask is kept as it is and never judged."""
    return f"{c} IS NOT NULL AND NOT ({matches_sql(c, MASKED)}) AND NOT ({matches_sql(c, TRUNCATED)})"


_PASSPORT = "coalesce(certificate_type_code, '') = 'PAS'"


def _numbered(c: str) -> str:
    """18 characters in the layout of GB 11643; a passport has at most 17."""
    return f"{c} IS NOT NULL AND length({c}) = 18 AND {matches_sql(c, '^[0-9]{17}[0-9X]$')}"


def _dated(c: str) -> str:
    """The middle of a foreign permanent resident's number is not published well enough to be an error."""
    return f"{_numbered(c)} AND substr({c}, 1, 1) <> '9'"


def _old(c: str) -> str:
    """15 digits that were not brought to 18: the century is unclear."""
    return f"{c} IS NOT NULL AND length({c}) = 15 AND {matches_sql(c, '^[0-9]{15}$')} AND NOT {_PASSPORT}"


def _birth(c: str) -> str:
    return f"try_to_date(substr({c}, 7, 8), 'yyyyMMdd')"


def certificate_truncated(c: str, _: Mapping[str, Any]) -> str:
    """A spreadsheet turned the number into 3.1E+17."""
    return f"{c} IS NOT NULL AND {matches_sql(c, TRUNCATED)}"


def certificate_length(c: str, _: Mapping[str, Any]) -> str:
    """Neither 15 nor 18 characters; of a passport or travel permit neither 5 to 17."""
    return f"{_stated(c)} AND IF({_PASSPORT}, length({c}) < 5 OR length({c}) > 17, length({c}) NOT IN (15, 18))"


def certificate_charset(c: str, _: Mapping[str, Any]) -> str:
    """A length that exists, but characters in no known layout."""
    passport = f"length({c}) >= 5 AND length({c}) <= 17 AND NOT ({matches_sql(c, PASSPORT)})"
    other = f"length({c}) IN (15, 18) AND NOT ({matches_sql(c, ISSUED)})"
    return f"{_stated(c)} AND IF({_PASSPORT}, {passport}, {other})"


def certificate_date(c: str, _: Mapping[str, Any]) -> str:
    """The birth date inside does not exist: 1900 was no leap year, and neither was 1800."""
    old = f"try_to_date(concat('19', substr({c}, 7, 6)), 'yyyyMMdd')"
    return f"({_dated(c)} AND {_birth(c)} IS NULL) OR ({_old(c)} AND {old} IS NULL)"


def certificate_future(c: str, _: Mapping[str, Any]) -> str:
    """The birth date inside lies after the day of delivery."""
    return f"{_dated(c)} AND coalesce({_birth(c)} > received_date, false)"


def certificate_age(c: str, _: Mapping[str, Any]) -> str:
    """Older than 120 completed years at delivery."""
    return f"{_dated(c)} AND coalesce(add_months({_birth(c)}, 1452) <= received_date, false)"


def certificate_check_digit(c: str, _: Mapping[str, Any]) -> str:
    """ISO 7064 MOD 11-2: the check is (1 - 2 * int(first 17, base 13)) mod 11; 13^17 fits a bigint."""
    body = f"try_cast(conv(substr({c}, 1, 17), 13, 10) AS BIGINT)"
    check = f"substr('0123456789X', CAST(pmod(1 - 2 * pmod({body}, 11), 11) AS INT) + 1, 1)"
    return f"{_numbered(c)} AND {check} <> substr({c}, 18, 1)"


def certificate_old_ambiguous(c: str, _: Mapping[str, Any]) -> str:
    """A 15-digit number of sequence 996-999 may belong to someone born in 18xx: it stays 15 digits, unlinked."""
    return _old(c)


def certificate_region(c: str, _: Mapping[str, Any]) -> str:
    """The first six digits were a division in no year; a foreigner's number begins otherwise."""
    return f"(({_dated(c)}) OR ({_old(c)})) AND {never_listed(c)}"


def certificate_region_birth(c: str, _: Mapping[str, Any]) -> str:
    """The division was not listed in the year of birth: no proof, as numbers are issued late (those of 8 from 2018)."""
    return f"{_dated(c)} AND substr({c}, 1, 1) <> '8' AND {not_listed_in(c, f'substr({c}, 7, 4)')}"


def certificate_gender(c: str, arguments: Mapping[str, Any]) -> str:
    """The sequence is odd for a woman or even for a man; `column`: the stated gender (GB/T 2261.1), 1 or 2."""
    said = arguments["column"]
    inside = f"IF(instr('13579', substr({c}, 17, 1)) > 0, '1', '2')"
    return f"{_numbered(c)} AND coalesce({said} IN ('1', '2') AND {said} <> {inside}, false)"


def certificate_birth(c: str, arguments: Mapping[str, Any]) -> str:
    """Another birth date is stated than the number has; `column`: the stated one."""
    said = arguments["column"]
    return f"{_numbered(c)} AND coalesce(date_format({said}, 'yyyyMMdd') <> substr({c}, 7, 8), false)"


def uscc_length(c: str, _: Mapping[str, Any]) -> str:
    """Not 18 characters."""
    return f"{c} IS NOT NULL AND length({c}) <> 18"


def _coded(c: str) -> str:
    return matches_sql(c, f"^[{USCC_ALPHABET}]" + "{18}$")


def uscc_charset(c: str, _: Mapping[str, Any]) -> str:
    """A character outside the alphabet of GB 32100."""
    return f"{c} IS NOT NULL AND length({c}) = 18 AND NOT ({_coded(c)})"


def uscc_check_digit(c: str, _: Mapping[str, Any]) -> str:
    """GB 32100: weights 3^i mod 31, check = alphabet[(31 - S mod 31) mod 31].

    34 is 3 mod 31, so S is the first 17 characters read backwards in base 34; in two parts, each of which fits a
    bigint, and 29 is 3^9 mod 31.
    """
    values = f"translate({c}, '{USCC_ALPHABET}', '{BASE_31}')"
    low, high = (
        f"pmod(try_cast(conv(reverse(substr({values}, {part})), 34, 10) AS BIGINT), 31)" for part in ("1, 9", "10, 8")
    )
    check = f"substr('{USCC_ALPHABET}', CAST(pmod(-({low} + 29 * {high}), 31) AS INT) + 1, 1)"
    return f"{c} IS NOT NULL AND {_coded(c)} AND {check} <> substr({c}, 18, 1)"


def uscc_organisation(c: str, _: Mapping[str, Any]) -> str:
    """GB 11714: the organisation code in characters 9-17 has a check of its own, MOD 11 (10 = X, 11 = 0).

    The weights are powers of 2 and 35 is 2 mod 11; Z, which would be no digit of base 35, is no character of a USCC.
    """
    total = f"2 * pmod(try_cast(conv(substr({c}, 9, 8), 35, 10) AS BIGINT), 11)"
    check = f"substr('0123456789X0', CAST(11 - pmod({total}, 11) AS INT) + 1, 1)"
    return f"{c} IS NOT NULL AND {_coded(c)} AND {check} <> substr({c}, 17, 1)"


def mobile_form(c: str, _: Mapping[str, Any]) -> str:
    """No mobile number of the mainland; those typed in to get past a form have a reason of their own."""
    return f"{c} IS NOT NULL AND NOT ({matches_sql(c, MOBILE)}) AND NOT ({mobile_placeholder(c, {})})"


def mobile_placeholder(c: str, _: Mapping[str, Any]) -> str:
    """A number typed in to get past a form."""
    listed = ", ".join(f"'{number}'" for number in PLACEHOLDER_MOBILES)
    return f"coalesce({c} IN ({listed}), false)"


def bank_card(c: str, _: Mapping[str, Any]) -> str:
    """No card number: 13 to 19 digits, Luhn.

    Every second digit from the right counts 2d - 9 * (d > 4), which `translate` knows; a sum of digits mod 10 is the
    text read in base 11.
    """
    padded = f"lpad({c}, 20, '0')"
    plain, doubled = (f"regexp_replace({padded}, '(.)(.)', '${group}')" for group in (2, 1))
    doubled = f"translate({doubled}, '0123456789', '0246813579')"
    total = " + ".join(f"try_cast(conv({part}, 11, 10) AS BIGINT)" for part in (plain, doubled))
    is_long = matches_sql(c, "^[0-9]{13,19}$")
    return f"{c} IS NOT NULL AND coalesce(NOT ({is_long}) OR pmod({total}, 10) <> 0, true)"


def private_use(c: str, _: Mapping[str, Any]) -> str:
    """A character that only one office's fonts can show (Unicode's private use areas)."""
    return f"coalesce({c} rlike '\\\\p{{Co}}', false)"
