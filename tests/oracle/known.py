"""Who is known at (T, K), and what else the rules ask of the city: profile, fresh sources, consent, identity."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import yaml

from oracle import delivered, history
from oracle.adverse import Window
from oracle.delivered import SPOT, Spot, local_day, truth
from oracle.events import Business, Person
from oracle.months import first_day, last_day, month
from oracle.newcomer import Rules

Received = Mapping[tuple[str, str], datetime]
"""When the delivery of a source and batch was fetched."""

Links = Mapping[Spot, Hashable]
"""Person by the place of each record; a record without a place here is nobody's."""

CITIES = Path(__file__).parents[2] / "schemas" / "cities"

TTL_DAYS = {"daily": 7, "weekly": 21, "monthly": 62, "quarterly": 120, "half-yearly": 220, "yearly": 400}
CADENCES = {
    "psb_residence": "daily",
    "hrss_social_insurance": "monthly",
    "hrss_employment": "weekly",
    "hrss_skill_certificate": "monthly",
    "hpf_contribution": "monthly",
    "tax_income_filing": "monthly",
    "tax_enterprise_rating": "yearly",
    "nhsa_enrolment": "monthly",
    "hmb_rental_contract": "daily",
    "edu_qualification": "half-yearly",
    "amr_business": "daily",
    "amr_penalty": "daily",
    "court_enforcement": "daily",
    "mca_assistance": "monthly",
    "utility_payment": "monthly",
    "assn_domestic_service": "weekly",
    "assn_delivery": "monthly",
    "assn_ride_hailing": "weekly",
    "assn_construction": "daily",
    "assn_catering": "quarterly",
    "park_membership": "quarterly",
    "fin_loan": "monthly",
    "fin_policy": "monthly",
}
BIRTH_IN_NUMBER = ("RID", "HMT")


@dataclass(frozen=True)
class Local:
    """What the city's profile sets."""

    rules: Rules
    windows: tuple[Window, ...]
    operator: str


def local(city: str) -> Local:
    """Read what is local from the profile of a city."""
    profile = yaml.safe_load((CITIES / f"{city}.yaml").read_text("utf-8"))
    sets = profile["newcomer"]
    rules = Rules(
        prefixes=tuple(profile["city"]["hukou_prefixes"]),
        hukou_years=sets["hukou_years"],
        resident_months=sets["resident_months"],
        include_hmt_foreign=sets["include_hmt_foreign"],
    )
    hit = {month(event["month"]) for event in profile["calendar"].get("relief_events") or ()}
    windows = tuple((first_day(index), last_day(index)) for index in sorted(hit))
    return Local(rules, windows, profile["operator"]["code"])


