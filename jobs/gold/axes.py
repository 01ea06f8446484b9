"""Axes by which files are sorted besides the category: industry, area, stage of life (domain.md, section 6.1)."""

from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

SETTLING_FROM_MONTHS, ROOTED_FROM_MONTHS = 6, 36


def industry_of(code: Column, rule: dict[str, Any]) -> Column:
    """The group of a GB/T 4754 code, written with or without its section's letter; null if it is of none."""
    has_letter = F.substring(code, 1, 1).rlike("[A-Za-z]")
    section = F.when(has_letter, F.upper(F.substring(code, 1, 1)))
    division = F.coalesce(
        F.when(has_letter, F.substring(code, 2, 2)).otherwise(F.substring(code, 1, 2)).try_cast("int"), F.lit(0)
    )
    group = F.lit(None).cast("string")
    for step in reversed(rule["industries"]):
        found = division.between(step["from"], step["to"])
        if "section" in step:
            found = found | F.coalesce(section == step["section"], F.lit(False))
        group = F.when(found, F.lit(step["group"])).otherwise(group)
    return F.when(code.isNotNull(), group)


def axes(rule: dict[str, Any]) -> dict[str, Column]:
    """Return `industry_group_code`, `district_code`, `cluster_codes` and `life_stage_code` over a person's features.

    The district is that of the lease that holds at T and began last, else of the registered residence.
    """
    tech = F.lit(rule["member_of_base"])
    owned = F.transform(
        "live_businesses", lambda b: F.coalesce(industry_of(b["industry_code"], rule), F.when(b["is_base"], tech))
    )
    mains = F.filter("employers", lambda e: e["employer_uscc_no"] == F.col("main_employer_uscc_no"))
    employed = industry_of(F.get(mains, 0)["industry_code"], rule)
    of_firms = F.when(F.size("live_businesses") > 0, F.get(F.array_compact(owned), 0)).otherwise(employed)
    months = F.col("residence_months_count")
    stage = (
        F.when(months < SETTLING_FROM_MONTHS, "NEW").when(months < ROOTED_FROM_MONTHS, "SETTLING").otherwise("ROOTED")
    )
    return {
        "industry_group_code": F.coalesce("association_group_code", of_firms, F.lit(rule["otherwise"])),
        "district_code": F.coalesce("rented_district_code", "registered_district_code"),
        "cluster_codes": F.coalesce("cluster_codes", F.array().cast("array<string>")),
        "life_stage_code": stage,
    }
