"""Reads the truth's table `delivered` as it was known at K: the standing version of each key, and all versions.

Keys are those of domain.md, section 4.2. Same key, other content is a correction, and a row with an older `event_at`
enters history in its place (section 4.4): the version of the latest event stands, and a deletion leaves none.
"""

import json
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

PERSON = "certificate_no"

KEYS: dict[tuple[str, str], tuple[str, ...]] = {
    ("psb_residence", ""): ("registration_no", "issue_date"),
    ("hrss_social_insurance", ""): (PERSON, "employer_uscc_no", "insurance_kind_code", "period_month"),
    ("hrss_employment", ""): ("registration_no",),
    ("hrss_skill_certificate", ""): ("certificate_serial_no",),
    ("hpf_contribution", ""): ("hpf_account_no", "employer_uscc_no", "period_month"),
    ("tax_income_filing", ""): (PERSON, "agent_uscc_no", "income_item_code", "period_month"),
    ("tax_enterprise_rating", ""): ("uscc_no", "rating_year"),
    ("nhsa_enrolment", ""): (PERSON, "scheme_code", "period_month"),
    ("hmb_rental_contract", ""): ("filing_no", PERSON),
    ("edu_qualification", ""): (PERSON, "level_code", "graduation_date"),
    ("edu_qualification", "schooling"): (PERSON, "school_year"),
    ("amr_business", ""): ("uscc_no",),
    ("amr_business", "role"): ("uscc_no", PERSON, "role_code"),
    ("amr_penalty", ""): ("document_no",),
    ("court_enforcement", ""): ("case_no", "masked_certificate_no", "kind_code"),
    ("mca_assistance", ""): (PERSON, "assistance_kind_code", "start_date"),
    ("utility_payment", ""): ("utility_kind_code", "account_no", "bill_month"),
    ("assn_domestic_service", ""): ("card_no",),
    ("assn_delivery", ""): ("platform_code", "platform_worker_no", "work_month"),
    ("assn_ride_hailing", ""): ("driver_permit_no", "platform_code", "work_month"),
    ("assn_construction", ""): ("site_no", "worker_no", "attendance_month"),
    ("assn_catering", ""): ("member_no", "staff_no"),
    ("park_membership", ""): ("cluster_code", "uscc_no", "entry_date"),
    ("dispute_intake", ""): ("dispute_no",),
    ("fin_loan", ""): ("institution_code", "loan_no", "snapshot_month"),
    ("fin_policy", ""): ("institution_code", "policy_no", "insured_no"),
}


def local_day(at: datetime) -> date:
    """Return the day of an instant in UTC where it is eight hours later all year, as in every city of the country."""
    return (at + timedelta(hours=8)).date()


class Spot(NamedTuple):
    """Where a record was delivered: the key on which truth and pipeline meet."""

    source: str
    object: str
    batch: str
    delivery_no: int
    file: str
    line: int


SPOT = ["source", "object", "batch_id", "delivery_no", "file", "line"]


@dataclass(frozen=True, slots=True)
class Record:
    """A loaded record: whose it is as linked (None: nobody's), when it happened, when it was known, and what it says."""

    spot: Spot
    person: Hashable
    operation: str
    event_at: datetime
    known_at: datetime
    says: Mapping[str, Any]

    @property
    def day(self) -> date:
        """Return the local day of the event."""
        return local_day(self.event_at)

    def stated(self, column: str) -> date | None:
        """Return a day that the record states."""
        value = self.says[column]
        return None if value is None else date.fromisoformat(value)

    def day_of(self, column: str) -> date | None:
        """Return the local day of an instant that the record states."""
        value = self.says[column]
        return None if value is None else local_day(datetime.fromisoformat(value))

    def month(self, column: str) -> int:
        """Return a month that the record states."""
        return int(self.says[column][:4]) * 12 + int(self.says[column][5:7]) - 1


@dataclass(frozen=True)
class Versions:
    """The versions of one key since it was last deleted, in the order of their events; the last one stands."""

    all: tuple[Record, ...]

    @property
    def last(self) -> Record:
        """Return the version that stands."""
        return self.all[-1]

    def at(self, day: date) -> Record | None:
        """Return the version of the latest event not after a day."""
        return next((record for record in reversed(self.all) if record.day <= day), None)


Tables = dict[tuple[str, str], list[Versions]]


def truth(lake: Path, table: str) -> pl.DataFrame:
    """Read a table of the truth."""
    return pl.read_parquet(lake / "city" / "truth" / table / "*.parquet")


def records(lake: Path, known_at: datetime, links: Mapping[Spot, Hashable] | None) -> Iterator[Record]:
    """Yield the loaded records known at K with the person they are linked to.

    Without `links` a record is its true person's where linking ought to be certain (AUTO) and nobody's elsewhere.
    """
    expected = truth(lake, "record").select(*SPOT, "expected_link")
    told = truth(lake, "delivered").filter(pl.col("known_from_at") <= known_at)
    for row in told.join(expected, on=SPOT, how="left", nulls_equal=True).iter_rows():
        *place, person, operation, event_at, received_at, meant, link = row
        spot = Spot(*place)
        linked = person if links is None and link == "AUTO" else links.get(spot) if links is not None else None
        yield Record(spot, linked, operation, event_at, received_at, json.loads(meant))


def tables(lake: Path, known_at: datetime, links: Mapping[Spot, Hashable] | None = None) -> Tables:
    """Return by source and object the keys that stand at K, each with its versions; deleted keys are gone."""
    return standing(records(lake, known_at, links))


def standing(told: Iterable[Record]) -> Tables:
    """Sort records into tables, keys and versions, and leave out the keys whose latest event is a deletion."""
    found: dict[tuple[str, str], dict[Any, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for record in told:
        table = record.spot.source, record.spot.object
        key = tuple(record.person if name == PERSON else record.says[name] for name in KEYS[table])
        found[table][key].append(record)
    return {table: list(_versions(keys)) for table, keys in found.items()}


def _versions(keys: dict[Any, list[Record]]) -> Iterator[Versions]:
    for versions in keys.values():
        if len(versions) > 1:
            versions.sort(key=lambda one: (one.event_at, one.known_at, one.spot.delivery_no, one.spot.line))
        gone = [place for place, one in enumerate(versions) if one.operation == "D"]
        standing_ = versions[gone[-1] + 1 :] if gone else versions
        if standing_:
            yield Versions(tuple(standing_))