def _manifest(lake: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((lake / "city" / "truth" / "manifest.json").read_text("utf-8"))
    return found


def _received(manifest: Mapping[str, Any]) -> Received:
    return {
        (source, batch): datetime.fromisoformat(at)
        for source, batches in manifest["received_at"].items()
        for batch, at in batches.items()
    }


def fresh_sources(received: Received, known_at: datetime) -> frozenset[str]:
    """Return the sources whose last batch known at K is no older than their time to live; all batches passed."""
    last: dict[str, datetime] = {}
    for (source, _), at in received.items():
        if at <= known_at:
            last[source] = max(at, last.get(source, at))
    day = local_day(known_at)
    return frozenset(
        source
        for source, cadence in CADENCES.items()
        if source in last and (day - local_day(last[source])).days <= TTL_DAYS[cadence]
    )


def consents(lake: Path, operator: str, known_at: datetime) -> dict[int, frozenset[str]]:
    """Return by person the kinds of data with a live grant to the operator, as known at K."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    rows = truth(lake, "consent").filter((pl.col("bank") == operator) & (pl.col("known_from_at") <= known_at))
    for row in rows.iter_rows(named=True):
        is_ended = row["end_known_at"] is not None and row["end_known_at"] <= known_at
        until = min(row["window_to"], row["withdrawn_at"]) if is_ended else row["window_to"]
        if row["granted_at"] <= known_at and row["valid_from"] <= known_at < until:
            found[row["true_person"]].add(row["data_kind"])
    return {person: frozenset(kinds) for person, kinds in found.items()}


class Identity(NamedTuple):
    """Whose records a person has most of, whether one bears a number, one waits for review, one is a grant."""

    true_person: int
    has_number: bool
    waits: bool
    has_grant: bool


def _kept(lake: Path, received: Received, known_at: datetime) -> Iterator[tuple[Spot, int, str, str]]:
    """Yield the loaded records of people known at K: place, true person, link class and expected link."""
    rows = truth(lake, "record").filter((pl.col("ends_in") == "silver") & pl.col("true_person").is_not_null())
    for *place, person, link_class, link in rows.select(
        *SPOT, "true_person", "link_class", "expected_link"
    ).iter_rows():
        spot = Spot(*place)
        if received[spot.source, spot.batch] <= known_at:
            yield spot, person, link_class, link


def identities(
    lake: Path, received: Received, known_at: datetime, links: Links | None, in_review: Collection[Hashable] | None
) -> dict[Hashable, Identity]:
    """Return every person with the identity behind it: by `links`, else by the truth."""
    owners: defaultdict[Hashable, Counter[int]] = defaultdict(Counter)
    numbered: set[Hashable] = set()
    granting: set[Hashable] = set()
    reviewed: set[int] = set()
    if links is None:
        for person in truth(lake, "person")["true_person"]:
            owners[person][person] = 1
    for spot, true_person, link_class, link in _kept(lake, received, known_at):
        linked = true_person if links is None else links.get(spot)
        if link == "REVIEW":
            reviewed.add(true_person)
        if linked is None:
            continue
        if links is not None:
            owners[linked][true_person] += 1
        if link_class in ("NUMBER", "RID15"):
            numbered.add(linked)
        if spot.source == "consent_grant":
            granting.add(linked)
    found = {}
    for person, counted in owners.items():
        owner = min(counted, key=lambda one: (-counted[one], one))
        waits = owner in reviewed if in_review is None else person in in_review
        found[person] = Identity(owner, person in numbered, waits, links is None or person in granting)
    return found


@dataclass(frozen=True)
class City:
    """The people known at (T, K), what is local, and every business by its credit code."""

    people: dict[Hashable, Person]
    local: Local
    businesses: dict[str, Business]


def city(
    lake: Path,
    as_of: date,
    known_at: datetime,
    links: Links | None = None,
    in_review: Collection[Hashable] | None = None,
) -> City:
    """Return everybody's events as known at (T, K)."""
    manifest = _manifest(lake)
    here, received = local(manifest["city"]), _received(manifest)
    told = delivered.tables(lake, known_at, links)
    events, firms = history.histories(told, as_of), history.businesses(told)
    ratings, stays = defaultdict(list), defaultdict(list)
    for rating in history.ratings(told):
        ratings[rating.uscc].append(rating)
    for stay in history.memberships(told):
        stays[stay.uscc].append(stay)
    fresh, granted = fresh_sources(received, known_at), consents(lake, here.operator, known_at)
    rows = {row["true_person"]: row for row in truth(lake, "person").iter_rows(named=True)}
    found: dict[Hashable, Person] = {}
    for person, identity in identities(lake, received, known_at, links, in_review).items():
        row, mine = rows[identity.true_person], dict(events.get(person, {}))
        births, deaths = mine.pop("birth", []), mine.pop("death", [])
        is_stated = identity.has_number and row["certificate_kind"] in BIRTH_IN_NUMBER
        codes = sorted({role.uscc for role in mine.get("roles", ())})
        found[person] = Person(
            born_on=row["born_on"] if is_stated else births[-1] if births else None,
            died_on=min(deaths, default=None),
            certificate_kind=row["certificate_kind"] if identity.has_number else None,
            has_number=identity.has_number,
            has_conflict=identity.waits,
            businesses=tuple(firms[code] for code in codes if code in firms),
            ratings=tuple(one for code in codes for one in ratings[code]),
            memberships=tuple(one for code in codes for one in stays[code]),
            fresh=fresh,
            consents=granted.get(identity.true_person, frozenset()) if identity.has_grant else frozenset(),
            **{name: tuple(held) for name, held in mine.items()},
        )
    return City(found, here, firms)
