"""Bad information and disputes about it, from the records that tell of them."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from oracle.adverse import court_end
from oracle.delivered import Record, Versions
from oracle.events import AdverseEvent, Dispute

Events = defaultdict[str, list[Any]]
"""A person's events by the field of `Person` that holds them."""


def penalties(rows: Iterator[tuple[Events, Versions]]) -> None:
    """Add the penalties that name a person; a listing as abnormal is none."""
    for events, versions in rows:
        one, decided = versions.last, versions.last.stated("decided_date")
        if one.says["kind_code"] == "PENALTY" and decided:
            performed, repaired, number = (
                one.stated("performed_date"),
                one.stated("repaired_date"),
                one.says["document_no"],
            )
            event = AdverseEvent(
                "ADMIN_PENALTY",
                decided,
                performed,
                is_public=True,
                repaired_on=repaired,
                number=number,
                source="amr_penalty",
            )
            events["adverse"].append(event)


def cases(rows: Iterator[tuple[Events, Versions]]) -> None:
    """Add the courts' cases, one event each list."""
    for events, versions in rows:
        one, filed = versions.last, versions.last.stated("filed_date")
        if filed is None:
            continue
        event = AdverseEvent(
            "COURT_ENFORCEMENT",
            filed,
            court_end(one.stated("performed_date"), one.stated("closed_date"), one.says["close_kind_code"]),
            is_public=True,
            is_listing=one.says["kind_code"] == "DISHONEST",
            listed_on=one.stated("published_date"),
            removed_on=one.stated("removed_date"),
            hidden_on=one.stated("hidden_date"),
            term_end=one.stated("term_end_date"),
            number=f"{one.says['case_no']} {one.says['kind_code']}",
            source="court_enforcement",
        )
        events["adverse"].append(event)


def arrears(rows: Iterator[tuple[Events, Versions]]) -> None:
    """Add arrears, one event a loan and first day of arrears: as the latest month's end tells it."""
    told: dict[tuple[Any, ...], tuple[Events, list[Record]]] = {}
    for events, versions in rows:
        one = versions.last
        key = (one.says["institution_code"], one.says["loan_no"], one.says["adverse_start_date"])
        if key[-1] is not None:
            told.setdefault(key, (events, []))[1].append(one)
    for (_, number, _), (events, months) in told.items():
        last = max(months, key=lambda one: (one.month("snapshot_month"), one.event_at))
        event = AdverseEvent(
            "LOAN",
            last.stated("adverse_start_date") or last.day,
            last.stated("adverse_end_date"),
            notice_on=last.stated("notice_date"),
            provided_on=last.stated("provided_date"),
            has_relief=any(one.says["relief_code"] for one in months),
            number=number,
            source="fin_loan",
        )
        events["adverse"].append(event)


def dispute(events: Events, one: Record) -> None:
    """Add a dispute as last told."""
    says, received = one.says, one.day_of("received_at")
    if received:
        target = says["target_source_code"], says["target_record_no"]
        resolved = says["resolution_code"], one.day_of("resolved_at")
        events["disputes"].append(
            Dispute(says["dispute_no"], received, *target, *resolved, has_statement=bool(says["statement_text"]))
        )
