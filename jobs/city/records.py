"""A record on its way to a delivery: its values in the office's columns, and what was done to it on purpose."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

HEADER = ("source_code", "batch_no", "source_record_no", "operation_code")
PERSON = ("certificate_type_code", "certificate_no", "person_name")
TIMES = ("event_at", "extracted_at")


@cache
def _places(columns: tuple[str, ...]) -> Mapping[str, int]:
    return MappingProxyType({name: place for place, name in enumerate(columns)})


class Layout(NamedTuple):
    """One record type of a source, as its office writes it."""

    source: str
    object: str
    prefix: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    has_person: bool

    @property
    def places(self) -> Mapping[str, int]:
        """Return the position of each column."""
        return _places(self.columns)


def _layout(source: str, object_: str, prefix: str, columns: str, key: str, has_person: bool = True) -> Layout:
    head = HEADER + (PERSON if has_person else ()) + TIMES
    return Layout(source, object_, prefix, head + tuple(columns.split()), tuple(key.split()), has_person)


RESIDENCE = _layout(
    "psb_residence",
    "",
    "PSB",
    "registration_no issue_date permit_no valid_to_date endorsed_date arrive_date residence_start_date "
    "residence_end_date residence_reason_code dwelling_kind_code address_text district_code hukou_code hukou_date "
    "hukou_entry_code has_coresident_child gender_code birth_date mobile_no death_date is_cancelled",
    "registration_no issue_date",
)
RENTAL = _layout(
    "hmb_rental_contract",
    "",
    "HMB",
    "filing_no dwelling_no address_text district_code lessor_kind_code lessor_uscc_no program_code project_no "
    "allotted_date lease_start_date lease_end_date terminated_date monthly_rent_cny deposit_cny is_deposit_paid "
    "rent_due_count rent_on_time_count status_code",
    "filing_no certificate_no",
)
CONSENT = _layout(
    "consent_grant",
    "",
    "CG",
    "consent_no recipient_code purpose_codes data_kind_codes r14_item_codes mode_code fetch_code frequency_count "
    "data_from_date data_to_date data_life_days granted_at valid_from_at valid_to_at withdrawn_at refused_at form_code "
    "has_adverse_notice is_separate_consent is_marketing_consent template_version_code document_hash channel_code "
    "guardian_certificate_no",
    "consent_no",
)
INSURANCE = _layout(
    "hrss_social_insurance",
    "",
    "SI",
    "personal_account_no employer_uscc_no employer_name insurance_kind_code payment_kind_code period_month paid_date "
    "base_cny",
    "certificate_no employer_uscc_no insurance_kind_code period_month",
)
BUSINESS = _layout(
    "amr_business",
    "",
    "AMR",
    "uscc_no registration_no entity_name entity_kind_code established_date status_code status_date industry_code "
    "industry_text registered_address_text district_code",
    "uscc_no",
    has_person=False,
)
ROLE = _layout(
    "amr_business",
    "role",
    "AMRR",
    "uscc_no role_code role_start_date role_end_date",
    "uscc_no certificate_no role_code",
)

LAYOUTS = (CONSENT, RESIDENCE, RENTAL, BUSINESS, ROLE, INSURANCE)
"""In the order in which a person's records are made: consent first, because it decides where others end."""

INSURANCE_HEADER = [
    "来源代码",
    "批次号",
    "来源记录号",
    "操作类型",
    "证件类型",
    "证件号码",
    "姓名",
    "业务发生时间",
    "抽取时间",
    "个人社保账号",
    "单位统一社会信用代码",
    "单位名称",
    "险种",
    "缴费类型",
    "费款所属期",
    "缴费日期",
    "缴费基数",
]
"""How the social-insurance bureau titles its columns."""


class Place(NamedTuple):
    """Where a delivered record stands: truth and pipeline meet here."""

    batch: str
    delivery_no: int
    file: str
    line: int


class Item:
    """One record: clean when made, then perhaps struck by one fault, then written to one place."""

    __slots__ = (
        "clean_value", "corrects", "day", "ends", "fault", "fault_column", "is_copy", "link_class", "month", "original",
        "place", "raw", "reason", "second", "uscc", "values", "variant",
    )  # fmt: skip

    def __init__(self, month: int, day: date, second: int, values: list[Any], uscc: str | None = None) -> None:
        self.month = month
        self.day = day
        self.second = second
        self.values = values
        self.uscc = uscc
        self.fault: str | None = None
        self.ends: str | None = None
        self.reason: str | None = None
        self.fault_column: str | None = None
        self.clean_value: str | None = None
        self.variant: str | None = None
        self.link_class: str | None = None
        self.raw: str | None = None
        self.is_copy = False
        self.original: Item | None = None
        self.corrects: Item | None = None
        self.place: Place | None = None

    def copied(self, month: int, day: date, second: int) -> "Item":
        """Return the same content for a later delivery."""
        copy = Item(month, day, second, list(self.values), self.uscc)
        copy.variant, copy.link_class = self.variant, self.link_class
        return copy
