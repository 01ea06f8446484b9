"""The credit file at (T, K): one row per person, blocks as nested columns, reasons and rule versions beside them."""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.gold import newcomer, rules
from jobs.gold.axes import axes
from jobs.gold.blocks.compliance import ADVERSE
from jobs.gold.blocks.work import shown_employers
from jobs.gold.conflicts import is_contradicted
from jobs.gold.features import BLOCKS, Moment
from jobs.gold.score import score
from jobs.hashing import content, keyed, with_keys, without_keys
from jobs.keys import Keys
from schemas import City

ADULT_YEARS = 18
"""Over on the birthday itself; whose day of birth nobody stated was born on the last day of the number's year."""

FEATURES = (
    "work_months_12_count",
    "work_months_24_count",
    "base_months_24_count",
    "work_streak_count",
    "employer_change_24_count",
    "residence_months_count",
    "rent_months_12_count",
    "rent_on_time_ratio",
    "utility_on_time_12_ratio",
    "hpf_months_24_count",
    "association_months_12_count",
    "skill_level_code",
    "education_level_code",
    "business_age_months_count",
    "rating_code",
    "adverse_open_count",
    "adverse_5y_count",
)
"""The features of domain.md, section 6.2, which the score is made of; a bank reads one only with its block's kind."""


