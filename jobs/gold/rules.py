"""Rules as data: categories, tiers and completeness from `schemas/rules`, as Columns over a person's features."""

from functools import reduce
from typing import Any, NamedTuple

from pyspark.sql import Column
from pyspark.sql import functions as F

import schemas

RULES = ("newcomer", "category", "tier", "scorecard", "industry", "bands", "priority")
"""Every rule a file rests on."""


class Policy(NamedTuple):
    """The rules a file is judged by, each as its file states it (`schemas.rules`)."""

    newcomer: dict[str, Any]
    category: dict[str, Any]
    tier: dict[str, Any]
    scorecard: dict[str, Any]
    industry: dict[str, Any]


def in_force() -> Policy:
    """Return the rules that stand."""
    return Policy(**{name: schemas.rules(name) for name in Policy._fields})


def _true(condition: str) -> Column:
    """A condition in SQL; one that nothing is known of is not met."""
    return F.coalesce(F.expr(condition), F.lit(False))


def categories(rule: dict[str, Any]) -> dict[str, Column]:
    """Return all categories that apply, the primary one, and the reasons (domain.md, section 1.3)."""
    holds: dict[str, Column] = {}
    reasons = []
    for category in rule["categories"]:
        may = _true(category.get("if", "true"))
        for other in category.get("only_without", ()):
            may = may & ~holds[other]
        met = {reason: may & _true(condition) for reason, condition in category["reasons"].items()}
        holds[category["code"]] = reduce(lambda one, other: one | other, met.values())
        reasons += [F.when(found, F.lit(reason)) for reason, found in met.items()]
    otherwise = rule["otherwise"]
    codes = F.array_compact(F.array(*(F.when(found, F.lit(code)) for code, found in holds.items())))
    none = F.size(codes) == 0
    all_codes = F.when(none, F.array(F.lit(otherwise["code"]))).otherwise(codes)
    return {
        "category_codes": all_codes,
        "primary_category_code": F.element_at(all_codes, 1),
        "category_reason_codes": F.when(none, F.array(F.lit(otherwise["reason"]))).otherwise(
            F.array_compact(F.array(*reasons))
        ),
    }


def tiers(rule: dict[str, Any]) -> dict[str, Column]:
    """Return the completeness tier, its reasons, what is missing for the best one, and the shares (section 6.3).

    `completeness_ratio` is the weighted share of filled blocks of those that apply, `no_consent_ratio` that of blocks
    which are not filled and not granted to the operator.
    """
    pieces = {piece["name"]: _true(piece["when"]) for piece in rule["pieces"]}
    code, reasons = F.lit(None).cast("string"), F.lit(None).cast("array<string>")
    for tier in reversed(rule["tiers"]):
        needed = tier.get("pieces", ())
        found = reduce(
            lambda one, other: one & other, (pieces[name] for name in needed), _true(tier.get("when", "true"))
        )
        code = F.when(found, F.lit(tier["code"])).otherwise(code)
        named = F.array(*(F.lit(reason) for reason in tier.get("reasons", needed)))
        reasons = F.when(found, named).otherwise(reasons)
    missing = F.array_compact(F.array(*(F.when(~found, F.lit(name)) for name, found in pieces.items())))
    return {"tier_code": code, "tier_reason_codes": reasons, "tier_missing_codes": missing} | _completeness(
        rule["blocks"]
    )


def _completeness(blocks: list[dict[str, str]]) -> dict[str, Column]:
    filled, applicable, unconsented = F.lit(0), F.lit(0), F.lit(0)
    for block in blocks:
        weight, applies, is_filled = F.lit(block["weight"]), _true(block.get("applies", "true")), _true(block["filled"])
        applicable = applicable + F.when(applies, weight).otherwise(0)
        filled = filled + F.when(applies & is_filled, weight).otherwise(0)
        if kind := block.get("kind"):
            lacks = applies & ~is_filled & ~F.array_contains("granted_kind_codes", kind)
            unconsented = unconsented + F.when(lacks, weight).otherwise(0)
    return {
        name: F.try_divide(part, applicable).try_cast("decimal(9,6)")
        for name, part in (("completeness_ratio", filled), ("no_consent_ratio", unconsented))
    }


def versions(policy: Policy | None = None) -> list[str]:
    """Return the versions of every rule a file rests on; ContractError if the ranks of sources are wrong."""
    schemas.priorities()
    given = (policy or in_force())._asdict()
    return [(given.get(name) or schemas.rules(name))["rule_version_code"] for name in RULES]
