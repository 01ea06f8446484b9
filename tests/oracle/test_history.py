"""From delivered records to what is known of a person: versions, deletions, late rows, spells out of pages."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from oracle.adverse import is_publishable, visible
from oracle.delivered import KEYS, Record, Spot, Tables, standing
from oracle.events import HukouEntry, Person
from oracle.history import businesses, histories, ratings
from oracle.months import month

T = date(2026, 9, 30)
BATCH = datetime(2026, 10, 1, tzinfo=UTC)


def record(table: str, day: str, says: dict[str, Any], *, operation: str = "I", person: int | None = 7) -> Record:
    """A record of a day at noon; in one delivery unless `table` names another, as `psb_residence@2`."""
    source, _, delivery = table.partition("@")
    name, _, object_ = source.partition("/")
    at = datetime.fromisoformat(f"{day}T04:00:00+00:00")
    spot = Spot(name, object_, "2026-09", int(delivery or 1), "f", 1)
    return Record(spot, person, operation, at, BATCH + timedelta(days=int(delivery or 1)), says)


def told(*records: Record) -> Tables:
    return standing(records)


def of(*records: Record, day: date = T) -> Person:
    events = histories(told(*records), day).get(7, {})
    return Person(**{name: tuple(held) for name, held in events.items() if name not in ("birth", "death")})


PAGE = dict.fromkeys(
    ("permit_no", "valid_to_date", "endorsed_date", "residence_end_date", "hukou_date", "hukou_entry_code",
     "birth_date", "death_date", "has_coresident_child", "residence_reason_code", "district_code"),
) | {"registration_no": "DJ1", "issue_date": "2025-01-10", "residence_start_date": "2025-01-01",
     "hukou_code": "340104", "is_cancelled": False}  # fmt: skip


def page(day: str, *, operation: str = "U", **says: Any) -> Record:
    return record("psb_residence", day, PAGE | says, operation=operation)


def test_every_key_names_columns_of_its_own():
    assert all(len(set(columns)) == len(columns) > 0 for columns in KEYS.values())


def test_the_version_of_the_latest_event_stands_whenever_it_arrived():
    si = {"employer_uscc_no": "E1", "insurance_kind_code": "PENSION", "period_month": "2026-05-01",
          "paid_date": "2026-05-10"}  # fmt: skip
    late = record("hrss_social_insurance@2", "2026-05-10", si | {"payment_kind_code": "FLEXIBLE"})
    newer = record("hrss_social_insurance", "2026-06-10", si | {"payment_kind_code": "NORMAL"})
    for order in ([late, newer], [newer, late]):
        (line,) = of(*order).work
        assert (line.kind, line.month, line.employer) == ("SI", month("2026-05"), "E1")


@pytest.mark.parametrize(("kind", "found"), [("PENSION", 1), ("MEDICAL", 0), ("INJURY", 0)])
def test_only_the_pension_line_is_a_month_of_work(kind, found):
    says = {"employer_uscc_no": "E1", "insurance_kind_code": kind, "period_month": "2026-05-01", "paid_date": None,
            "payment_kind_code": "BACKPAY"}  # fmt: skip
    assert len(of(record("hrss_social_insurance", "2026-05-10", says)).work) == found


def test_a_deleted_key_is_gone_and_one_told_again_is_back():
    shown, gone = page("2025-01-10"), page("2025-02-01", operation="D")
    assert of(shown, gone).residence == ()
    assert of(shown, gone).hukou == ()
    assert len(of(shown, gone, page("2025-03-01")).residence) == 1
    assert len(of(gone, page("2025-03-01"), shown).residence) == 1


def test_a_registration_is_its_last_page_though_each_endorsement_is_a_row_of_its_own():
    known = of(
        page("2025-01-10", operation="I"),
        page("2025-07-10", operation="I", issue_date="2025-07-10", permit_no="JZ1", endorsed_date="2025-07-10",
             valid_to_date="2026-07-09"),
        page("2026-03-02", issue_date="2025-07-10", permit_no="JZ1", endorsed_date="2025-07-10",
             valid_to_date="2026-07-09", residence_end_date="2026-02-28"),
    )  # fmt: skip
    spells = {(one.kind, one.start, one.end) for one in known.residence}
    assert spells == {
        ("REGISTRATION", date(2025, 1, 1), date(2026, 2, 28)),
        ("PERMIT", date(2025, 7, 10), date(2026, 7, 9)),
    }


def test_a_page_is_cancelled_since_the_first_version_that_says_so():
    known = of(page("2025-01-10"), page("2025-05-02", is_cancelled=True), page("2025-06-01", is_cancelled=True))
    assert known.residence[0].cancelled_on == date(2025, 5, 2)
    assert of(page("2025-05-02", is_cancelled=True), page("2025-06-01")).residence[0].cancelled_on is None


def test_the_hukou_of_an_earlier_version_is_kept_beside_the_new_one():
    known = of(page("2025-01-10"), page("2026-03-01", hukou_code="310115", hukou_date="2026-02-20"))
    assert known.hukou == (HukouEntry("340104", None, None), HukouEntry("310115", date(2026, 2, 20), None))


LEASE = {"filing_no": "ZL1", "district_code": "310115", "lease_start_date": "2026-01-01",
         "lease_end_date": "2026-12-31", "terminated_date": None, "rent_due_count": 0,
         "rent_on_time_count": 0}  # fmt: skip


def test_a_lease_ends_as_last_told_and_its_rents_are_those_of_the_day():
    filed = (
        record("hmb_rental_contract", "2026-01-01", LEASE),
        record("hmb_rental_contract", "2026-07-01", LEASE | {"rent_due_count": 6, "rent_on_time_count": 5}),
        record("hmb_rental_contract", "2026-08-20", LEASE | {"rent_due_count": 7, "rent_on_time_count": 6,
                                                            "terminated_date": "2026-08-20"}),
    )  # fmt: skip
    (lease,) = of(*filed, day=date(2026, 7, 31)).leases
    assert (lease.end, lease.due, lease.on_time) == (date(2026, 8, 20), 6, 5)
    assert of(*filed).leases[0].due == 7


def test_an_employment_ends_by_its_exit_and_else_by_its_contract():
    says = {"registration_kind_code": "EMPLOYMENT", "employment_form_code": "EMPLOYEE", "employer_uscc_no": "E1",
            "contract_start_date": "2026-01-01", "contract_end_date": "2026-12-31"}  # fmt: skip
    exits = {"registration_no": "1", "exit_date": "2026-05-31"}
    stays = {"registration_no": "2", "exit_date": None}
    known = of(*(record("hrss_employment", "2026-06-01", says | one) for one in (exits, stays)))
    assert [one.end for one in known.employments] == [date(2026, 5, 31), date(2026, 12, 31)]


def test_gig_and_site_months_need_orders_and_days():
    gig = {"platform_code": "P1", "platform_worker_no": "W1", "platform_kind_code": "FOOD"}
    site = {"site_no": "S1", "worker_no": "W1", "contractor_uscc_no": "E1"}
    known = of(
        record("assn_delivery", "2026-05-31", gig | {"work_month": "2026-05-01", "order_count": 0}),
        record("assn_delivery", "2026-06-30", gig | {"work_month": "2026-06-01", "order_count": 1}),
        record("assn_construction", "2026-06-15", site | {"attendance_month": "2026-06-01", "attendance_days": 0}),
        record("assn_construction", "2026-06-30", site | {"attendance_month": "2026-06-01", "attendance_days": 9}),
    )
    assert [(line.kind, line.month) for line in known.work] == [("GIG", month("2026-06")), ("SITE", month("2026-06"))]


def test_a_drivers_permit_runs_from_the_first_month_told_to_the_day_told_last():
    says = {"driver_permit_no": "RZ1", "platform_code": "P1", "order_count": 3}
    known = of(
        record("assn_ride_hailing", "2026-06-30", says | {"work_month": "2026-06-01",
                                                          "permit_valid_to_date": "2026-08-01"}),
        record("assn_ride_hailing", "2026-07-31", says | {"work_month": "2026-07-01",
                                                          "permit_valid_to_date": "2032-08-01"}),
    )  # fmt: skip
    (permit,) = (one for one in known.associations if one.kind == "DRIVER_PERMIT")
    assert (permit.start, permit.end) == (date(2026, 6, 1), date(2032, 8, 1))


LOAN = {"institution_code": "B1", "loan_no": "L1", "relief_code": None, "adverse_start_date": "2026-05-10",
        "adverse_end_date": None, "notice_date": "2026-06-15", "provided_date": "2026-06-30"}  # fmt: skip


def test_arrears_told_at_every_months_end_are_one_event_with_the_end_told_last():
    months = [
        record("fin_loan", "2026-06-30", LOAN | {"snapshot_month": "2026-06-01"}),
        record("fin_loan", "2026-07-31", LOAN | {"snapshot_month": "2026-07-01", "provided_date": "2026-07-31"}),
        record("fin_loan", "2026-08-31", LOAN | {"snapshot_month": "2026-08-01", "adverse_end_date": "2026-08-09"}),
    ]
    (event,) = of(*months).adverse
    assert (event.start, event.end) == (date(2026, 5, 10), date(2026, 8, 9))
    assert of(*months[:2]).adverse[0].end is None
    assert [item.status for item in visible(of(*months), date(2026, 8, 8))] == ["OPEN"]
    again = LOAN | {"snapshot_month": "2026-09-01", "adverse_start_date": "2026-09-01"}
    assert len(of(*months, record("fin_loan", "2026-09-30", again)).adverse) == 2


CASE = dict.fromkeys(("performed_date", "closed_date", "close_kind_code", "removed_date", "hidden_date",
                      "term_end_date")) | {"case_no": "(2024)1", "masked_certificate_no": "3101**********4512",
                                           "filed_date": "2024-01-05", "published_date": "2024-02-01"}  # fmt: skip


def test_a_case_closed_for_want_of_assets_stays_open():
    closed = CASE | {"kind_code": "ENFORCEMENT", "closed_date": "2024-09-01", "close_kind_code": "NO_ASSETS"}
    (event,) = of(record("court_enforcement", "2024-09-02", closed)).adverse
    assert event.end is None
    assert is_publishable(event, date(2031, 1, 1))


def test_both_lists_of_a_case_are_events_of_their_own():
    both = [record("court_enforcement", "2024-02-01", CASE | {"kind_code": kind})
            for kind in ("ENFORCEMENT", "DISHONEST")]  # fmt: skip
    assert [event.is_listing for event in of(*both).adverse] == [False, True]


def test_a_listing_as_abnormal_is_no_adverse_event():
    says = dict.fromkeys(("uscc_no", "performed_date", "repaired_date", "listed_date", "removed_date"))
    says |= {"document_no": "1", "decided_date": "2026-01-01"}
    rows = [record("amr_penalty", "2026-01-01", says | {"kind_code": kind, "document_no": kind})
            for kind in ("PENALTY", "ABNORMAL")]  # fmt: skip
    assert [event.number for event in of(*rows).adverse] == ["PENALTY"]


def test_a_business_keeps_its_states_in_order_of_their_days():
    says = {"uscc_no": "E1", "established_date": "2024-01-10", "industry_code": "F5211"}
    firms = businesses(
        told(
            record("amr_business", "2026-04-30", says | {"status_code": "CANCELLED", "status_date": "2026-04-30"}),
            record("amr_business", "2024-01-10", says | {"status_code": "ALIVE", "status_date": "2024-01-10"}),
        )
    )
    assert firms["E1"].states == ((date(2024, 1, 10), "ALIVE"), (date(2026, 4, 30), "CANCELLED"))


def test_what_is_nobodys_is_in_nobodys_history_but_a_grade_is_its_business_own():
    says = {"uscc_no": "E1", "rating_year": "2025", "rating_code": "A", "published_date": "2026-04-28"}
    rows = told(record("tax_enterprise_rating", "2026-04-28", says, person=None), record("psb_residence", "2025-01-10",
                                                                                      PAGE, person=None))  # fmt: skip
    assert histories(rows, T) == {}
    assert [one.grade for one in ratings(rows)] == ["A"]
