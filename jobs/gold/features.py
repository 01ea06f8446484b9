"""Everything the rules ask of a person at (T, K): one row per person, 0 where there is no evidence at all."""

from datetime import date, datetime
from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.gold.blocks.association import association
from jobs.gold.blocks.business import about_businesses, business
from jobs.gold.blocks.compliance import Window, compliance, disputed, publishable
from jobs.gold.blocks.housing import housing, leases_told
from jobs.gold.blocks.learning import learning
from jobs.gold.blocks.protection import protection
from jobs.gold.blocks.residence import residence, traits
from jobs.gold.blocks.trace import TOLD, begun
from jobs.gold.blocks.utility import utility
from jobs.gold.blocks.work import employers, with_states, work
from jobs.gold.conflicts import conflicts, together
from jobs.gold.spells import known_at, month_start, whole_months
from schemas import City

COUNTS = (
    "work_months_12_count",
    "work_months_24_count",
    "base_months_24_count",
    "own_months_24_count",
    "si_months_1_count",
    "si_months_12_count",
    "insured_months_12_count",
    "flexible_months_3_count",
    "gig_months_12_count",
    "site_months_3_count",
    "hpf_months_12_count",
    "hpf_months_24_count",
    "work_streak_count",
    "employer_change_24_count",
    "rent_months_12_count",
    "residence_months_count",
    "association_months_12_count",
    "live_business_count",
    "adverse_open_count",
    "adverse_5y_count",
)
"""Features that are 0 where there is no evidence at all."""

FLAGS = (
    "has_identity",
    "has_identity_conflict",
    "has_valid_residence",
    "has_coresident_child",
    "has_lease_12",
    "has_open_employment",
    "has_open_flexible_employment",
    "has_valid_card",
    "has_driver_permit",
    "has_valid_certificate",
    "has_recent_bill",
    "has_recent_cluster",
    "has_recent_enrolment",
    "has_recent_filing",
    "is_recent_graduate",
)
"""Features that are false where there is no evidence."""

BLOCKS = (
    "trait",
    "residence",
    "work",
    "housing",
    "education_skill",
    "business",
    "association",
    "utility",
    "compliance",
    "protection",
)
"""Parts of a file that rest on records (`jobs.gold.blocks.trace`)."""


class Moment(NamedTuple):
    """The question: as of T, known at K; and which sources were fresh then (`jobs.gold.fresh`)."""

    as_of: date
    known: datetime
    fresh: tuple[str, ...] = ()


def relief_windows(city: City) -> tuple[Window, ...]:
    """Return the first and last day of each month of the city's relief calendar."""
    months = sorted({event["month"] for event in city.calendar.get("relief_events") or ()})
    firsts = [date.fromisoformat(f"{month}-01") for month in months]
    return tuple((first, date.fromordinal(month_start(first, -1).toordinal() - 1)) for first in firsts)


def people(links: DataFrame, waiting: DataFrame, numbers: DataFrame, known: datetime) -> DataFrame:
    """Everybody who has a record known at K: person_id, has_identity, has_identity_conflict, and what the number says.

    Args:
        links: `link.person_record`.
        waiting: `link.review`: who waits for a decision has an open conflict.
        numbers: rows of `numbers_of`.
        known: K.
    """
    at = F.lit(known)
    everybody = (
        links.where(F.col("person_id").isNotNull() & (F.col("known_from_at") <= at))
        .groupBy("person_id")
        .agg(F.bool_or("has_number").alias("has_identity"))
    )
    doubted = (
        waiting.where(F.col("person_id").isNotNull() & (F.col("known_from_at") <= at)).select("person_id").distinct()
    )
    told = (
        numbers.where(F.col("known_from_at") <= at)
        .groupBy("person_id")
        .agg(
            F.max("certificate_type_code").alias("numbered_type_code"),
            F.max("born_last_year").alias("numbered_born_year"),
        )
    )
    return everybody.join(doubted.withColumn("has_identity_conflict", F.lit(True)), "person_id", "left").join(
        told, "person_id", "left"
    )


def numbers_of(ledger: DataFrame, identities: DataFrame) -> DataFrame:
    """What a person's valid number says: person_id, certificate_type_code, born_last_year, known_from_at.

    Args:
        ledger: `link.ledger`: who was made for which number.
        identities: `link.identity`.
    """
    made = ledger.where("entry_code = 'CREATE' AND certificate_hash IS NOT NULL").select(
        "certificate_hash", "person_id"
    )
    said = ("certificate_hash", "certificate_type_code", "born_last_year", "known_from_at")
    return identities.where("certificate_type_code IS NOT NULL").select(*said).join(made, "certificate_hash")


