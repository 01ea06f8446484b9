"""From silver records to facts about people and businesses, true in the world for a time and known to us for a time.

One row per record version: `known_from_at/known_to_at` come from how versions of one key follow each other, so a
question 'as of D, known at K' has one answer for ever. Spells are merged where they are asked, not here.
"""

from collections.abc import Callable
from functools import partial, reduce
from typing import Protocol

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

import schemas
from jobs.gold.facts import (
    adverse,
    association,
    benefit,
    business,
    consent,
    dispute,
    education,
    finance,
    housing,
    protection,
    residence,
    utility,
    work,
)
from jobs.gold.facts.record import stated
from schemas.spark import stored

Reader = Callable[[str], DataFrame]
"""Gives a table by its full name; an empty one of its contract if it was never written."""

Keeper = Callable[[DataFrame], DataFrame]
"""Keeps rows that are read more than once."""

MADE_OF: dict[str, tuple[str, ...]] = {
    "gold.fact_residence_spell": ("psb_residence",),
    "gold.fact_person_trait": ("psb_residence",),
    "gold.fact_hukou_entry": ("psb_residence",),
    "gold.fact_work_month": (
        "hrss_social_insurance",
        "hpf_contribution",
        "tax_income_filing",
        "assn_delivery",
        "assn_ride_hailing",
        "assn_construction",
    ),
    "gold.fact_employer_spell": ("hrss_employment",),
    "gold.fact_rent_spell": ("hmb_rental_contract",),
    "gold.fact_fund_month": ("hpf_contribution",),
    "gold.fact_education": ("edu_qualification",),
    "gold.fact_schooling": ("edu_qualification_schooling",),
    "gold.fact_skill": ("hrss_skill_certificate",),
    "gold.fact_business": ("amr_business",),
    "gold.fact_business_state": ("amr_business",),
    "gold.fact_business_role": ("amr_business_role",),
    "gold.fact_business_rating": ("tax_enterprise_rating", "assn_catering"),
    "gold.fact_business_abnormal": ("amr_penalty",),
    "gold.fact_cluster_member": ("park_membership",),
    "gold.fact_association_month": (
        "assn_delivery",
        "assn_ride_hailing",
        "assn_construction",
        "assn_domestic_service",
        "assn_catering",
    ),
    "gold.fact_enrolment_month": ("nhsa_enrolment",),
    "gold.fact_policy": ("fin_policy",),
    "gold.fact_utility_month": ("utility_payment",),
    "gold.fact_adverse": ("amr_penalty", "court_enforcement", "fin_loan"),
    "gold.fact_benefit": ("mca_assistance",),
    "gold.fact_dispute": ("dispute_intake",),
    "gold.fact_loan": ("fin_loan",),
    "gold.fact_loan_month": ("fin_loan",),
    "gold.fact_fee_month": ("fin_fee",),
    "gold.fact_guarantee": ("fin_guarantee",),
    "gold.fact_consent": ("consent_grant",),
}
"""The silver tables each fact is made of; one of them is enough."""


class OfRecords(Protocol):
    """Makes a fact of a silver table and of the links that say whose its records are."""

    def __call__(self, silver: DataFrame, /, links: DataFrame) -> DataFrame:
        """Return the fact's rows."""


ALONE: dict[str, OfRecords] = {
    "gold.fact_employer_spell": work.employer_spells,
    "gold.fact_rent_spell": housing.rent_spells,
    "gold.fact_fund_month": housing.fund_months,
    "gold.fact_education": education.educations,
    "gold.fact_schooling": education.schoolings,
    "gold.fact_skill": education.skills,
    "gold.fact_enrolment_month": protection.enrolment_months,
    "gold.fact_policy": protection.policies,
    "gold.fact_utility_month": utility.utility_months,
    "gold.fact_benefit": benefit.benefits,
    "gold.fact_dispute": dispute.disputes,
    "gold.fact_fee_month": finance.fee_months,
    "gold.fact_guarantee": finance.guarantees,
    "gold.fact_consent": consent.consents,
}
"""Facts of one silver table that makes no other, or makes it by way of this one."""

ASSOCIATIONS: dict[str, OfRecords] = {
    "assn_delivery": association.delivered_months,
    "assn_ride_hailing": association.driven_months,
    "assn_construction": association.attended_months,
    "assn_domestic_service": association.cards,
}
"""What each association says of a person's standing; the catering association grades its shops as well."""


