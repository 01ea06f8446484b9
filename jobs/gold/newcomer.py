"""Who is a newcomer at T, why, and until when (domain.md, section 1.2): resident, and outside or recent hukou."""

from datetime import date

from pyspark.sql import Column
from pyspark.sql import functions as F

import schemas
from schemas import City


def _holds(day: Column, city: City) -> dict[str, Column]:
    """The bases of the rule on a day, as Columns over a person's features, if nothing new arrives."""
    rule = schemas.rules("newcomer")
    months = rule["contribution_months"]
    six = F.try_element_at(F.col("paid_months"), F.lit(months))
    outside_kinds = rule["certificate_kinds_outside"] if city.newcomer.include_hmt_foreign else []
    is_foreign = F.coalesce(F.col("certificate_type_code").isin(*outside_kinds), F.lit(False))
    is_local = F.substring("hukou_code", 1, len(city.city.hukou_prefixes[0])).isin(*city.city.hukou_prefixes)
    third = F.add_months("hukou_date", 12 * city.newcomer.hukou_years)
    return {
        "R1": day <= F.col("permit_to_date"),
        "R2": (F.add_months("registered_date", city.newcomer.resident_months) <= day)
        & (day <= F.col("registered_to_date")),
        "R3": day < F.add_months(six, 13),
        "H1": (F.col("hukou_code").isNotNull() & ~is_local) | is_foreign,
        "H2": is_local & (F.col("hukou_entry_code") != "BIRTH") & (F.col("hukou_date") <= day) & (day < third),
    }


def _is(day: Column, city: City) -> Column:
    holds = {name: F.coalesce(base, F.lit(False)) for name, base in _holds(day, city).items()}
    is_alive = F.col("death_date").isNull() | (day < F.col("death_date"))
    return (holds["R1"] | holds["R2"] | holds["R3"]) & (holds["H1"] | holds["H2"]) & is_alive


def status(as_of: date, city: City) -> dict[str, Column]:
    """Return the Columns of the newcomer block over the features of `jobs.gold.blocks`.

    UNKNOWN where the hukou is unknown, or in the city without a date. `newcomer_next_change_date` is the first day on
    which the answer differs if nothing new arrives; null if it never does.
    """
    day = F.lit(as_of)
    is_local = F.substring("hukou_code", 1, len(city.city.hukou_prefixes[0])).isin(*city.city.hukou_prefixes)
    kinds = schemas.rules("newcomer")["certificate_kinds_outside"]
    unknown = (
        F.col("hukou_code").isNull() & ~F.coalesce(F.col("certificate_type_code").isin(*kinds), F.lit(False))
    ) | (is_local & F.col("hukou_date").isNull() & F.coalesce(F.col("hukou_entry_code") != "BIRTH", F.lit(True)))
    is_dead = F.coalesce(F.col("death_date") <= day, F.lit(False))
    now = _is(day, city)
    code = F.when(is_dead, F.lit("NO")).when(unknown, F.lit("UNKNOWN")).when(now, F.lit("YES")).otherwise(F.lit("NO"))
    bases = F.array_compact(F.array(*(F.when(base, F.lit(name)) for name, base in _holds(day, city).items())))
    months = schemas.rules("newcomer")["contribution_months"]
    turns = F.array(
        F.date_add("permit_to_date", 1),
        F.add_months("registered_date", city.newcomer.resident_months),
        F.date_add("registered_to_date", 1),
        F.add_months(F.try_element_at(F.col("paid_months"), F.lit(months)), 13),
        F.add_months("hukou_date", 12 * city.newcomer.hukou_years),
        F.col("death_date"),
    )
    # an open end is written as the last day of 9999: nothing changes after it
    changed = F.filter(turns, lambda turn: (turn > day) & (F.year(turn) < 9999) & (_is(turn, city) != now))
    return {
        "newcomer_status_code": code,
        "newcomer_basis_codes": bases,
        "newcomer_next_change_date": F.when(code.isin("YES", "NO"), F.array_min(changed)),
        "is_local_hukou": is_local,
    }