def features(everybody: DataFrame, facts: dict[str, DataFrame], moment: Moment, city: City) -> DataFrame:
    """Join every block's features to the people: one row per person.

    Args:
        everybody: rows of `people`.
        facts: fact tables by name.
        moment: T, K and the fresh sources.
        city: the profile, for the operator's code and the relief calendar.
    """
    as_of, known = moment.as_of, F.lit(moment.known)
    now = {name.removeprefix("gold.fact_"): known_at(rows, known) for name, rows in facts.items()}
    shown = publishable(now["adverse"], as_of, relief_windows(city))
    of_firms = shown.where("uscc_no IS NOT NULL")
    about = about_businesses(now["business_rating"], now["business_abnormal"], of_firms, now["cluster_member"], as_of)
    roles = with_states(now["business_role"], now["business_state"])
    industries = now["business"].select("uscc_no", "industry_code")
    leases = leases_told(facts["gold.fact_rent_spell"], known, as_of)
    joined = everybody
    for part in (
        traits(now["person_trait"], now["hukou_entry"]),
        residence(now["residence_spell"], as_of),
        work(now["work_month"], roles, as_of),
        employers(now["work_month"], now["employer_spell"], industries, as_of),
        housing(leases, now["residence_spell"], now["fund_month"], as_of),
        learning(now["education"], now["skill"], as_of),
        business(roles, about, as_of),
        association(now["association_month"], as_of),
        utility(now["utility_month"], as_of),
        compliance(shown, disputed(now["dispute"], as_of)),
        protection(now["enrolment_month"], now["policy"], as_of),
        operator_consent(now["consent"], known, city.operator.code),
    ):
        joined = joined.join(part, "person_id", "left")
    return _filled(joined, moment)


def _filled(joined: DataFrame, moment: Moment) -> DataFrame:
    """0, false and empty for no evidence; age; the sources each block rests on, the further and the fresh ones."""
    day, none = F.lit(moment.as_of), F.array().cast("array<string>")
    age = F.floor(whole_months(F.col("birth_date"), day) / 12).try_cast("int")
    columns = {name: F.coalesce(name, F.lit(0)) for name in COUNTS}
    columns |= {name: F.coalesce(name, F.lit(False)) for name in FLAGS}
    columns["certificate_type_code"] = F.coalesce("certificate_type_code", "numbered_type_code")
    columns |= {f"{name}_told": F.coalesce(f"{name}_told", F.array().cast(TOLD)) for name in BLOCKS}
    columns |= {
        name: F.coalesce(name, none) for name in ("granted_kind_codes", "base_source_codes", "recent_association_codes")
    }
    fresh = F.array(*(F.lit(name) for name in moment.fresh)).cast("array<string>")
    rows = joined.withColumns(columns)
    return rows.withColumns(
        {f"{name}_source_codes": begun(F.col(f"{name}_told")) for name in BLOCKS}
        | {
            "age_count": age,
            "fresh_source_codes": fresh,
            "further_source_codes": _further(),
            "conflicts": conflicts("dwelling", together("registered_said", "rented_said")),
        }
    )


def _further() -> Column:
    """The sources that tell of a degree, a valid certificate, or something of the last twelve months (tier T1)."""
    said = {
        "edu_qualification": F.col("education_level_code").isNotNull(),
        "hrss_skill_certificate": F.col("has_valid_certificate"),
        "nhsa_enrolment": F.col("has_recent_enrolment"),
        "tax_income_filing": F.col("has_recent_filing"),
        "utility_payment": F.col("has_recent_bill"),
        "park_membership": F.col("has_recent_cluster"),
    }
    found = F.array_compact(F.array(*(F.when(is_said, F.lit(source)) for source, is_said in said.items())))
    return F.concat(found, F.col("recent_association_codes"))


def operator_consent(consents: DataFrame, known: Column, operator: str) -> DataFrame:
    """Of who once gave the operator a grant: whether one lives (PIPL-47: else only store), and of which kinds."""
    live = (F.col("live_from_at") <= known) & (known < F.col("live_to_at"))
    return (
        consents.where(F.col("recipient_code") == operator)
        .groupBy("person_id")
        .agg(
            F.bool_or(live).alias("has_operator_grant"),
            F.array_sort(F.array_distinct(F.flatten(F.collect_list(F.when(live, F.col("data_kind_codes")))))).alias(
                "granted_kind_codes"
            ),
        )
    )