def present(is_there: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the facts of which at least one silver table is there; `is_there` is asked for full names."""
    return tuple(name for name, made_of in MADE_OF.items() if any(is_there(f"silver.{silver}") for silver in made_of))


def all_facts(
    read: Reader,
    is_there: Callable[[str], bool] = lambda _: True,
    kept: Keeper = lambda rows: rows,
    numbered: Keeper = lambda rows: rows,
) -> dict[str, DataFrame]:
    """Return every fact table of which a silver table is there (`present`), shaped as its contract says.

    Each silver table is followed through its versions once: what two facts are made of is `kept`, and both read that.

    Args:
        read: gives a table.
        is_there: whether a table was ever written; for one that was not nothing is planned.
        kept: keeps rows for those who read them, e.g. by person and in memory.
        numbered: gives bad information a number of our own.
    """
    links = read("link.person_record").select("record_id", "source", "person_id")
    made: dict[str, DataFrame] = {}

    def silver(name: str, make: Callable[[DataFrame], DataFrame]) -> DataFrame | None:
        return make(read(f"silver.{name}")) if is_there(f"silver.{name}") else None

    def mine(make: OfRecords) -> Callable[[DataFrame], DataFrame]:
        return partial(make, links=links)

    def put(name: str, rows: DataFrame | None, keep: Keeper = kept) -> None:
        if rows is not None:
            made[name] = keep(shaped(rows, name))

    for name, make in ALONE.items():
        put(name, silver(MADE_OF[name][0], mine(make)))

    registered = _then(silver("psb_residence", mine(residence.register)), kept)
    put("gold.fact_residence_spell", _then(registered, residence.residence_spells))
    put("gold.fact_person_trait", _then(registered, residence.person_traits), _as_it_is)
    put("gold.fact_hukou_entry", _then(registered, residence.hukou_entries))

    decided = _then(silver("amr_penalty", partial(stated, source="amr_penalty")), kept)
    catering = _then(silver("assn_catering", partial(stated, source="assn_catering")), kept)
    firms = _then(silver("amr_business", _as_it_is), kept)
    put("gold.fact_business", _then(firms, business.businesses))
    put("gold.fact_business_state", _then(firms, business.business_states))
    known = made["gold.fact_business"] if "gold.fact_business" in made else read("gold.fact_business")
    roles = partial(business.business_roles, known_businesses=known, links=links)
    put("gold.fact_business_role", silver("amr_business_role", roles))
    graded = (silver("tax_enterprise_rating", business.tax_ratings), _then(catering, business.shop_grades))
    put("gold.fact_business_rating", _together(*graded))
    put("gold.fact_business_abnormal", _then(decided, business.abnormal_listings))
    put("gold.fact_cluster_member", silver("park_membership", business.cluster_members))

    standing = [silver(name, mine(make)) for name, make in ASSOCIATIONS.items()]
    put("gold.fact_association_month", _together(*standing, _then(catering, mine(association.posts))))

    insured = silver("hrss_social_insurance", mine(work.insured_months))
    filed = silver("tax_income_filing", mine(work.filed_months))
    paid_in = _then(made.get("gold.fact_fund_month"), work.fund_work)
    done = _then(made.get("gold.fact_association_month"), work.association_work)
    put("gold.fact_work_month", _together(insured, paid_in, filed, done))

    lines = _then(silver("fin_loan", mine(finance.loan_lines)), kept)
    put("gold.fact_loan_month", _then(lines, finance.loan_months), _as_it_is)
    put("gold.fact_loan", _then(lines, finance.loans))
    enforced = silver("court_enforcement", mine(adverse.enforcements))
    events = _together(_then(decided, mine(adverse.penalties)), enforced, _then(lines, adverse.arrears))
    put("gold.fact_adverse", _then(events, lambda rows: numbered(adverse.dated(rows))))
    return made


def shaped(rows: DataFrame, name: str) -> DataFrame:
    """A fact's columns in the contract's order, null where no source that is there says them."""
    kinds = {field.name: field.dataType for field in stored(schemas.table(name)).fields}
    silent = {column: F.lit(None).cast(kind) for column, kind in kinds.items() if column not in rows.columns}
    return (rows.withColumns(silent) if silent else rows).select(*kinds)


def _as_it_is(rows: DataFrame) -> DataFrame:
    return rows


def _then(rows: DataFrame | None, make: Callable[[DataFrame], DataFrame]) -> DataFrame | None:
    return None if rows is None else make(rows)


def _together(*parts: DataFrame | None) -> DataFrame | None:
    """Rows of the parts that are there, null where a part has no such column; None if none is."""
    there = [part for part in parts if part is not None]
    return reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), there) if there else None
