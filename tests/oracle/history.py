"""What is known of each person at (T, K): the events of the oracle, from what was delivered, clean and loaded."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from datetime import date
from typing import Any

from oracle import offences
from oracle.delivered import Record, Tables, Versions
from oracle.events import (
    Association,
    Benefit,
    Bill,
    Business,
    Education,
    Employment,
    Enrolment,
    HukouEntry,
    Lease,
    Membership,
    Rating,
    ResidenceSpell,
    Role,
    Skill,
    WorkLine,
)
from oracle.months import first_day, last_day
from oracle.offences import Events

PLATFORM_GROUPS = {"EXPRESS": "EXPRESS", "FOOD": "DELIVERY", "INSTANT": "DELIVERY"}


def earliest(*days: date | None) -> date | None:
    """Return the first of the days that are known."""
    return min((day for day in days if day is not None), default=None)


def histories(told: Tables, day: date) -> dict[Hashable, Events]:
    """Return every person's events as known; counts that run on in a record are those of T."""
    found: dict[Hashable, Events] = defaultdict(lambda: defaultdict(list))

    def standing(source: str, object_: str = "") -> Iterator[tuple[Events, Versions]]:
        for versions in told.get((source, object_), ()):
            if versions.last.person is not None:
                yield found[versions.last.person], versions

    _residence(standing("psb_residence"))
    for events, versions in standing("hrss_social_insurance"):
        _insurance(events, versions.last)
    for events, versions in standing("hpf_contribution"):
        one = versions.last
        line = WorkLine(one.month("period_month"), "HF", one.says["employer_uscc_no"], one.stated("paid_date"))
        events["work"].append(line)
    for events, versions in standing("tax_income_filing"):
        one = versions.last
        if not one.says["is_annual_settlement"]:
            events["work"].append(WorkLine(one.month("period_month"), "PIT", None, one.stated("filed_date")))
    for events, versions in standing("hrss_employment"):
        one = versions.last
        if one.says["registration_kind_code"] == "EMPLOYMENT":
            end = one.stated("exit_date") or one.stated("contract_end_date")
            form, employer = one.says["employment_form_code"], one.says["employer_uscc_no"]
            events["employments"].append(Employment(form, one.stated("contract_start_date"), end, employer))
    for events, versions in standing("hrss_skill_certificate"):
        one = versions.last
        level, issued = one.says["skill_level_code"], one.stated("issue_date")
        if issued:
            events["skills"].append(Skill(int(level) if level else None, issued, one.stated("valid_to_date")))
    for events, versions in standing("edu_qualification"):
        graduated = versions.last.stated("graduation_date")
        if graduated:
            events["educations"].append(Education(versions.last.says["level_code"], graduated))
    for events, versions in standing("nhsa_enrolment"):
        one = versions.last
        enrolment = Enrolment(one.month("period_month"), one.says["scheme_code"], one.says["status_code"])
        events["enrolments"].append(enrolment)
    for events, versions in standing("hmb_rental_contract"):
        _lease(events, versions, day)
    for events, versions in standing("utility_payment"):
        one = versions.last
        events["bills"].append(Bill(one.month("bill_month"), one.stated("due_date"), one.stated("paid_date")))
    for events, versions in standing("fin_policy"):
        start = versions.last.stated("start_date")
        if start:
            events["policies"].append((start, versions.last.stated("end_date")))
    for events, versions in standing("mca_assistance"):
        one, start = versions.last, versions.last.stated("start_date")
        if start:
            events["benefits"].append(Benefit(one.says["assistance_kind_code"], start, one.stated("end_date")))
    for events, versions in standing("amr_business", "role"):
        one = versions.last
        role = Role(
            one.says["uscc_no"], one.says["role_code"], one.stated("role_start_date"), one.stated("role_end_date")
        )
        events["roles"].append(role)
    for events, versions in standing("dispute_intake"):
        offences.dispute(events, versions.last)
    _associations(standing)
    offences.penalties(standing("amr_penalty"))
    offences.cases(standing("court_enforcement"))
    offences.arrears(standing("fin_loan"))
    return found


def _residence(pages: Iterator[tuple[Events, Versions]]) -> None:
    """A row a permit, a registration by its number; the hukou from every page that was ever shown."""
    numbers: dict[tuple[Hashable, str], tuple[Events, list[Versions]]] = {}
    for events, versions in pages:
        one = versions.last
        for page in versions.all:
            events["hukou"].append(
                HukouEntry(
                    page.says["hukou_code"], page.stated("hukou_date"), page.says["hukou_entry_code"], page.event_at
                )
            )
        events["death"] += [day for day in [one.stated("death_date")] if day]
        events["birth"] += [day for day in [one.stated("birth_date")] if day]
        start, end = one.stated("endorsed_date") or one.stated("issue_date"), one.stated("valid_to_date")
        if one.says["permit_no"] and start and end:
            events["residence"].append(_spell("PERMIT", start, end, [versions]))
        key = (one.person, one.says["registration_no"])
        numbers.setdefault(key, (events, []))[1].append(versions)
    for events, rows in numbers.values():
        last = max((row.last for row in rows), key=lambda one: one.event_at)
        start = last.stated("residence_start_date")
        if start:
            events["residence"].append(_spell("REGISTRATION", start, last.stated("residence_end_date"), rows))


