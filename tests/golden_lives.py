"""One literal life per category of people (群体), as offices tell of it: what the golden files are made of.

Everything is invented. T is 2026-09-30, known on 2026-10-03.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from drawn_lives import months
from oracle.delivered import Record, Spot
from oracle.told import Page

AS_OF, KNOWN_AT = date(2026, 9, 30), datetime(2026, 10, 3, tzinfo=UTC)
FACTORY, KITCHEN, STALL = "91310114MA1GT00A1X", "91310115MA1GT00B2X", "92310115MA1GT00C3X"

Says = Mapping[str, Any]
Told = tuple[str, str, date, Says]
"""Source, object, the day of the event, and what the record says."""


def registered(number: str, since: date, reason: str = "WORK", **more: Any) -> Told:
    """A residence registration with a permit of one year."""
    said = {
        "registration_no": f"DJ-{number}", "issue_date": "2026-02-10", "permit_no": f"JZ-{number}",
        "endorsed_date": "2026-02-10", "valid_to_date": "2027-02-09", "residence_start_date": str(since),
        "arrive_date": str(since), "residence_reason_code": reason, "district_code": "310115",
        "dwelling_kind_code": "RENTED", "certificate_type_code": "RID", "birth_date": "1996-05-17",
        "hukou_code": "341122", "hukou_date": "1996-05-17", "hukou_entry_code": "BIRTH", "is_cancelled": False,
    }  # fmt: skip
    return "psb_residence", "", date(2026, 2, 10), said | more


def insured(first: date, count: int, kind: str = "NORMAL", employer: str | None = FACTORY) -> Iterator[Told]:
    """Months of pension contribution, each paid in its own month."""
    for month in months(first, count):
        said = {"insurance_kind_code": "PENSION", "payment_kind_code": kind, "period_month": str(month),
                "employer_uscc_no": employer, "employer_name": "嘉定某电子厂" if employer == FACTORY else "浦东某餐饮店",
                "paid_date": str(month.replace(day=25))}  # fmt: skip
        yield "hrss_social_insurance", "", month.replace(day=25), said


def funded(first: date, count: int) -> Iterator[Told]:
    """Months of the housing fund."""
    for month in months(first, count):
        said = {"hpf_account_no": "GJJ-1", "employer_uscc_no": FACTORY, "period_month": str(month),
                "employer_name": "嘉定某电子厂", "paid_date": str(month.replace(day=26)), "first_month": str(first),
                "paid_to_month": str(month), "status_code": "ACTIVE", "employer_ratio": "0.070000",
                "personal_ratio": "0.070000", "info_date": str(month.replace(day=28))}  # fmt: skip
        yield "hpf_contribution", "", month.replace(day=26), said


def rented(since: date, due: int, on_time: int) -> Told:
    """A filed lease."""
    said = {"filing_no": "ZL-1", "lease_start_date": str(since), "lease_end_date": str(since + timedelta(days=729)),
            "program_code": "AFFORDABLE", "district_code": "310114", "monthly_rent_cny": "2600.00",
            "rent_due_count": due, "rent_on_time_count": on_time, "status_code": "ACTIVE"}  # fmt: skip
    return "hmb_rental_contract", "", date(2026, 9, 1), said


def delivered(first: date, count: int) -> Iterator[Told]:
    """Months of a courier of meals."""
    for month in months(first, count):
        said = {"platform_code": "P1", "platform_worker_no": "QS-1", "platform_kind_code": "FOOD",
                "work_month": str(month), "order_count": 640, "covered_order_count": 640, "active_days": 26}  # fmt: skip
        yield "assn_delivery", "", month.replace(day=28), said


def attended(first: date, count: int) -> Iterator[Told]:
    """Months on a building site."""
    for month in months(first, count):
        said = {"site_no": "GD-1", "worker_no": "GR-1", "attendance_month": str(month), "attendance_days": 23,
                "work_kind_code": "REBAR", "contractor_uscc_no": FACTORY, "is_wage_by_special_account": True}  # fmt: skip
        yield "assn_construction", "", month.replace(day=28), said


def owned(since: date) -> Iterator[Told]:
    """A stall of one's own, graded A by the tax office."""
    business = {"uscc_no": STALL, "entity_name": "浦东某早餐店", "entity_kind_code": "INDIVIDUAL",
                "established_date": str(since), "status_code": "ALIVE", "status_date": str(since),
                "industry_code": "H6210"}  # fmt: skip
    yield "amr_business", "", since, business
    yield "amr_business", "role", since, {"uscc_no": STALL, "role_code": "OPERATOR", "role_start_date": str(since)}
    grade = {"uscc_no": STALL, "rating_year": 2025, "rating_code": "A", "published_date": "2026-04-28"}
    yield "tax_enterprise_rating", "", date(2026, 4, 28), grade


