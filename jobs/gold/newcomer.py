"""Who is a newcomer at T, on what basis, and when that changes: the rule of domain.md, section 1.2."""

from collections.abc import Callable
from datetime import date
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.gold.spells import holds, month_start, once
from schemas import City

WINDOW_MONTHS = 12
DEFERRED_DAYS = 4
"""31 August lies six months before no day of February: a registration ripens at the latest so many days on."""


Rule = dict[str, Any]
"""`schemas/rules/newcomer.yaml`."""


def _any(spans: str, day: Column, start: str, end: str) -> Column:
    return F.coalesce(F.exists(spans, lambda span: holds(span[start], span[end], day)), F.lit(False))


def _hukou(day: Column) -> Column:
    """The latest entry not after a day; one without a day stands before all with one."""
    begun = F.filter("hukou_entries", lambda e: e["hukou_date"].isNull() | (e["hukou_date"] <= day))
    return F.array_max(begun)


def _bases(day: Column, hukou: Column, city: City, rule: Rule) -> dict[str, Column]:
    """The bases of the rule on a day, as Columns over a person's features, if nothing new arrives.

    Args:
        day: the day.
        hukou: `_hukou` of the day.
        city: the profile.
        rule: the rule file.
    """
    sets, month = city.newcomer, F.trunc(day, "month")
    paid = F.filter("paid_months", lambda m: (m < month) & (m >= F.add_months(month, -WINDOW_MONTHS)))
    ripe = F.add_months(day, -sets.resident_months)
    registered = F.exists(
        "registrations", lambda r: holds(r["start_date"], r["end_date"], day) & (r["start_date"] <= ripe)
    )
    is_local, is_foreign = _is_local(hukou["hukou_code"], city), _is_foreign(city, rule)
    since = hukou["hukou_date"]
    is_recent = (since <= day) & (day < F.add_months(since, 12 * sets.hukou_years))
    bases = {
        "R1": _any("permits", day, "valid_from_date", "valid_to_date"),
        "R2": registered,
        "R3": F.size(paid) >= rule["contribution_months"],
        "H1": is_foreign | (hukou["hukou_code"].isNotNull() & ~is_local),
        "H2": ~is_foreign & is_local & (hukou["hukou_entry_code"] != "BIRTH") & is_recent,
    }
    return {name: F.coalesce(base, F.lit(False)) for name, base in bases.items()}


def _is_foreign(city: City, rule: Rule) -> Column:
    """Whether the kind of certificate itself says that the person has no hukou."""
    kinds = rule["certificate_kinds_outside"] if city.newcomer.include_hmt_foreign else []
    return F.coalesce(F.col("certificate_type_code").isin(*kinds), F.lit(False))


def _is_local(hukou_code: Column, city: City) -> Column:
    return F.coalesce(
        F.substring(hukou_code, 1, len(city.city.hukou_prefixes[0])).isin(*city.city.hukou_prefixes), F.lit(False)
    )


def _code(day: Column, city: City, rule: Rule) -> Column:
    """YES, NO or UNKNOWN on a day: the dead are NO, then comes the unknown hukou, or one in the city without a day."""

    def by(hukou: Column) -> Column:
        bases = _bases(day, hukou, city, rule)
        is_dead = F.coalesce(F.col("death_date") <= day, F.lit(False))
        is_undated = _is_local(hukou["hukou_code"], city) & hukou["hukou_date"].isNull()
        is_unknown = ~_is_foreign(city, rule) & (hukou["hukou_code"].isNull() | is_undated)
        is_new = (bases["R1"] | bases["R2"] | bases["R3"]) & (bases["H1"] | bases["H2"])
        return F.when(is_dead, "NO").when(is_unknown, "UNKNOWN").when(is_new, "YES").otherwise("NO")

    return once(_hukou(day), by)


def _turns(as_of: date, city: City) -> Column:
    """Every later day on which a piece of the rule can turn, sorted; on some none does."""
    sets, nothing = city.newcomer, F.array().cast("array<date>")

    def of(spans: str, *makers: Callable[[Column], Column]) -> Column:
        made = F.transform(spans, lambda span: F.array(*(make(span) for make in makers)))
        return F.coalesce(F.flatten(made), nothing)

    ripe = [
        lambda r, n=n: F.date_add(F.add_months(r["start_date"], sets.resident_months), n) for n in range(DEFERRED_DAYS)
    ]
    turns = F.concat(
        F.array("death_date"),
        F.array(*(F.lit(month_start(as_of, -n)) for n in range(1, WINDOW_MONTHS + 2))),
        of("permits", lambda p: p["valid_from_date"], lambda p: F.date_add(p["valid_to_date"], 1)),
        of("registrations", lambda r: r["start_date"], lambda r: F.date_add(r["end_date"], 1), *ripe),
        of(
            "hukou_entries",
            lambda e: e["hukou_date"],
            lambda e: F.add_months(e["hukou_date"], 12 * sets.hukou_years),
        ),
    )
    return F.array_sort(F.array_distinct(F.filter(turns, lambda turn: turn > F.lit(as_of))))


def status(as_of: date, city: City, rule: Rule) -> dict[str, Column]:
    """Return the Columns of the newcomer block over the features of `jobs.gold.blocks`.

    `newcomer_next_change_date` is the first day on which the answer differs if nothing new arrives; null if it never
    does.
    """
    day = F.lit(as_of)
    hukou = _hukou(day)
    bases = F.array_compact(
        F.array(*(F.when(base, F.lit(name)) for name, base in _bases(day, hukou, city, rule).items()))
    )

    def changed(code: Column) -> Column:
        return F.filter(_turns(as_of, city), lambda turn: _code(turn, city, rule) != code)

    return {
        "newcomer_status_code": _code(day, city, rule),
        "newcomer_basis_codes": bases,
        "newcomer_next_change_date": F.get(once(_code(day, city, rule), changed), 0),
        "hukou_date": hukou["hukou_date"],
        "is_local_hukou": F.when(hukou["hukou_code"].isNotNull(), _is_local(hukou["hukou_code"], city)),
    }
