"""Lives as offices tell them: on time, late, corrected and corrected back, deleted and told anew, in any order.

A life is a list of `oracle.delivered.Record`. The same records are the in-memory oracle's input (`oracle.told`) and, as
`silver` makes them, the pipeline's; what is drawn comes from a `random.Random`, so a seed tells a life again.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from oracle.delivered import KEYS, PERSON, Record, Spot
from oracle.told import Page

FIRST, LAST = date(2022, 1, 1), date(2026, 9, 25)
EMPLOYERS = ("91310000MA1FL0001A", "91310000MA1FL0002B", "91310000MA1FL0003C")
DISTRICTS = ("310101", "310112", "310115")

Says = Mapping[str, Any]
Table = tuple[str, str]

CHANGED: dict[Table, dict[str, tuple[Any, ...]]] = {
    ("psb_residence", ""): {"district_code": DISTRICTS, "residence_reason_code": ("WORK", "JOIN_CHILD", "ACCOMPANY"),
                            "residence_start_date": ("2022-05-06", "2025-03-31", None),
                            "hukou_code": ("340104", "310115", None), "valid_to_date": ("2026-08-31", None),
                            "has_coresident_child": (True, False)},
    ("hrss_social_insurance", ""): {"payment_kind_code": ("NORMAL", "FLEXIBLE"), "paid_date": ("2026-09-01", None)},
    ("hpf_contribution", ""): {"paid_date": ("2026-09-01", None)},
    ("tax_income_filing", ""): {"is_annual_settlement": (True, False)},
    ("hrss_employment", ""): {"employment_form_code": ("EMPLOYEE", "FLEXIBLE"), "exit_date": ("2026-01-15", None)},
    ("hrss_skill_certificate", ""): {"skill_level_code": ("1", "4", None), "valid_to_date": ("2026-03-31", None)},
    ("edu_qualification", ""): {"school_name": ("one", "other")},
    ("nhsa_enrolment", ""): {"status_code": ("NORMAL", "SUSPENDED")},
    ("hmb_rental_contract", ""): {"district_code": DISTRICTS, "lease_end_date": ("2026-06-30", None),
                                  "terminated_date": ("2025-11-15", None)},
    ("utility_payment", ""): {"paid_date": ("2026-02-28", None), "due_date": ("2026-03-10", None)},
    ("fin_policy", ""): {"end_date": ("2026-01-01", None)},
    ("amr_business", "role"): {"role_end_date": ("2026-04-30", None), "role_start_date": ("2024-02-29", "2025-08-01")},
    ("amr_business", ""): {"industry_code": ("6210", "C1310", None), "established_date": ("2023-05-31", "2024-02-29")},
    ("tax_enterprise_rating", ""): {"rating_code": ("A", "M", "D")},
    ("park_membership", ""): {"exit_date": ("2026-02-01", None), "cluster_kind_code": ("BASE", "PARK")},
    ("amr_penalty", ""): {"performed_date": ("2025-02-28", None), "repaired_date": ("2026-05-01", None)},
    ("court_enforcement", ""): {"performed_date": ("2025-12-01", None), "removed_date": ("2026-05-01", None),
                                "close_kind_code": ("NO_ASSETS", "SETTLED")},
    ("fin_loan", ""): {"adverse_end_date": ("2026-04-30", None), "notice_date": ("2024-01-01", None),
                       "relief_code": ("DEFER", None)},
    ("assn_domestic_service", ""): {"valid_to_date": ("2026-05-31", None)},
    ("assn_delivery", ""): {"order_count": (0, 250)},
    ("assn_ride_hailing", ""): {"order_count": (0, 90)},
    ("assn_construction", ""): {"attendance_days": (0, 9)},
    ("assn_catering", ""): {"post_end_date": ("2026-01-31", None), "left_date": ("2026-07-31", None)},
    ("consent_grant", ""): {"data_kind_codes": (("WORK",), ("RESIDENCE", "HOUSING", "UTILITY"))},
}  # fmt: skip
"""Columns that an office corrects, and the values it may put right or wrong."""


def key(record: Record) -> tuple[Any, ...]:
    """Return the key of a record (domain.md, section 4.2)."""
    table = record.spot.source, record.spot.object
    return (
        *table,
        *(record.person if name == PERSON else record.says[name] for name in KEYS.get(table, ("consent_no",))),
    )


class Office:
    """Tells of one person, and sometimes late, wrong, or what it takes back."""

    def __init__(self, draw: Random, person: str) -> None:
        self.draw, self.person, self.records, self.told = draw, person, list[Record](), set[tuple[datetime, datetime]]()

    def day(self, first: date = FIRST, last: date = LAST) -> date:
        """Draw a day; the last of a month more often than others."""
        day = first + timedelta(days=self.draw.randint(0, max(0, (last - first).days)))
        return day.replace(day=monthrange(day.year, day.month)[1]) if self.draw.random() < 0.15 else day

    def perhaps(self, value: Any, chance: float = 0.5) -> Any:
        """Return the value or nothing."""
        return value if self.draw.random() < chance else None

    def record(self, table: Table, on: date | datetime, says: Says, operation: str = "I", whose: bool = True) -> Record:
        """Add a record of an event, known some days after it, or many."""
        draw, number = self.draw, len(self.records)
        at = on if isinstance(on, datetime) else datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
        at = at if isinstance(on, datetime) else at + timedelta(seconds=number)
        delay = draw.randint(30, 400) if draw.random() < 0.15 else draw.randint(0, 20)
        known = datetime(at.year, at.month, at.day, 16, tzinfo=UTC) + timedelta(days=delay)
        while (at, known) in self.told:  # one delivery tells an event once
            known += timedelta(days=1)
        self.told.add((at, known))
        spot = Spot(*table, f"{known:%Y-%m}", known.day, self.person, number)
        made = Record(spot, self.person if whose else None, operation, at, known, Page(says))
        self.records.append(made)
        return made

    def tell(self, table: Table, *pages: tuple[date, Says], whose: bool = True, faults: float = 0.25) -> None:
        """Tell of one key by pages in the order of their days, with corrections, deletions, and what is told anew."""
        draw, last = self.draw, None
        for place, (on, says) in enumerate(pages):
            last = self.record(table, on, says, "U" if place else "I", whose)
        while last is not None and draw.random() < faults:
            column, values = draw.choice(sorted(CHANGED[table].items()))
            again = last.event_at if draw.random() < 0.3 else last.event_at.date() + timedelta(days=draw.randint(1, 90))
            if draw.random() < 0.3:
                last = self.record(table, again, last.says, "D", whose)
                if draw.random() < 0.5:
                    break
            else:
                was, value = last.says.get(column), draw.choice(values)
                last = self.record(table, again, {**last.says, column: value}, "U", whose)
                if draw.random() < 0.4:
                    back = last.event_at.date() + timedelta(days=draw.randint(1, 60))
                    last = self.record(table, back, {**last.says, column: was}, "U", whose)


def months(first: date, count: int) -> Iterable[date]:
    """Yield firsts of months from that of a day on."""
    start = first.year * 12 + first.month - 1
    return (date(index // 12, index % 12 + 1, 1) for index in range(start, start + count))


def _after(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _lived(office: Office) -> None:
    """Pages of a registration or two: renewed with a permit, moved out, cancelled; a hukou won; rarely a death."""
    draw = office.draw
    born = str(office.day(date(1950, 1, 1), date(2005, 12, 31)))
    for number in range(draw.randint(1, 2)):
        start = office.day()
        hukou = {"hukou_code": draw.choice(("340104", "340104", "310115", None)), "hukou_date": None,
                 "hukou_entry_code": "BIRTH"}  # fmt: skip
        page = {
            "registration_no": f"DJ-{office.person}-{number}", "issue_date": str(start), "permit_no": None,
            "residence_start_date": str(start), "birth_date": born, "certificate_type_code": "RID",
            "arrive_date": str(start), "district_code": draw.choice(DISTRICTS), "is_cancelled": False,
            "residence_reason_code": draw.choice(("WORK", "WORK", "JOIN_CHILD")),
            "has_coresident_child": office.perhaps(True), **hukou,
        }  # fmt: skip
        for _ in range(draw.randint(0, 3)):
            office.tell(("psb_residence", ""), (start, page))
            start = _after(start, 365 + draw.randint(-20, 60))
            page = {**page, "issue_date": str(start), "permit_no": f"JZ-{office.person}-{number}",
                    "endorsed_date": office.perhaps(str(start)), "valid_to_date": str(_after(start, 364))}  # fmt: skip
            if draw.random() < 0.3:
                page |= {"hukou_code": "310115", "hukou_date": str(start), "hukou_entry_code": "MOVE_IN"}
        out = _after(start, draw.randint(20, 200))
        ends: list[tuple[date, Says]] = [
            (out, {**page, "residence_end_date": str(out)}),
            (out, {**page, "is_cancelled": True}),
            (out, {**page, "death_date": str(out)} if draw.random() < 0.3 else page),
        ]
        chosen = draw.sample(ends, draw.randint(0, 1))
        told_again = [(_after(out, 30), says) for _, says in chosen if draw.random() < 0.3]
        office.tell(("psb_residence", ""), (start, page), *chosen, *told_again)


def _worked(office: Office) -> None:
    """Months of insurance, fund and filings at employers that follow each other, some paid late or by oneself."""
    draw = office.draw
    for employer in draw.sample(EMPLOYERS, draw.randint(1, 2)):
        start, count = office.day(date(2023, 6, 1)), draw.randint(2, 16)
        kinds = draw.sample(("SI", "HF", "PIT"), draw.randint(1, 3))
        for month in months(start, count):
            on = _after(month, draw.randint(34, 180) if draw.random() < 0.15 else 20)
            said = {"employer_uscc_no": employer, "period_month": str(month), "paid_date": str(on)}
            if "SI" in kinds:
                line = {"insurance_kind_code": "PENSION", "base_cny": draw.choice(("6000.00", None)),
                        "payment_kind_code": draw.choice(("NORMAL", "NORMAL", "BACKPAY", "FLEXIBLE"))}  # fmt: skip
                office.tell(("hrss_social_insurance", ""), (on, {**said, **line}), faults=0.08)
            if "HF" in kinds:
                line = {"hpf_account_no": f"GJ-{office.person}", "status_code": "ACTIVE"}
                office.tell(("hpf_contribution", ""), (on, {**said, **line}), faults=0.08)
            if "PIT" in kinds:
                line = {"agent_uscc_no": employer, "income_item_code": "WAGE", "period_month": str(month),
                        "filed_date": str(on), "is_annual_settlement": False}  # fmt: skip
                office.tell(("tax_income_filing", ""), (on, line), faults=0.08)
        said = {"registration_no": f"YG-{office.person}-{employer}", "registration_kind_code": "EMPLOYMENT",
                "employer_uscc_no": employer, "contract_start_date": str(start),
                "employment_form_code": draw.choice(("EMPLOYEE", "FLEXIBLE")),
                "contract_end_date": office.perhaps(str(_after(start, 730)))}  # fmt: skip
        left = _after(start, 30 * count)
        ends = [(left, {**said, "exit_date": str(left)})]
        office.tell(("hrss_employment", ""), (start, said), *ends[: draw.randint(0, 1)])


def _rented(office: Office) -> None:
    """Leases whose rents are counted as they fall due, some broken off; bills; a policy."""
    draw = office.draw
    for number in range(draw.randint(1, 3)):
        start = office.day(date(2023, 6, 1))
        lease = {"filing_no": f"ZL-{office.person}-{number}", "lease_start_date": str(start), "program_code": "MARKET",
                 "lease_end_date": office.perhaps(str(_after(start, 364)), 0.8), "rent_due_count": 0,
                 "rent_on_time_count": 0, "district_code": draw.choice(DISTRICTS)}  # fmt: skip
        pages = [(start, lease)]
        for quarter in range(1, draw.randint(1, 5)):
            due = 3 * quarter
            counts = {"rent_due_count": due, "rent_on_time_count": due - draw.randint(0, 1)}
            pages.append((_after(start, 91 * quarter), {**lease, **counts}))
        office.tell(("hmb_rental_contract", ""), *pages)
    if draw.random() < 0.6:
        for month in months(office.day(date(2024, 9, 1)), draw.randint(3, 12)):
            bill = {"utility_kind_code": "POWER", "account_no": f"HH-{office.person}", "bill_month": str(month),
                    "due_date": str(_after(month, 24)), "paid_date": str(_after(month, draw.choice((20, 24, 30))))}  # fmt: skip
            office.tell(("utility_payment", ""), (_after(month, 40), bill), faults=0.1)
    start = office.day()
    policy = {"institution_code": "I01", "policy_no": f"BD-{office.person}", "insured_no": "1", "status_code": "ACTIVE",
              "policy_kind_code": "ACCIDENT", "start_date": str(start), "end_date": str(_after(start, 364))}  # fmt: skip
    office.tell(("fin_policy", ""), (start, policy))


def _learnt(office: Office) -> None:
    """Degrees, certificates, enrolment in medical insurance."""
    draw = office.draw
    for level in draw.sample(("20", "30", "60"), draw.randint(0, 2)):
        on = office.day()
        office.tell(("edu_qualification", ""), (on, {"level_code": level, "graduation_date": str(on)}))
    for number in range(draw.randint(0, 2)):
        on = office.day()
        skill = {"certificate_serial_no": f"ZS-{office.person}-{number}", "issue_date": str(on),
                 "skill_level_code": draw.choice(("3", "5")),
                 "valid_to_date": office.perhaps(str(_after(on, 700)))}  # fmt: skip
        office.tell(("hrss_skill_certificate", ""), (on, skill))
    for month in months(office.day(date(2025, 1, 1)), draw.randint(0, 4)):
        said = {"scheme_code": "EMPLOYEE", "period_month": str(month), "status_code": "NORMAL"}
        office.tell(("nhsa_enrolment", ""), (_after(month, 20), said), faults=0.1)


def _owned(office: Office) -> None:
    """A business of one's own, alive or ended, with its grades and clusters."""
    draw = office.draw
    start = office.day(date(2023, 1, 1), date(2026, 3, 1))
    uscc = f"92310115MA{office.person:0>6}XX"[:18]
    said = {"uscc_no": uscc, "entity_name": "店", "entity_kind_code": "INDIVIDUAL", "established_date": str(start),
            "status_code": "ALIVE", "industry_code": draw.choice(("6210", "C1310", None))}  # fmt: skip
    end = _after(start, draw.randint(60, 700))
    states = [(end, {**said, "status_code": draw.choice(("REVOKED", "CANCELLED")), "status_date": str(end)})]
    closed = _after(end, draw.randint(30, 300))
    states.append((closed, {**said, "status_code": "CANCELLED", "status_date": str(closed)}))
    office.tell(("amr_business", ""), (start, said), *states[: draw.choice((0, 0, 1, 2))], whose=False)
    for code in draw.sample(("OPERATOR", "LEGAL_REP", "DIRECTOR"), draw.randint(1, 2)):
        role = {"uscc_no": uscc, "role_code": code, "role_start_date": str(start)}
        office.tell(("amr_business", "role"), (start, role))
    for year in range(draw.randint(0, 2)):
        on = date(2025 + year, 4, 28)
        grade = {"uscc_no": uscc, "rating_year": 2024 + year, "rating_code": draw.choice("ABCD"),
                 "published_date": office.perhaps(str(on))}  # fmt: skip
        office.tell(("tax_enterprise_rating", ""), (on, grade), whose=False)
    if draw.random() < 0.5:
        on = office.day(start)
        stay = {"cluster_code": "ZJ", "uscc_no": uscc, "entry_date": str(on), "cluster_kind_code": "BASE"}
        office.tell(("park_membership", ""), (on, stay), whose=False)


