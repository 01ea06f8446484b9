"""The credit file at (T, K): one row per person, blocks as nested columns, reasons and rule versions beside them."""

from datetime import date, datetime
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.gold import blocks, newcomer, rules
from jobs.gold.conflicts import conflicts, is_contradicted, together
from jobs.gold.spells import known_at
from jobs.hashing import content, keyed, with_keys, without_keys
from jobs.keys import Keys
from schemas import City

COUNTS = (
    "work_months_12_count",
    "work_months_24_count",
    "base_months_24_count",
    "si_months_12_count",
    "flexible_months_3_count",
    "work_streak_count",
    "employer_change_24_count",
    "rent_months_12_count",
    "rent_spell_count",
    "residence_spell_count",
    "residence_months_count",
    "live_business_count",
)
"""Features that are 0 where there is no evidence at all."""

SHOWN_KINDS = ("SI", "FLEX")
"""Kinds of work months that the file reads; months of other sources are facts already."""

BLOCKS = ("newcomer", "residence", "work", "housing", "business")
RECORDS = ("trait", "residence", "work", "housing", "business")


class Moment(NamedTuple):
    """The question: as of T, known at K."""

    as_of: date
    known: datetime


def features(people: DataFrame, facts: dict[str, DataFrame], moment: Moment, city: City) -> DataFrame:
    """Join every block's features to the people: one row per person, 0 for no evidence.

    Args:
        people: person_id of everybody who has a record known at K.
        facts: fact tables by name.
        moment: T and K.
        city: the profile, for the operator's code.
    """
    as_of, known = moment.as_of, F.lit(moment.known)
    now = {name.removeprefix("gold.fact_"): known_at(rows, known) for name, rows in facts.items()}
    months = now["work_month"].where(F.col("work_kind_code").isin(*SHOWN_KINDS))
    joined = people
    for part in (
        blocks.traits(now["person_trait"], as_of),
        blocks.residence(now["residence_spell"], as_of),
        blocks.work(months, now["business_role"], as_of),
        blocks.employers(months),
        blocks.housing(now["rent_spell"], now["residence_spell"], as_of),
        blocks.business(now["business_role"], as_of),
        _operator_consent(now["consent"], known, city.operator.code),
    ):
        joined = joined.join(part, "person_id", "left")
    age = F.floor(F.months_between(F.lit(as_of), F.col("birth_date")) / 12).try_cast("int")
    joined = joined.withColumns({name: F.coalesce(name, F.lit(0)) for name in COUNTS})
    return joined.withColumns(
        {
            "has_identity": F.lit(True),
            "further_source_count": F.lit(0),
            "age_count": age,
            "has_valid_residence": F.coalesce("has_valid_residence", F.lit(False)),
            "has_lease_12": F.coalesce("has_lease_12", F.lit(False)),
            "conflicts": conflicts("dwelling", together("registered_said", "rented_said")),
        }
    )


def _operator_consent(consents: DataFrame, known: Column, operator: str) -> DataFrame:
    """Whether the operator still has a live grant of people who once gave one (PIPL-47: else only store)."""
    live = (F.col("live_from_at") <= known) & (known < F.col("live_to_at"))
    return (
        consents.where(F.col("recipient_code") == operator)
        .groupBy("person_id")
        .agg(F.bool_or(live).alias("has_operator_grant"))
    )


