"""From silver records to facts about people, true in the world for a time and known to us for a time.

One row per record version: `known_from_at/known_to_at` come from how versions of one key follow each other, so a
question 'as of D, known at K' has one answer for ever. Spells are merged where they are asked, not here.
"""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

import schemas
from jobs.silver.consent import live_windows, versions

BACKPAID_AFTER_MONTHS = 3
"""Paid more than three months after the month's end (domain.md, section 6.2)."""


def band(amount: Column) -> Column:
    """Range label of a monthly amount, e.g. `5000-8000`; the bounds are data (`schemas/rules/bands.yaml`)."""
    bounds = schemas.rules("bands")["monthly_cny"]
    label = F.when(amount >= bounds[-1], F.lit(f"{bounds[-1]}+"))
    for low, high in reversed(list(zip(bounds, bounds[1:], strict=False))):
        label = label.when((amount >= low) & (amount < high), F.lit(f"{low}-{high}"))
    return label


def _owned(silver: DataFrame, links: DataFrame, source: str, attribute: str) -> DataFrame:
    """Versions of a silver table that are nobody's deletion, with their person, source and the source's rank."""
    people = links.where("person_id IS NOT NULL").select("record_id", "person_id")
    return (
        versions(silver)
        .where("operation_code <> 'D'")
        .join(people, "record_id")
        .withColumns(
            {
                "source_code": F.lit(source),
                "record_ids": F.array("record_id"),
                "priority_count": F.lit(schemas.rank(attribute, source)),
            }
        )
    )


def residence_spells(silver: DataFrame, links: DataFrame) -> DataFrame:
    """Residence permits and registrations as spells; a late endorsement counts from its own day (rule R1)."""
    rows = _owned(silver, links, "psb_residence", "dwelling").where("NOT coalesce(is_cancelled, false)")
    is_permit = F.col("valid_to_date").isNotNull()
    start = F.when(is_permit, F.greatest("issue_date", "endorsed_date")).otherwise(F.col("residence_start_date"))
    return rows.withColumns(
        {
            "is_permit": is_permit,
            "valid_from_date": start,
            "valid_to_date": F.coalesce("valid_to_date", "residence_end_date"),
        }
    )


def person_traits(silver: DataFrame, links: DataFrame) -> DataFrame:
    """Hukou, birth, certificate kind and death, as the trusted office states them from a day on."""
    rows = _owned(silver, links, "psb_residence", "identity")
    return rows.withColumns({"valid_from_date": F.to_date("event_at"), "valid_to_date": F.lit(None).cast("date")})


def work_months(silver: DataFrame, links: DataFrame) -> DataFrame:
    """Months of pension contribution: employee (SI) or flexible (FLEX)."""
    rows = _owned(silver, links, "hrss_social_insurance", "employer").where("insurance_kind_code = 'PENSION'")
    late = F.col("paid_date") > F.last_day(F.add_months("period_month", BACKPAID_AFTER_MONTHS))
    return rows.withColumns(
        {
            "work_kind_code": F.when(F.col("payment_kind_code") == "FLEXIBLE", F.lit("FLEX")).otherwise(F.lit("SI")),
            "is_backpaid": F.coalesce(late, F.lit(False)),
            "base_band": band(F.col("base_cny")),
            "valid_from_date": F.col("period_month"),
            "valid_to_date": F.last_day("period_month"),
        }
    )


def rent_spells(silver: DataFrame, links: DataFrame) -> DataFrame:
    """Filed leases; a lease ends on the earlier of the agreed end and the recorded termination."""
    rows = _owned(silver, links, "hmb_rental_contract", "dwelling")
    return rows.withColumns(
        {
            "valid_from_date": F.col("lease_start_date"),
            "valid_to_date": F.least("lease_end_date", "terminated_date"),
            "rent_band": band(F.col("monthly_rent_cny")),
        }
    )


def business_roles(roles: DataFrame, businesses: DataFrame, links: DataFrame) -> DataFrame:
    """Operators and legal representatives with their business's newest known state; other roles stay at the firm."""
    rows = _owned(roles, links, "amr_business", "business").where("role_code IN ('OPERATOR', 'LEGAL_REP')")
    mine = rows.select(
        "person_id",
        "uscc_no",
        "role_code",
        F.col("role_start_date").alias("valid_from_date"),
        F.col("role_end_date").alias("valid_to_date"),
        F.col("known_from_at").alias("role_from_at"),
        F.col("known_to_at").alias("role_to_at"),
        "source_code",
        F.col("record_id").alias("role_record_id"),
        "priority_count",
    )
    states = versions(businesses).where("operation_code <> 'D'")
    both = mine.join(
        states.select(
            "uscc_no",
            "entity_name",
            "entity_kind_code",
            "established_date",
            "status_code",
            "status_date",
            "industry_code",
            "record_id",
            "known_from_at",
            "known_to_at",
        ),
        "uscc_no",
        "left",
    )
    overlaps = both.withColumns(
        {
            "known_from_at": F.greatest("role_from_at", F.coalesce("known_from_at", "role_from_at")),
            "known_to_at": F.least("role_to_at", "known_to_at"),
            "record_ids": F.array_compact(F.array("role_record_id", "record_id")),
        }
    )
    return overlaps.where("known_to_at IS NULL OR known_to_at > known_from_at")


def consents(silver: DataFrame, links: DataFrame) -> DataFrame:
    """Grants by person as half-open windows of instants, as they were known."""
    people = links.where("person_id IS NOT NULL").select("record_id", "person_id")
    return (
        live_windows(silver)
        .join(people, "record_id")
        .withColumns(
            {
                "valid_from_date": F.to_date("live_from_at"),
                "valid_to_date": F.to_date("live_to_at"),
                "source_code": F.lit("consent_grant"),
                "record_ids": F.array("record_id"),
                "priority_count": F.lit(1),
            }
        )
    )


Reader = Callable[[str], DataFrame]


def all_facts(read: Reader) -> dict[str, DataFrame]:
    """Return every fact table by name; `read` gives a table by its full name."""
    links = read("link.person_record").select("record_id", "person_id")
    return {
        "gold.fact_residence_spell": residence_spells(read("silver.psb_residence"), links),
        "gold.fact_person_trait": person_traits(read("silver.psb_residence"), links),
        "gold.fact_work_month": work_months(read("silver.hrss_social_insurance"), links),
        "gold.fact_rent_spell": rent_spells(read("silver.hmb_rental_contract"), links),
        "gold.fact_business_role": business_roles(read("silver.amr_business_role"), read("silver.amr_business"), links),
        "gold.fact_consent": consents(read("silver.consent_grant"), links),
    }