def _associated(office: Office) -> None:
    """Orders, drives, days on a site, a card, a post."""
    draw = office.draw
    start, count = office.day(date(2024, 6, 1)), draw.randint(1, 10)
    permit = str(_after(start, draw.randint(200, 1000)))
    tables: dict[Table, Says] = {
        ("assn_delivery", ""): {"platform_code": "P1", "platform_worker_no": f"QS-{office.person}",
                                "platform_kind_code": draw.choice(("EXPRESS", "FOOD"))},
        ("assn_ride_hailing", ""): {"platform_code": "P2", "driver_permit_no": f"SJ-{office.person}",
                                    "permit_valid_to_date": permit},
        ("assn_construction", ""): {"site_no": "GD1", "worker_no": f"GR-{office.person}"},
    }  # fmt: skip
    table = draw.choice(sorted(tables))
    names = ("attendance_month", "attendance_days") if "construction" in table[0] else ("work_month", "order_count")
    for month in months(start, count):
        said = {**tables[table], names[0]: str(month), names[1]: draw.choice((0, 12, 300))}
        office.tell(table, (_after(month, 35), said), faults=0.1)
    on = office.day()
    if draw.random() < 0.5:
        card = {"card_no": f"JZ-{office.person}", "issue_date": str(on), "valid_to_date": str(_after(on, 730))}
        office.tell(("assn_domestic_service", ""), (on, card))
    elif draw.random() < 0.5:
        post = {"member_no": "HY1", "staff_no": f"YG-{office.person}", "post_start_date": str(on), "post_code": "COOK"}
        office.tell(("assn_catering", ""), (on, post))


