"""When a division of GB/T 2260 was listed, as SQL: one literal for all years, found by position and not by search.

The list has 7,000 codes. As one pattern each look costs 2 microseconds, as a map a walk over all of them; here the
first four digits are the place in an array, whose element holds the few codes of that prefecture with their years.
"""

from functools import cache

import schemas

FIRST, LAST = 1100, 8399
"""The first four digits of any division; what lies outside was never listed."""

ALWAYS, STILL = "0000", "9999"


@cache
def _listed() -> str:
    """Return `|01` + first year + last year for each code, by prefecture, in the order of their four digits."""
    found: dict[int, str] = {}
    for code, division in schemas.codes("region").items():
        first = f"{division.valid_from_date.year}" if division.valid_from_date else ALWAYS
        last = f"{division.valid_to_date.year}" if division.valid_to_date else STILL
        place = int(code[:4])
        found[place] = f"{found.get(place, '')}|{code[4:]}{first}{last}"
    return ",".join(found.get(place, "") for place in range(FIRST, LAST + 1))


def _prefecture(number: str) -> str:
    return f"get(split('{_listed()}', ','), try_cast(substr({number}, 1, 4) AS INT) - {FIRST})"


def _place(number: str) -> str:
    """Where the region of a number stands in its prefecture; 0 or null if it never was in a list."""
    return f"instr({_prefecture(number)}, concat('|', substr({number}, 5, 2)))"


def never_listed(number: str) -> str:
    """SQL of 'no list of any year has the first six digits'."""
    return f"coalesce({_place(number)}, 0) = 0"


def not_listed_in(number: str, year: str) -> str:
    """SQL of 'lists have the region of this number, but not those of this year', which is a text of four digits.

    Without BETWEEN, which would make Spark work out the year in a projection of its own, for all columns.
    """
    first, last = (f"substr({_prefecture(number)}, {_place(number)} + {start}, 4)" for start in (3, 7))
    return f"coalesce({_place(number)} > 0 AND ({year} < {first} OR {year} > {last}), false)"
