"""Businesses, who runs them, how they are graded and where they belong: facts hang on the USCC, roles on the person.

CRR-13: only operators and legal representatives are joined to a person; other roles stay at the firm.
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.gold.facts.record import ONLY_SOURCE, day_of, owned, standing, stated, told

STATE = ("entity_name", "entity_kind_code", "established_date", "status_code", "status_date", "industry_code")


def businesses(amr_business: DataFrame) -> DataFrame:
    """Businesses as the register states them; alive from establishment to the day before the register ended it."""
    rows = stated(amr_business, "amr_business", "business")
    is_ended = F.col("status_code") != "ALIVE"
    return rows.withColumns(
        {
            "valid_from_date": F.col("established_date"),
            "valid_to_date": F.when(is_ended, F.date_sub("status_date", 1)),
        }
    )


def business_states(amr_business: DataFrame) -> DataFrame:
    """States the register ever told of a business, each from its day on, until the next one begins.

    One row per telling: known from when it was told, also when the row says another since, until the register deletes
    the business.
    """
    rows = told(amr_business, "amr_business", "business")
    since = F.coalesce("status_date", day_of("event_at", "amr_business"))
    states = rows.withColumns({"valid_from_date": since, "known_to_at": F.col("deleted_at")})
    return states.where("status_code IS NOT NULL AND (known_to_at IS NULL OR known_to_at > known_from_at)").withColumn(
        "valid_to_date", F.lit(None).cast("date")
    )


def business_roles(amr_business_role: DataFrame, known_businesses: DataFrame, links: DataFrame) -> DataFrame:
    """Operators and legal representatives with their business's newest known state; other roles stay at the firm.

    A role is known as long as it is told, whatever the register says of the business then, or if nothing.

    Args:
        amr_business_role: the roles.
        known_businesses: rows of `gold.fact_business`.
        links: whose records they are.
    """
    roles = owned(amr_business_role, links, "amr_business", "business")
    mine = roles.where("role_code IN ('OPERATOR', 'LEGAL_REP')").select(
        "person_id",
        "uscc_no",
        "role_code",
        F.col("role_start_date").alias("valid_from_date"),
        F.col("role_end_date").alias("valid_to_date"),
        F.col("known_from_at").alias("role_from_at"),
        F.col("known_to_at").alias("role_to_at"),
        "source_code",
        F.col("record_ids").alias("role_record_ids"),
        "priority_count",
    )
    overlaps = mine.join(_states(known_businesses), "uscc_no", "left").select(
        "*",
        "state.*",
        F.greatest("role_from_at", "from_at").alias("known_from_at"),
        F.least("role_to_at", "to_at").alias("known_to_at"),
    )
    of_firm = F.coalesce("state_record_ids", F.array().cast("array<string>"))
    rows = overlaps.withColumn("record_ids", F.concat("role_record_ids", of_firm))
    return rows.where("known_to_at IS NULL OR known_to_at > known_from_at")


def _states(known_businesses: DataFrame) -> DataFrame:
    """What was known of each business from `from_at` to `to_at` (null = ever), and when nothing was."""
    order = Window.partitionBy("uscc_no").orderBy("known_from_at")
    state = F.struct(*STATE, F.col("record_ids").alias("state_record_ids"))
    before, is_last = F.lag("known_to_at").over(order), F.lead("known_from_at").over(order).isNull()

    def span(said: Column, since: Column, until: Column) -> Column:
        return F.struct(said.alias("state"), since.alias("from_at"), until.alias("to_at"))

    since, until, ever = F.col("known_from_at"), F.col("known_to_at"), F.lit(None).cast("timestamp")
    nothing = F.when(F.lit(False), state)
    silent = F.when(~before.eqNullSafe(since), span(nothing, before, since))
    gone = F.when(is_last & until.isNotNull(), span(nothing, until, ever))
    spans = known_businesses.select(
        "uscc_no", F.array_compact(F.array(silent, span(state, since, until), gone)).alias("spans")
    )
    return spans.select("uscc_no", F.inline("spans"))


def tax_ratings(tax_enterprise_rating: DataFrame) -> DataFrame:
    """Grades of tax credit, one a year, from the day of publishing, else of telling; none ends by itself."""
    rows = stated(tax_enterprise_rating, "tax_enterprise_rating")
    told = day_of("event_at", "tax_enterprise_rating")
    return rows.withColumn("valid_from_date", F.coalesce("published_date", told))


def shop_grades(catering: DataFrame) -> DataFrame:
    """Grades of member shops of the catering association: each line about staff states its shop's, the newest stands.

    Args:
        catering: `stated` rows of `silver.assn_catering`.
    """
    shown = ("uscc_no", "grade_code", "rating_ratio", "joined_date", "left_date")
    grades = standing(catering.where("uscc_no IS NOT NULL"), ("member_no",), ("event_at",), shown)
    return grades.where("grade_code IS NOT NULL OR rating_ratio IS NOT NULL").withColumns(
        {
            "valid_from_date": F.col("joined_date"),
            "valid_to_date": F.col("left_date"),
            "source_code": F.lit("assn_catering"),
            "priority_count": F.lit(ONLY_SOURCE),
        }
    )


def abnormal_listings(decided: DataFrame) -> DataFrame:
    """Businesses listed as abnormal (经营异常) until they are removed: no bad information in the sense of CRR-44.

    Args:
        decided: `stated` rows of `silver.amr_penalty`.
    """
    return decided.where("kind_code = 'ABNORMAL' AND uscc_no IS NOT NULL").withColumns(
        {
            "valid_from_date": F.coalesce("listed_date", "decided_date"),
            "valid_to_date": F.col("removed_date"),
        }
    )


def cluster_members(park_membership: DataFrame) -> DataFrame:
    """Businesses on the list of a park, new town or base; one on two lists is in two clusters."""
    rows = stated(park_membership, "park_membership")
    return rows.withColumns({"valid_from_date": F.col("entry_date"), "valid_to_date": F.col("exit_date")})