def _failed(office: Office) -> None:
    """Penalties, cases of the courts, and arrears of a loan, ended or open."""
    draw = office.draw
    if draw.random() < 0.5:
        on = office.day(date(2019, 6, 1))
        said = {"document_no": f"CF-{office.person}", "kind_code": draw.choice(("PENALTY", "PENALTY", "ABNORMAL")),
                "decided_date": str(on), "performed_date": office.perhaps(str(_after(on, 40)))}  # fmt: skip
        office.tell(("amr_penalty", ""), (on, said))
    if draw.random() < 0.5:
        on = office.day(date(2019, 6, 1))
        case = {"case_no": f"ZX-{office.person}", "masked_certificate_no": "3101**********0015",
                "kind_code": draw.choice(("DISHONEST", "EXECUTED")), "filed_date": str(on),
                "published_date": str(_after(on, 30)), "term_end_date": office.perhaps(str(_after(on, 730)))}  # fmt: skip
        end = _after(on, draw.randint(60, 400))
        closed = {**case, "closed_date": str(end), "close_kind_code": draw.choice(("PERFORMED", "NO_ASSETS"))}
        office.tell(("court_enforcement", ""), (on, case), *([(end, closed)] if draw.random() < 0.5 else []))
    start = draw.choice((date(2025, 12, 8), office.day(date(2023, 6, 1))))
    paid = _after(start, draw.randint(30, 150))
    for month in months(start, draw.randint(1, 6)):
        on = month.replace(day=28)
        loan = {"institution_code": "B01", "loan_no": f"DK-{office.person}", "snapshot_month": str(month),
                "borrower_kind_code": "PERSON", "principal_cny": "50000.00", "balance_cny": "40000.00", "dpd_days": 31,
                "status_code": "OVERDUE", "adverse_start_date": str(start), "notice_date": str(_after(start, 20)),
                "provided_date": str(_after(start, 40)), "relief_code": office.perhaps("DEFER", 0.2),
                "adverse_end_date": str(paid) if on >= paid else None}  # fmt: skip
        office.tell(("fin_loan", ""), (on, loan), faults=0.15)


def _allowed(office: Office, operator: str) -> None:
    on = office.day()
    grant = {"consent_no": f"SQ-{office.person}", "recipient_code": operator, "granted_at": f"{on}T01:00:00+00:00",
             "valid_from_at": f"{on}T01:00:00+00:00", "valid_to_at": f"{_after(on, 730)}T01:00:00+00:00",
             "data_kind_codes": ("RESIDENCE", "WORK", "PROTECTION")}  # fmt: skip
    out = _after(on, 200)
    ends = [(out, {**grant, "withdrawn_at": f"{out}T02:00:00+00:00"})]
    office.tell(("consent_grant", ""), (on, grant), *ends[: office.draw.randint(0, 1)])


PARTS = (_lived, _worked, _rented, _learnt, _owned, _associated, _failed)


def life(draw: Random, person: str, operator: str = "OPERATOR-SH", parts: int = len(PARTS)) -> list[Record]:
    """Draw what offices tell of a person: records of up to so many parts of a life, in the order they were written."""
    office = Office(draw, person)
    for part in draw.sample(PARTS, draw.randint(1, parts)):
        part(office)
    if draw.random() < 0.6:
        _allowed(office, operator)
    return office.records