def fined(paid: date | None) -> Told:
    """A penalty of a person."""
    said = {"document_no": "沪市监罚-2025-0117", "kind_code": "PENALTY", "decided_date": "2025-06-12",
            "performed_date": str(paid) if paid else None}  # fmt: skip
    return "amr_penalty", "", paid or date(2025, 6, 12), said


def disputed(statement: str) -> Told:
    """A dispute about the penalty, not answered yet, with a statement."""
    said = {"dispute_no": "YY-2026-000031", "target_source_code": "amr_penalty", "target_record_no": "沪市监罚-2025-0117",
            "claim_code": "WRONG", "statement_text": statement, "received_at": "2026-09-20T02:30:00+00:00"}  # fmt: skip
    return "dispute_intake", "", date(2026, 9, 20), said


def allowed() -> Told:
    """A grant to the operator of every kind that departments are loaded by."""
    kinds = ("IDENTITY", "RESIDENCE", "WORK", "HOUSING", "EDUCATION_SKILL", "UTILITY", "PROTECTION")
    said = {"consent_no": "SQ-1", "recipient_code": "OPERATOR-SH", "granted_at": "2025-01-01T01:00:00+00:00",
            "valid_from_at": "2025-01-01T01:00:00+00:00", "valid_to_at": "2028-01-01T01:00:00+00:00",
            "data_kind_codes": kinds, "purpose_codes": ("02",)}  # fmt: skip
    return "consent_grant", "", date(2025, 1, 1), said


def degree(level: str, on: date) -> Told:
    """A level of education."""
    said = {"level_code": level, "graduation_date": str(on), "school_name": "某大学"}
    return "edu_qualification", "", on, said


def skilled(level: str, on: date) -> Told:
    """A certificate of skill that never expires."""
    said = {"certificate_serial_no": "ZS-1", "occupation_code": "4-03-02-05", "skill_level_code": level,
            "issue_date": str(on)}  # fmt: skip
    return "hrss_skill_certificate", "", on, said


LIVES: dict[str, tuple[Told, ...]] = {
    "C01": (
        allowed(), registered("C01", date(2025, 7, 15)), degree("20", date(2025, 6, 30)),
        *insured(date(2025, 8, 1), 13), rented(date(2025, 7, 20), 14, 14),
    ),
    "C02": (
        allowed(), registered("C02", date(2022, 3, 1)), *owned(date(2022, 9, 1)),
        *insured(date(2025, 10, 1), 11, "FLEXIBLE", None), fined(date(2025, 6, 20)),
        disputed("罚款已于当月缴清，系误认摊位编号所致，已申请更正。"),
    ),
    "C03": (allowed(), registered("C03", date(2024, 5, 1)), *delivered(date(2026, 1, 1), 8)),
    "C04": (
        allowed(), registered("C04", date(2023, 2, 1), birth_date="1979-11-02"),
        ("assn_domestic_service", "", date(2025, 3, 1), {
            "card_no": "JZK-1", "issue_date": "2025-03-01", "valid_to_date": "2028-02-29", "training_count": 3,
            "work_kind_code": "NURSING", "is_background_verified": True,
        }),
        skilled("4", date(2025, 2, 20)),
    ),
    "C05": (registered("C05", date(2026, 3, 1)), *attended(date(2026, 3, 1), 6)),
    "C06": (
        allowed(), registered("C06", date(2022, 6, 1)), *insured(date(2024, 10, 1), 23), *funded(date(2024, 10, 1), 23),
        rented(date(2025, 5, 1), 17, 17), skilled("3", date(2024, 11, 11)),
    ),
    "C07": (allowed(), registered("C07", date(2025, 1, 1)), *insured(date(2026, 4, 1), 5, "FLEXIBLE", None)),
    "C08": (allowed(), registered("C08", date(2026, 1, 5), "JOIN_CHILD", birth_date="1958-03-08",
                                  has_coresident_child=True)),
    "C09": (allowed(), registered("C09", date(2025, 9, 1), certificate_type_code="HMT", hukou_code=None,
                                  hukou_date=None, hukou_entry_code=None)),
    "C10": (allowed(), registered("C10", date(2023, 8, 1), hukou_code="310115", hukou_date="2025-11-20",
                                  hukou_entry_code="TALENT")),
    "C99": (registered("C99", date(2026, 5, 1), "STUDY"), fined(None)),
}  # fmt: skip


def records() -> list[Record]:
    """Return every life's records, each known two days after its event."""
    found = []
    for person, told in LIVES.items():
        for line, (source, object_, on, says) in enumerate(told, 1):
            at = datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
            spot = Spot(source, object_, f"{on:%Y-%m}", 1, f"{person}-{source}", line)
            shared = source in ("amr_business", "tax_enterprise_rating") and not object_
            found.append(Record(spot, None if shared else person, "I", at, at + timedelta(days=2), Page(says)))
    return found