def assembled(rows: DataFrame, moment: Moment, city: City) -> DataFrame:
    """Turn features into the blocks, verdicts and reasons of the file."""
    day = F.lit(moment.as_of)
    rows = rows.withColumns(newcomer.status(moment.as_of, city))
    rows = rows.withColumns(rules.categories()).withColumns(rules.tiers())
    adult = F.coalesce(day > F.add_months("birth_date", 18 * 12), F.lit(True))
    frozen = F.coalesce(F.col("death_date") <= day, F.lit(False)) | ~F.coalesce("has_operator_grant", F.lit(True))
    blocks_ = {
        "newcomer": F.struct(
            "newcomer_status_code",
            "newcomer_basis_codes",
            "hukou_date",
            "newcomer_next_change_date",
            "arrive_date",
            "residence_reason_code",
            "is_local_hukou",
        ),
        "work": F.when(
            F.col("work_record_ids").isNotNull(),
            F.struct(
                "employers",
                "months",
                "work_months_12_count",
                "work_months_24_count",
                "base_months_24_count",
                "work_streak_count",
                "employer_change_24_count",
                "base_band",
            ),
        ),
        "housing": F.when(
            F.col("rents").isNotNull() | (F.col("residence_months_count") > 0),
            F.struct("rents", "rent_months_12_count", "rent_on_time_ratio", "residence_months_count"),
        ),
    }
    ids = [F.coalesce(f"{name}_record_ids", F.array().cast("array<string>")) for name in RECORDS]
    made = rows.withColumns(blocks_).withColumns(
        {
            "as_of_date": day,
            "known_at": F.lit(moment.known),
            "is_adult": adult,
            "is_frozen": frozen,
            "rule_version_codes": F.array(*(F.lit(version) for version in rules.versions())),
            "lineage": _lineage(city),
            "record_ids": F.array_sort(F.array_distinct(F.concat(*ids))),
        }
    )
    # somebody who only gave consent has no file: there is nothing to say yet
    return made.where(F.size("record_ids") > 0)


LINEAGE = {
    "newcomer": ("psb_residence", ("residence", "work")),
    "residence": ("psb_residence", ("residence",)),
    "work": ("hrss_social_insurance", ("work", "business")),
    "housing": ("hmb_rental_contract", ("housing", "residence")),
    "business": ("amr_business", ("business",)),
}
"""Where each block mainly comes from, and the features whose records it rests on."""

ATTRIBUTES = {"residence": "dwelling", "housing": "dwelling", "work": "employer"}
"""The attribute of `schemas/rules/priority.yaml` that a block is about, where it is called otherwise."""


def _lineage(city: City) -> Column:
    """Per block: source, day of its newest record in the city's zone, kind of source, and why it is missing.

    A block whose source is contradicted by a better one is CONFLICT: it says what it says, and should not be relied on.
    """
    entries = []
    for block, (source, rests_on) in LINEAGE.items():
        is_there = F.col(block).isNotNull()
        contradicted = is_contradicted(ATTRIBUTES.get(block, block), source)
        newest = F.array_max(F.array(*(F.col(f"{name}_known_at") for name in rests_on)))
        updated = F.to_date(F.from_utc_timestamp(newest, city.city.timezone))
        entries.append(
            F.struct(
                F.lit(block).alias("block_name"),
                F.lit(source).alias("source_code"),
                F.when(is_there, updated).alias("updated_date"),
                F.when(is_there, F.when(contradicted, "CONFLICT").otherwise("OK")).alias("quality_code"),
                F.lit("GOV").alias("provenance_code"),
                F.when(~is_there, F.lit("NOT_AT_SOURCE")).alias("missing_code"),
            )
        )
    return F.array(*entries)


CONTENT = (
    "category_codes",
    "category_reason_codes",
    "tier_code",
    "tier_reason_codes",
    "completeness_ratio",
    "is_adult",
    "is_frozen",
    "rule_version_codes",
    *BLOCKS,
    "record_ids",
)
"""What makes a new version when it changes: everything but the dates of asking, and `lineage` but its receipt dates."""


def new_versions(spark: SparkSession, rows: DataFrame, earlier: DataFrame, keys: Keys, city: City) -> DataFrame:
    """Keep the people whose content differs from their latest version, and number the new one.

    Args:
        spark: the session, for the keys' frame.
        rows: assembled files.
        earlier: stored versions of earlier batches.
        keys: for the opaque file number.
        city: its code stands in the file number.
    """
    undated = F.transform("lineage", lambda entry: entry.dropFields("updated_date")).alias("lineage")
    hashed = rows.withColumn("content_hash", content(*(F.col(name) for name in CONTENT), undated))
    latest = earlier.groupBy("person_id").agg(F.max(F.struct("version_count", "content_hash")).alias("latest"))
    changed = hashed.join(latest, "person_id", "left").where("latest IS NULL OR latest.content_hash <> content_hash")
    numbered = changed.withColumn("version_count", F.coalesce("latest.version_count", F.lit(0)) + 1)
    opaque = F.upper(F.substring(keyed(F.col("person_id")), 1, 12))
    named = with_keys(spark, numbered, keys, "file").withColumn(
        "file_no", F.concat(F.lit(f"NCF-{city.city.code}-"), opaque)
    )
    return without_keys(named)
