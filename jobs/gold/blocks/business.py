"""The businesses a person runs or represents, how they are graded, what weighs on them, and where they belong."""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gold.blocks.trace import traced
from jobs.gold.blocks.work import is_alive
from jobs.gold.spells import holds, whole_months

BASE_CLUSTER = "BASE"
"""Kind of cluster whose members are technology firms (axis A2)."""


def about_businesses(
    ratings: DataFrame, listings: DataFrame, penalties: DataFrame, members: DataFrame, as_of: date
) -> DataFrame:
    """What else is known of businesses at T, one row per `uscc_no`.

    Args:
        ratings: `gold.fact_business_rating`.
        listings: `gold.fact_business_abnormal`.
        penalties: publishable events of `jobs.gold.blocks.compliance.publishable` that concern a business.
        members: `gold.fact_cluster_member`.
        as_of: T.
    """
    day = F.lit(as_of)
    is_valid = holds("valid_from_date", "valid_to_date", day)
    graded = ratings.where(F.col("rating_code").isNotNull() & (F.col("valid_from_date") <= day))
    grade = F.max(F.struct("rating_year", "valid_from_date", "record_ids", "rating_code")).alias("grade")
    recent = (
        F.col("valid_from_date").isNotNull()
        & (F.col("valid_from_date") <= day)
        & (F.col("valid_to_date").isNull() | (F.col("valid_to_date") > F.add_months(day, -12)))
    )
    in_cluster = F.struct("cluster_code", "cluster_kind_code")
    return (
        graded.groupBy("uscc_no")
        .agg(grade)
        .join(
            listings.where(is_valid).groupBy("uscc_no").agg(F.count("*").try_cast("int").alias("abnormal_count")),
            "uscc_no",
            "full",
        )
        .join(penalties.groupBy("uscc_no").agg(F.count("*").try_cast("int").alias("penalty_count")), "uscc_no", "full")
        .join(
            members.groupBy("uscc_no").agg(
                F.collect_set(F.when(is_valid, in_cluster)).alias("clusters"),
                F.bool_or(recent).alias("is_recent_member"),
            ),
            "uscc_no",
            "full",
        )
    )


def business(roles: DataFrame, about: DataFrame, as_of: date) -> DataFrame:
    """Businesses that are the person's own at T, alive or not, and what they say of the person.

    Grades and clusters speak for whoever owns the business by role, also where the register's own row is missing.

    Args:
        roles: rows of `jobs.gold.blocks.work.with_states`.
        about: rows of `about_businesses`.
        as_of: T.
    """
    day = F.lit(as_of)
    begun = roles.where(F.col("valid_from_date") <= day).join(F.broadcast(about), "uscc_no", "left")
    is_own = holds("valid_from_date", "valid_to_date", day)
    is_live = is_own & is_alive(day)
    zero = {name: F.coalesce(name, F.lit(0)).alias(name) for name in ("abnormal_count", "penalty_count")}
    shown = F.struct(
        "uscc_no",
        "entity_name",
        "role_code",
        "status_code",
        "established_date",
        "industry_code",
        F.col("grade.rating_code").alias("rating_code"),
        *zero.values(),
    )
    # the latest grade of any, of several of one day that of the lowest code
    latest = F.struct(
        F.expr("-grade.rating_year"),
        F.expr("-datediff(grade.valid_from_date, DATE'1900-01-01')"),
        "uscc_no",
        "grade.rating_code",
    )
    codes = F.transform("clusters", lambda c: c["cluster_code"])
    is_base = F.exists("clusters", lambda c: c["cluster_kind_code"] == BASE_CLUSTER)
    live = F.struct("uscc_no", "industry_code", F.coalesce(is_base, F.lit(False)).alias("is_base"))
    listed = F.array_sort(F.collect_set(F.when(is_own, shown)))
    grouped = begun.groupBy("person_id").agg(
        F.when(F.size(listed) > 0, listed).alias("business"),
        F.count_if(is_live).try_cast("int").alias("live_business_count"),
        F.array_sort(F.collect_set(F.when(is_live, live))).alias("live_businesses"),
        F.min(F.when(is_live, F.col("established_date"))).alias("first_established_date"),
        F.min(F.when(is_own & F.col("grade").isNotNull(), latest))["rating_code"].alias("rating_code"),
        F.array_sort(F.array_distinct(F.flatten(F.collect_list(F.when(is_own, codes))))).alias("cluster_codes"),
        F.bool_or(is_own & F.coalesce("is_recent_member", F.lit(False))).alias("has_recent_cluster"),
        *traced("business", is_own),
    )
    age = F.when(F.col("first_established_date").isNotNull(), whole_months(F.col("first_established_date"), day))
    return grouped.withColumn("business_age_months_count", age).drop("first_established_date")
