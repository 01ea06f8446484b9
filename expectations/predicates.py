"""The checks a contract can name with `engine: creditfile`: each gives the SQL of a *bad* value.

SQL text rather than Columns, so that one text serves the row predicate and Great Expectations. All are
null-safe: a missing value is never bad here, `required` is a rule of its own. `received_date` is the day of
delivery in the city's time. Those of issued numbers stand in `identifiers`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import schemas
from expectations import identifiers
from expectations.pattern import literal, matches_sql

Predicate = Callable[[str, Mapping[str, Any]], str]


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
    over = ", ".join(literal(code) for code in arguments["ended"])
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
    values = ", ".join(literal(value) for value in arguments["values"])
    is_so = f"coalesce({arguments['column']} IN ({values}), false)"
    return f"{is_so} AND coalesce({', '.join(arguments['columns'])}) IS NULL"


def begins_with_code(c: str, arguments: Mapping[str, Any]) -> str:
    """A value whose first `characters` are no code of `codeList`: a class under a group that the list does not hold."""
    known = ", ".join(literal(code) for code in schemas.codes(arguments["codeList"]))
    return f"coalesce(substr({c}, 1, {arguments['characters']}) NOT IN ({known}), false)"


def negative_unless(c: str, arguments: Mapping[str, Any]) -> str:
    """An amount below nothing where the flag that would explain it is not set."""
    return f"coalesce({c} < 0, false) AND NOT coalesce({arguments['flag']}, false)"


PREDICATES: dict[str, Predicate] = {
    predicate.__name__: predicate
    for predicate in (
        identifiers.certificate_truncated,
        identifiers.certificate_length,
        identifiers.certificate_charset,
        identifiers.certificate_date,
        identifiers.certificate_future,
        identifiers.certificate_age,
        identifiers.certificate_check_digit,
        identifiers.certificate_old_ambiguous,
        identifiers.certificate_region,
        identifiers.certificate_region_birth,
        identifiers.certificate_gender,
        identifiers.certificate_birth,
        identifiers.uscc_length,
        identifiers.uscc_charset,
        identifiers.uscc_check_digit,
        identifiers.uscc_organisation,
        identifiers.mobile_form,
        identifiers.mobile_placeholder,
        identifiers.bank_card,
        identifiers.private_use,
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
