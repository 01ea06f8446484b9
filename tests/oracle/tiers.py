"""How much is known: the tiers and the completeness of domain.md, section 6.3."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from oracle import work
from oracle.categories import Categories, residence_at
from oracle.events import Person
from oracle.features import Features, ratio
from oracle.months import add_months, complete_months, first_day, is_valid, last_day, month_of

WEIGHTS = {
    "identity": 15,
    "residence": 15,
    "work": 25,
    "housing": 15,
    "education_skill": 10,
    "business": 5,
    "association": 5,
    "protection": 5,
    "utility": 5,
}
ONLY_OF = {"business": ("C02",), "association": ("C03", "C04", "C05")}
KIND_OF = {
    "residence": "RESIDENCE",
    "work": "WORK",
    "housing": "HOUSING",
    "education_skill": "EDUCATION_SKILL",
    "protection": "PROTECTION",
    "utility": "UTILITY",
}
"""Kind of the grant that a block's departments are loaded by; business is public, associations ask at the source."""
SOURCE_OF_KIND = {
    "SI": "hrss_social_insurance",
    "FLEX": "hrss_social_insurance",
    "HF": "hpf_contribution",
    "BIZ": "amr_business",
    "PIT": "tax_income_filing",
    "SITE": "assn_construction",
}
GIG_SOURCES = {"DELIVERY": "assn_delivery", "EXPRESS": "assn_delivery", "RIDE": "assn_ride_hailing"}
ASSOCIATION_SOURCES = GIG_SOURCES | {
    "DOMESTIC": "assn_domestic_service",
    "CONSTRUCTION": "assn_construction",
    "CATERING": "assn_catering",
}


@dataclass(frozen=True)
class Completeness:
    """The tier, the share of the applicable weight that is filled, and the share missing for want of consent."""

    tier: str
    ratio: Decimal
    no_consent_ratio: Decimal
    filled: tuple[str, ...]


def has_residence(person: Person, day: date) -> bool:
    """Say whether a page of the bureau, permit or registration, is valid on a day."""
    return residence_at(person, day) is not None


def _base_is_fresh(person: Person, day: date) -> bool:
    window = complete_months(day, 24)
    used = {line.kind for line in work.evidence(person, day) if line.kind in work.BASE and line.month in window}
    return all(SOURCE_OF_KIND[kind] in person.fresh for kind in used)


def has_housing(person: Person, day: date) -> bool:
    """Say whether a lease has a day in (T - 12 months, T], or the fund six months where others alone give twelve."""
    since = add_months(day, -12)
    leased = any(lease.start <= day and (lease.end is None or lease.end > since) for lease in person.leases)
    if leased and "hmb_rental_contract" in person.fresh:
        return True
    lines = work.evidence(person, day)
    funded = len(work.months_with(lines, ("HF",), complete_months(day, 12))) >= 6
    alone = len(work.months_with(lines, ("SI", "BIZ"), complete_months(day, 24))) >= 12
    return funded and alone and "hpf_contribution" in person.fresh


def has_further(person: Person, day: date) -> bool:
    """Say whether one more fresh source tells of the person: a qualification, or a record of the last twelve months."""
    first, fresh = add_months(day, -12), person.fresh

    def recent(start: date | None, end: date | None) -> bool:
        return start is not None and start <= day and (end is None or end > first)

    def month_is_recent(month: int) -> bool:
        return recent(first_day(month), last_day(month))

    owned = work.own_codes(person, day)
    told = {
        "edu_qualification": any(one.graduated_on <= day for one in person.educations),
        "hrss_skill_certificate": any(is_valid(one.issued_on, one.valid_to, day) for one in person.skills),
        "nhsa_enrolment": any(month_is_recent(one.month) for one in person.enrolments),
        "tax_income_filing": any(line.kind == "PIT" and month_is_recent(line.month) for line in person.work),
        "utility_payment": any(month_is_recent(bill.month) for bill in person.bills),
        "park_membership": any(one.uscc in owned and recent(one.start, one.end) for one in person.memberships),
    }
    for one in person.associations:
        source = ASSOCIATION_SOURCES[one.group]
        told[source] = told.get(source, False) or recent(one.start, one.end)
    return any(is_told and source in fresh for source, is_told in told.items())


def tier(person: Person, day: date, known: Features) -> str:
    """Return the tier: the first match from the top."""
    if person.has_conflict or not person.has_number:
        return "T4"
    is_resident = has_residence(person, day)
    if (
        is_resident
        and "psb_residence" in person.fresh
        and known.base_months_24_count >= 12
        and _base_is_fresh(person, day)
        and has_housing(person, day)
        and has_further(person, day)
    ):
        return "T1"
    if is_resident and known.work_months_12_count >= 6:
        return "T2"
    if is_resident or known.work_months_12_count >= 1:
        return "T3"
    return "T4"


def _filled(person: Person, day: date) -> dict[str, bool]:
    """Say of each block whether a fresh source tells at least one thing that has begun by T."""
    fresh, today = person.fresh, month_of(day)
    begun = [one for one in person.associations if one.start <= day]
    lines = [line for line in person.work if line.month <= today]
    kinds = {line.kind for line in lines}
    worked = any(SOURCE_OF_KIND.get(kind) in fresh for kind in kinds - {"HF"})
    worked |= any(ASSOCIATION_SOURCES[one.group] in fresh for one in begun)
    worked |= "hrss_employment" in fresh and any(one.start and one.start <= day for one in person.employments)
    lived = "psb_residence" in fresh and any(one.start <= day for one in person.residence)
    leased = "hmb_rental_contract" in fresh and any(lease.start <= day for lease in person.leases)
    learnt = "edu_qualification" in fresh and any(one.graduated_on <= day for one in person.educations)
    skilled = "hrss_skill_certificate" in fresh and any(one.issued_on <= day for one in person.skills)
    enrolled = "nhsa_enrolment" in fresh and any(one.month <= today for one in person.enrolments)
    insured = "fin_policy" in fresh and any(start <= day for start, _ in person.policies)
    return {
        "identity": person.has_number,
        "residence": lived or leased,
        "work": worked,
        "housing": leased or ("hpf_contribution" in fresh and "HF" in kinds),
        "education_skill": learnt or skilled,
        "business": "amr_business" in fresh and bool(work.own_roles(person, day)),
        "association": any(ASSOCIATION_SOURCES[one.group] in fresh for one in begun),
        "protection": enrolled or insured,
        "utility": "utility_payment" in fresh and any(bill.month <= today for bill in person.bills),
    }


def completeness(person: Person, day: date, known: Features, groups: Categories) -> Completeness:
    """Return tier and completeness on a day."""
    filled = _filled(person, day)
    applies = [b for b in WEIGHTS if b not in ONLY_OF or any(code in groups.codes for code in ONLY_OF[b])]
    whole = sum(WEIGHTS[block] for block in applies)
    has = sum(WEIGHTS[block] for block in applies if filled[block])
    lacks = [b for b in applies if not filled[b] and b in KIND_OF and KIND_OF[b] not in person.consents]
    unconsented = sum(WEIGHTS[block] for block in lacks)
    found = tuple(block for block in applies if filled[block])
    return Completeness(tier(person, day, known), ratio(has, whole), ratio(unconsented, whole), found)
