"""What the pipeline ought to say of every person of a synthetic city: the entry point for tests that run Spark."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from oracle import adverse, axes, delivered, disputes, history
from oracle.axes import Axes
from oracle.categories import Categories, categories
from oracle.delivered import Spot, local_day, truth
from oracle.events import Person
from oracle.features import Features, features
from oracle.months import first_day, last_day, month
from oracle.newcomer import Rules, Status, newcomer
from oracle.score import Score, score
from oracle.tiers import Completeness, completeness

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
class Expected:
    """Everything that a file says of one person at (T, K) by rule."""

    newcomer: Status
    categories: Categories
    completeness: Completeness
    score: Score
    features: Features
    axes: Axes
    adverse: tuple[adverse.Item, ...]


@dataclass(frozen=True)
class Local:
    """What the city's profile sets."""

    rules: Rules
    windows: tuple[adverse.Window, ...]
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


def _received(manifest: Mapping[str, Any]) -> dict[tuple[str, str], datetime]:
    return {
        (source, batch): datetime.fromisoformat(at)
        for source, batches in manifest["received_at"].items()
        for batch, at in batches.items()
    }


def fresh_sources(received: Mapping[tuple[str, str], datetime], known_at: datetime) -> frozenset[str]:
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


def identities(
    lake: Path, received: Mapping[tuple[str, str], datetime], known_at: datetime
) -> tuple[set[int], set[int]]:
    """Return who has a valid certificate number at K, and about whom a record waits for review."""
    kept = truth(lake, "record").filter((pl.col("ends_in") == "silver") & pl.col("true_person").is_not_null())
    numbered, reviewed = set(), set()
    rows = kept.select("source", "batch_id", "true_person", "link_class", "expected_link").unique()
    for source, batch, person, link_class, link in rows.iter_rows():
        if received[source, batch] > known_at:
            continue
        if link_class in ("NUMBER", "RID15"):
            numbered.add(person)
        if link == "REVIEW":
            reviewed.add(person)
    return numbered, reviewed


def people(
    lake: Path, as_of: date, known_at: datetime, links: Mapping[Spot, int] | None = None
) -> tuple[dict[int, Person], Local, dict[str, str | None]]:
    """Return every person of the city as known, what is local, and the industry of each business."""
    manifest = _manifest(lake)
    here, received = local(manifest["city"]), _received(manifest)
    told = delivered.tables(lake, known_at, links)
    events, firms = history.histories(told, as_of), history.businesses(told)
    by_firm = {"ratings": defaultdict(list), "memberships": defaultdict(list)}  # type: ignore[var-annotated]
    for rating in history.ratings(told):
        by_firm["ratings"][rating.uscc].append(rating)
    for stay in history.memberships(told):
        by_firm["memberships"][stay.uscc].append(stay)
    numbered, reviewed = identities(lake, received, known_at)
    fresh, granted = fresh_sources(received, known_at), consents(lake, here.operator, known_at)
    found = {}
    for row in truth(lake, "person").sort("true_person").iter_rows(named=True):
        index = row["true_person"]
        mine = events.get(index) or defaultdict(list)
        births, deaths = mine.pop("birth", []), mine.pop("death", [])
        is_stated = row["certificate_kind"] in BIRTH_IN_NUMBER and index in numbered
        codes = {role.uscc for role in mine.get("roles", ())}
        found[index] = Person(
            born_on=row["born_on"] if is_stated else births[-1] if births else None,
            died_on=min(deaths, default=None),
            certificate_kind=row["certificate_kind"],
            has_number=index in numbered,
            has_conflict=index in reviewed,
            businesses=tuple(firms[code] for code in sorted(codes) if code in firms),
            fresh=fresh,
            consents=granted.get(index, frozenset()),
            **{name: tuple(one for code in sorted(codes) for one in held[code]) for name, held in by_firm.items()},
            **{name: tuple(held) for name, held in mine.items()},
        )
    return found, here, {code: firm.industry for code, firm in firms.items()}


def judged(person: Person, day: date, here: Local, industries: Mapping[str, str | None]) -> Expected:
    """Return what every rule says of a person on a day."""
    status = newcomer(person, day, here.rules)
    groups, known = categories(person, day, status), features(person, day, here.windows)
    return Expected(
        newcomer=status,
        categories=groups,
        completeness=completeness(person, day, known, groups),
        score=score(known),
        features=known,
        axes=axes.axes(person, day, known, dict(industries)),
        adverse=tuple(disputes.marked(adverse.visible(person, day, here.windows), person.disputes, day)),
    )


def expected(
    lake: Path, as_of: date, known_at: datetime, links: Mapping[Spot, int] | None = None
) -> dict[int, Expected]:
    """Return by true person what the pipeline ought to say as of T, known at K.

    Args:
        lake: Folder of the city; only `<lake>/city/truth` is read.
        as_of: T, a local day.
        known_at: K, an instant with its zone: a delivery is known from the instant of its fetch on.
        links: Person by the place of each record, to judge the rules under the pipeline's own links; without it
            records are their true person's where linking ought to be certain.
    """
    found, here, industries = people(lake, as_of, known_at, links)
    return {index: judged(person, as_of, here, industries) for index, person in found.items()}
