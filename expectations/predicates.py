"""The checks a contract can name with `engine: creditfile`: each gives the SQL of a *bad* value.

SQL text rather than Columns, so that one text serves the row predicate and Great Expectations. All are
null-safe: a missing value is never bad here, `required` is a rule of its own. `received_date` is the day of
delivery in the city's time. Algorithms: domain.md, section 3.1.
"""

from collections.abc import Callable, Mapping
from typing import Any

import schemas

Predicate = Callable[[str, Mapping[str, Any]], str]

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""GB 32100: no I, O, S, V, Z."""

ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _text(value: Any) -> str:
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def whole(pattern: str) -> str:
    """Return an ECMA pattern as a Java one for the whole value: `$` would match before a last newline."""
    return rf"\A(?:{pattern.removeprefix('^').removesuffix('$')})\z"


def matches_sql(column: str, pattern: str) -> str:
    """SQL of 'the whole value matches'."""
    return f"{column} rlike {_text(whole(pattern))}"


TRUNCATED = "^[0-9]([.][0-9]+)?E[+]?[0-9]+$"
ISSUED = "^([0-9]{17}[0-9X]|[0-9]{15}|[A-Z]{3}[0-9]{12})$"
MASK = "*"


def _judged(c: str) -> str:
    """A number that the certificate rules apply to: stated, not a passport, not masked."""
    return f"{c} IS NOT NULL AND coalesce(certificate_type_code, '') NOT IN ('PAS', 'MASKED')"


def _numbered(c: str) -> str:
    """18 characters in the layout of GB 11643."""
    return f"{_judged(c)} AND length({c}) = 18 AND {matches_sql(c, '^[0-9]{17}[0-9X]$')}"


def _dated(c: str) -> str:
    """The middle of a foreign permanent resident's number is not published well enough to be an error."""
    return f"{_numbered(c)} AND substr({c}, 1, 1) <> '9'"


def _birth(c: str) -> str:
    return f"try_to_date(substr({c}, 7, 8), 'yyyyMMdd')"


def certificate_truncated(c: str, _: Mapping[str, Any]) -> str:
    """A spreadsheet turned the number into 3.1E+17."""
    return f"{c} IS NOT NULL AND {matches_sql(c, TRUNCATED)}"


def certificate_length(c: str, _: Mapping[str, Any]) -> str:
    """Neither 15 nor 18 characters."""
    return f"{_judged(c)} AND length({c}) NOT IN (15, 18) AND NOT ({matches_sql(c, TRUNCATED)})"


def certificate_charset(c: str, _: Mapping[str, Any]) -> str:
    """15 or 18 characters, but in no known layout."""
    return f"{_judged(c)} AND length({c}) IN (15, 18) AND NOT ({matches_sql(c, ISSUED)})"


def certificate_date(c: str, _: Mapping[str, Any]) -> str:
    """The birth date inside does not exist: 1900 was no leap year."""
    return f"{_dated(c)} AND {_birth(c)} IS NULL"


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
    return f"{_judged(c)} AND length({c}) = 15 AND {matches_sql(c, '^[0-9]{15}$')}"


def _positions(c: str, alphabet: str, start: int, weights: list[int]) -> str:
    terms = [
        f"{weight} * (instr('{alphabet}', substr({c}, {start + offset}, 1)) - 1)"
        for offset, weight in enumerate(weights)
    ]
    return "(" + " + ".join(terms) + ")"


def uscc_length(c: str, _: Mapping[str, Any]) -> str:
    """Not 18 characters."""
    return f"{c} IS NOT NULL AND length({c}) <> 18"


def uscc_charset(c: str, _: Mapping[str, Any]) -> str:
    """A character outside the alphabet of GB 32100."""
    return f"{c} IS NOT NULL AND length({c}) = 18 AND NOT ({matches_sql(c, f'^[{USCC_ALPHABET}]' + '{18}$')})"


def _uscc(c: str) -> str:
    return f"{c} IS NOT NULL AND length({c}) = 18 AND {matches_sql(c, f'^[{USCC_ALPHABET}]' + '{18}$')}"


def uscc_check_digit(c: str, _: Mapping[str, Any]) -> str:
    """GB 32100: weights 3^i mod 31, check = alphabet[(31 - S mod 31) mod 31]."""
    total = _positions(c, USCC_ALPHABET, 1, [pow(3, i, 31) for i in range(17)])
    check = f"substr('{USCC_ALPHABET}', CAST(pmod(31 - pmod({total}, 31), 31) AS INT) + 1, 1)"
    return f"{_uscc(c)} AND {check} <> substr({c}, 18, 1)"


def uscc_organisation(c: str, _: Mapping[str, Any]) -> str:
    """GB 11714: the organisation code in characters 9-17 has a check of its own, MOD 11 (10 = X, 11 = 0)."""
    total = _positions(c, ORG_ALPHABET, 9, [3, 7, 9, 10, 5, 8, 4, 2])
    check = f"substr('0123456789X0', CAST(11 - pmod({total}, 11) AS INT) + 1, 1)"
    return f"{_uscc(c)} AND {check} <> substr({c}, 17, 1)"