def structs() -> dict[str, Column]:
    """The nested blocks over a person's features; one of which nothing is known is null.

    `compliance` never is: that nothing bad is known is a statement too.
    """
    has_work = (F.size("work_told") > 0) | (F.size("months") > 0)
    has_home = F.col("rents").isNotNull() | F.col("fund").isNotNull()
    return {
        "newcomer": F.struct(
            "newcomer_status_code",
            "newcomer_basis_codes",
            "hukou_date",
            "newcomer_next_change_date",
            "arrive_date",
            "residence_reason_code",
            "is_local_hukou",
            "residence_months_count",
        ),
        "work": F.when(
            has_work,
            F.struct(
                shown_employers().alias("employers"),
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
            has_home,
            F.struct(
                "rents",
                "fund",
                "rent_months_12_count",
                "rent_on_time_ratio",
                "hpf_months_24_count",
            ),
        ),
        "utility": F.when(
            F.col("utility_on_time_12_ratio").isNotNull(), F.struct("utility_on_time_12_ratio", "utility_month_count")
        ),
        "compliance": F.struct(
            F.coalesce("adverse", F.array().cast(ADVERSE)).alias("adverse"),
            "adverse_open_count",
            "adverse_5y_count",
        ),
        "protection": F.when(
            F.col("enrolment").isNotNull() | (F.size("policy_kind_codes") > 0),
            F.struct(
                "enrolment.scheme_code", "enrolment.status_code", "enrolment.contribution_count", "policy_kind_codes"
            ),
        ),
        "features": F.struct(*FEATURES),
        "derived": F.struct("score_points", "score_band_code", "score_kind_code", "score_version_code", "reason_codes"),
    }


def record_ids() -> Column:
    """Every silver record behind a file, once, sorted; of whom there is none has no file: there is nothing to say."""
    ids = [F.coalesce(f"{name}_record_ids", F.array().cast("array<string>")) for name in BLOCKS]
    return F.sort_array(F.array_distinct(F.concat(*ids)))


def judged(rows: DataFrame, moment: Moment, city: City, policy: rules.Policy) -> DataFrame:
    """Add what the rules say of each person: newcomer, categories, tier, axes, score."""
    rows = rows.withColumns(newcomer.status(moment.as_of, city, policy.newcomer))
    rows = rows.withColumns(rules.categories(policy.category))
    return rows.withColumns(rules.tiers(policy.tier) | axes(policy.industry) | score(policy.scorecard))


def assembled(rows: DataFrame, moment: Moment, city: City) -> DataFrame:
    """Turn features into the blocks, verdicts and reasons of the file.

    Of whom no record tells any more, since all turned out to be somebody else's, gets a last version, frozen and empty,
    that names the records there were (`had_record_ids`); who never had a file gets none.
    """
    day, none = F.lit(moment.as_of), F.array().cast("array<string>")
    had = F.coalesce("had_record_ids", none) if "had_record_ids" in rows.columns else none
    is_empty = F.size("record_ids") == 0
    rows = judged(rows.withColumn("record_ids", record_ids()), moment, city, rules.in_force())
    born = F.coalesce("birth_date", F.make_date("numbered_born_year", F.lit(12), F.lit(31)))
    adult = F.coalesce(day > F.add_months(born, 12 * ADULT_YEARS), F.lit(True))
    frozen = F.coalesce(F.col("death_date") <= day, F.lit(False)) | ~F.coalesce("has_operator_grant", F.lit(True))
    made = rows.withColumns(structs()).withColumns(
        {
            "as_of_date": day,
            "known_at": F.lit(moment.known),
            "is_adult": adult,
            "is_frozen": frozen | is_empty,
            "rule_version_codes": F.array(*(F.lit(version) for version in rules.versions())),
            "lineage": _lineage(city),
            "record_ids": F.when(is_empty, had).otherwise(F.col("record_ids")),
        }
    )
    return made.where(F.size("record_ids") > 0)


LINEAGE = {
    "newcomer": ("psb_residence", "RESIDENCE", ("trait", "residence")),
    "residence": ("psb_residence", "RESIDENCE", ("residence",)),
    "work": ("hrss_social_insurance", "WORK", ("work",)),
    "housing": ("hmb_rental_contract", "HOUSING", ("housing",)),
    "education_skill": ("edu_qualification", "EDUCATION_SKILL", ("education_skill",)),
    "business": ("amr_business", None, ("business",)),
    "association": ("assn_delivery", None, ("association",)),
    "utility": ("utility_payment", "UTILITY", ("utility",)),
    "compliance": ("court_enforcement", None, ("compliance",)),
    "protection": ("nhsa_enrolment", "PROTECTION", ("protection",)),
}
"""Where each block mainly comes from, the kind of grant its departments load by, and the parts it rests on."""

ATTRIBUTES = {"residence": "dwelling", "housing": "dwelling", "work": "employer"}
"""The attribute of `schemas/rules/priority.yaml` that a block is about, where it is called otherwise."""

APPLIES = {
    "business": ("C02",),
    "association": ("C03", "C04", "C05"),
}
"""Blocks that say nothing of people of no such category."""


def _provenance(source: Column) -> Column:
    """GOV, ASSOCIATION or FINANCE, by who delivers."""
    return F.when(source.startswith("assn_"), "ASSOCIATION").when(source.startswith("fin_"), "FINANCE").otherwise("GOV")


def _lineage(city: City) -> Column:
    """Per block and source: day of the newest record in the city's zone, kind of source; or why the block is missing.

    A source that a better one contradicts is CONFLICT: it says what it says, and should not be relied on. A block that
    is not there for want of the person's grant to the operator is told apart from one of which no office knows.
    """
    return F.flatten(F.array(*(_of_block(block, city) for block in LINEAGE)))


def _of_block(block: str, city: City) -> Column:
    """Lineage of one block: an entry per source, or one that says why there is none."""
    main, kind, rests_on = LINEAGE[block]
    told = F.concat(*(F.col(f"{name}_told") for name in rests_on))
    sources = F.array_sort(F.array_distinct(F.transform(told, lambda said: said["source_code"])))

    def one(source: Column) -> Column:
        mine = F.filter(told, lambda said: said["source_code"] == source)
        newest = F.array_max(F.transform(mine, lambda said: said["known_from_at"]))
        updated = F.to_date(F.from_utc_timestamp(newest, city.city.timezone))
        quality = F.when(is_contradicted(ATTRIBUTES.get(block, block), source), "CONFLICT").otherwise("OK")
        return _entry(block, source, updated, quality, F.lit(None))

    reason = F.lit("NOT_AT_SOURCE")
    if kind is not None:
        reason = F.when(~F.array_contains("granted_kind_codes", kind), "NO_CONSENT").otherwise(reason)
    if block in APPLIES:
        applies = F.arrays_overlap("category_codes", F.array(*(F.lit(code) for code in APPLIES[block])))
        reason = F.when(~applies, "NOT_APPLICABLE").otherwise(reason)
    missing = F.array(_entry(block, F.lit(main), F.lit(None), F.lit(None), reason))
    return F.when(F.size(sources) > 0, F.transform(sources, one)).otherwise(missing)


def _entry(block: str, source: Column, updated: Column, quality: Column, missing: Column) -> Column:
    return F.struct(
        F.lit(block).alias("block_name"),
        source.alias("source_code"),
        updated.cast("date").alias("updated_date"),
        quality.cast("string").alias("quality_code"),
        _provenance(source).alias("provenance_code"),
        missing.cast("string").alias("missing_code"),
    )


CONTENT = (
    "category_codes",
    "category_reason_codes",
    "tier_code",
    "tier_reason_codes",
    "tier_missing_codes",
    "completeness_ratio",
    "no_consent_ratio",
    "industry_group_code",
    "district_code",
    "cluster_codes",
    "life_stage_code",
    "is_adult",
    "is_frozen",
    "rule_version_codes",
    *LINEAGE,
    "features",
    "derived",
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