def _spell(kind: str, start: date, end: date | None, rows: list[Versions]) -> ResidenceSpell:
    last = max((row.last for row in rows), key=lambda one: one.event_at)
    gone = earliest(*(page.day for row in rows for page in row.all if page.says["is_cancelled"]))
    is_gone = bool(last.says["is_cancelled"])
    return ResidenceSpell(
        kind,
        start,
        end,
        gone if is_gone else None,
        last.says["district_code"],
        last.says["residence_reason_code"],
        last.says["has_coresident_child"],
        last.event_at,
    )


def _insurance(events: Events, one: Record) -> None:
    if one.says["insurance_kind_code"] == "PENSION":
        kind = "FLEX" if one.says["payment_kind_code"] == "FLEXIBLE" else "SI"
        line = WorkLine(one.month("period_month"), kind, one.says["employer_uscc_no"], one.stated("paid_date"))
        events["work"].append(line)


def _lease(events: Events, versions: Versions, day: date) -> None:
    one, then = versions.last, versions.at(day)
    start = one.stated("lease_start_date")
    if start is None:
        return
    end = earliest(one.stated("lease_end_date"), one.stated("terminated_date"))
    due, on_time = (then.says["rent_due_count"], then.says["rent_on_time_count"]) if then else (0, 0)
    events["leases"].append(Lease(start, end, due or 0, on_time or 0, one.says["district_code"]))


def _associations(standing: Any) -> None:
    for events, versions in standing("assn_domestic_service"):
        one, start = versions.last, versions.last.stated("issue_date")
        if start:
            events["associations"].append(Association("CARD", "DOMESTIC", start, one.stated("valid_to_date")))
    for events, versions in standing("assn_delivery"):
        group = PLATFORM_GROUPS[versions.last.says["platform_kind_code"]]
        _worked(events, versions.last, "GIG", group, "work_month", "order_count")
    permits: dict[tuple[Hashable, str], tuple[Events, list[Record]]] = {}
    for events, versions in standing("assn_ride_hailing"):
        one = versions.last
        _worked(events, one, "GIG", "RIDE", "work_month", "order_count")
        permits.setdefault((one.person, one.says["driver_permit_no"]), (events, []))[1].append(one)
    for events, rows in permits.values():
        stated = [row for row in rows if row.stated("permit_valid_to_date")]
        if stated:
            end = max(stated, key=lambda row: row.event_at).stated("permit_valid_to_date")
            start = first_day(min(row.month("work_month") for row in rows))
            events["associations"].append(Association("DRIVER_PERMIT", "RIDE", start, end))
    for events, versions in standing("assn_construction"):
        _worked(events, versions.last, "SITE", "CONSTRUCTION", "attendance_month", "attendance_days")
    for events, versions in standing("assn_catering"):
        one, start = versions.last, versions.last.stated("post_start_date")
        if start:
            end = earliest(one.stated("post_end_date"), one.stated("left_date"))
            events["associations"].append(Association("POST", "CATERING", start, end))


def _worked(events: Events, one: Record, kind: str, group: str, month: str, count: str) -> None:
    if (one.says[count] or 0) > 0:
        worked = one.month(month)
        events["work"].append(WorkLine(worked, kind))
        events["associations"].append(Association(kind, group, first_day(worked), last_day(worked)))


def businesses(told: Tables) -> dict[str, Business]:
    """Return every business by its credit code, with its states in order of the days since which they hold."""
    found = {}
    for versions in told.get(("amr_business", ""), ()):
        one = versions.last
        states = sorted((page.stated("status_date") or page.day, page.says["status_code"]) for page in versions.all)
        established, industry = one.stated("established_date"), one.says["industry_code"]
        found[one.says["uscc_no"]] = Business(one.says["uscc_no"], established, tuple(states), industry)
    return found


def ratings(told: Tables) -> Iterator[Rating]:
    """Yield every grade that was loaded, also of enterprises whose row names nobody."""
    for versions in told.get(("tax_enterprise_rating", ""), ()):
        one = versions.last
        published = one.stated("published_date") or one.day
        yield Rating(one.says["uscc_no"], int(one.says["rating_year"]), one.says["rating_code"], published)


def memberships(told: Tables) -> Iterator[Membership]:
    """Yield every stay of a business in a cluster."""
    for versions in told.get(("park_membership", ""), ()):
        one, start = versions.last, versions.last.stated("entry_date")
        if start:
            says = one.says
            yield Membership(says["uscc_no"], says["cluster_code"], says["cluster_kind_code"], start,
                             one.stated("exit_date"))  # fmt: skip