def not_after_delivery(c: str, _: Mapping[str, Any]) -> str:
    """A past event dated after the day it was delivered."""
    return f"coalesce(to_date({c}) > received_date, false)"


def in_order(_: str, arguments: Mapping[str, Any]) -> str:
    """Two dates in the wrong order."""
    first, second = arguments["columns"]
    return f"coalesce({first} > {second}, false)"


def fits_month(_: str, arguments: Mapping[str, Any]) -> str:
    """More days than the month has had by the day of delivery; a month still to come has a reason of its own."""
    days, month = arguments["columns"]
    had = f"datediff(least(last_day({month}), received_date), {month}) + 1"
    return f"coalesce({month} <= received_date AND {days} > {had}, false)"


def no_wildcard(_: str, arguments: Mapping[str, Any]) -> str:
    """A wildcard where a name is needed."""
    plain = [f"coalesce(upper({c}) IN ('*', 'ALL', 'ANY'), false)" for c in arguments["columns"]]
    arrays = [
        f"coalesce(exists({c}, x -> upper(x) IN ('*', 'ALL', 'ANY')), false)" for c in arguments.get("arrays", ())
    ]
    return " OR ".join([*plain, *arrays])


def matches(c: str, arguments: Mapping[str, Any]) -> str:
    """A value that does not match the pattern of the contract."""
    return f"{c} IS NOT NULL AND NOT ({matches_sql(c, arguments['pattern'])})"


def renewal_before_grant(_: str, arguments: Mapping[str, Any]) -> str:
    """A loan that says it renews another, though it was not paid out, or before the day it was applied for.

    `columns`: number of the renewed loan, instant of applying (missing: not judged), day of paying out.
    """
    renewed, applied, granted = arguments["columns"]
    return f"{renewed} IS NOT NULL AND ({granted} IS NULL OR coalesce({granted} < to_date({applied}), false))"


def adverse_without_notice(_: str, arguments: Mapping[str, Any]) -> str:
    """An adverse event whose person was not told by the day it was provided (征信业管理条例 art. 15).

    `columns`: start of the event, day of notice, day of providing; without either day nothing shows that it was told.
    """
    start, notice, provided = arguments["columns"]
    return f"{start} IS NOT NULL AND NOT coalesce({notice} <= {provided}, false)"


def ended_without_end(_: str, arguments: Mapping[str, Any]) -> str:
    """An adverse event reported as over without the day it ended: art. 16 counts from that day, which is never guessed.

    `columns`: state, start and end of the event; `ended`: the states that say it is over.
    """
    state, start, end = arguments["columns"]
    over = ", ".join(_text(code) for code in arguments["ended"])
    return f"coalesce({state} IN ({over}), false) AND {start} IS NOT NULL AND {end} IS NULL"


def shares_not_whole(_: str, arguments: Mapping[str, Any]) -> str:
    """Shares of one whole that do not make 1 within `tolerance`; one that is missing counts as 0.

    Not judged where none is stated, nor where one lies outside 0 to 1: that one has its own reason.
    """
    shares = arguments["columns"]
    is_stated = f"coalesce({', '.join(shares)}) IS NOT NULL"
    in_range = " AND ".join(f"coalesce({c} BETWEEN 0 AND 1, true)" for c in shares)
    total = " + ".join(f"coalesce({c}, 0)" for c in shares)
    return f"{is_stated} AND {in_range} AND abs({total} - 1) > {arguments['tolerance']}"


def stated_when(_: str, arguments: Mapping[str, Any]) -> str:
    """A column has one of some values, and none of the columns that must then be stated is."""
    values = ", ".join(_text(value) for value in arguments["values"])
    is_so = f"coalesce({arguments['column']} IN ({values}), false)"
    return f"{is_so} AND coalesce({', '.join(arguments['columns'])}) IS NULL"


def begins_with_code(c: str, arguments: Mapping[str, Any]) -> str:
    """A value whose first `characters` are no code of `codeList`: a class under a group that the list does not hold."""
    known = ", ".join(_text(code) for code in schemas.codes(arguments["codeList"]))
    return f"coalesce(substr({c}, 1, {arguments['characters']}) NOT IN ({known}), false)"


def negative_unless(c: str, arguments: Mapping[str, Any]) -> str:
    """An amount below nothing where the flag that would explain it is not set."""
    return f"coalesce({c} < 0, false) AND NOT coalesce({arguments['flag']}, false)"


PREDICATES: dict[str, Predicate] = {
    predicate.__name__: predicate
    for predicate in (
        certificate_truncated,
        certificate_length,
        certificate_charset,
        certificate_date,
        certificate_future,
        certificate_age,
        certificate_check_digit,
        certificate_old_ambiguous,
        uscc_length,
        uscc_charset,
        uscc_check_digit,
        uscc_organisation,
        not_after_delivery,
        in_order,
        fits_month,
        no_wildcard,
        matches,
        renewal_before_grant,
        adverse_without_notice,
        ended_without_end,
        shares_not_whole,
        stated_when,
        begins_with_code,
        negative_unless,
    )
}
"""Predicates by the name a contract calls them."""
