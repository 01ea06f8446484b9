"""Rules as data: categories, tiers and completeness from `schemas/rules`, as Columns over a person's features."""

from pyspark.sql import Column
from pyspark.sql import functions as F

import schemas


def categories() -> dict[str, Column]:
    """Return all categories that apply, the primary one, and the reasons (domain.md, section 1.3)."""
    rule = schemas.rules("category")
    holds: dict[str, Column] = {}
    for category in rule["categories"]:
        found = F.coalesce(F.expr(category["when"]), F.lit(False))
        for other in category.get("only_without", ()):
            found = found & ~holds[other]
        holds[category["code"]] = found
    otherwise = rule["otherwise"]
    codes = F.array_compact(F.array(*(F.when(found, F.lit(code)) for code, found in holds.items())))
    reasons = F.array_compact(F.array(*(F.when(holds[c["code"]], F.lit(c["reason"])) for c in rule["categories"])))
    none = F.size(codes) == 0
    all_codes = F.when(none, F.array(F.lit(otherwise["code"]))).otherwise(codes)
    return {
        "category_codes": all_codes,
        "primary_category_code": F.element_at(all_codes, 1),
        "category_reason_codes": F.when(none, F.array(F.lit(otherwise["reason"]))).otherwise(reasons),
    }


def tiers() -> dict[str, Column]:
    """Return the completeness tier, its reasons, and the weighted share of filled blocks (section 6.3)."""
    rule = schemas.rules("tier")
    code, reasons = F.lit(None).cast("string"), F.lit(None).cast("array<string>")
    for tier in reversed(rule["tiers"]):
        found = F.coalesce(F.expr(tier["when"]), F.lit(False))
        code = F.when(found, F.lit(tier["code"])).otherwise(code)
        reasons = F.when(found, F.array(*(F.lit(reason) for reason in tier["reasons"]))).otherwise(reasons)
    filled, applicable = F.lit(0), F.lit(0)
    for block in rule["blocks"]:
        applies = F.coalesce(F.expr(block.get("applies", "true")), F.lit(False))
        is_filled = F.coalesce(F.expr(block["filled"]), F.lit(False))
        applicable = applicable + F.when(applies, block["weight"]).otherwise(0)
        filled = filled + F.when(applies & is_filled, block["weight"]).otherwise(0)
    ratio = F.try_divide(filled, applicable).try_cast("decimal(9,6)")
    return {"tier_code": code, "tier_reason_codes": reasons, "completeness_ratio": ratio}


def versions() -> list[str]:
    """Return the versions of every rule a file rests on; ContractError if the ranks of sources are wrong."""
    schemas.priorities()
    return [schemas.rules(name)["rule_version_code"] for name in ("newcomer", "category", "tier", "bands", "priority")]
