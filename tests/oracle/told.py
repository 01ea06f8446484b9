"""The oracle on records told in memory: what every rule says of people at (T, K), without a city and its truth.

A record's person is whom it is linked to. Birth and kind of certificate are what pages of the bureau state; freshness of
the sources is the caller's to say, since it rests on deliveries and not on records.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from oracle import history
from oracle.city import Expected, judged
from oracle.delivered import Record, Versions, standing
from oracle.events import Person
from oracle.known import Local
from oracle.work import own_roles

CONSENT = "consent_grant"
OF_A_DAY = ("amr_business", "amr_penalty", "court_enforcement", "fin_loan")
"""Sources of which a file rests on what holds or may be shown at T alone."""


class Page(dict[str, Any]):
    """What a record says; of what it does not name it says nothing."""

    def __missing__(self, _: str) -> None:
        return None


def known(records: Iterable[Record], known_at: datetime) -> list[Record]:
    """Return the records known at K, but grants."""
    return [one for one in records if one.known_at <= known_at and one.spot.source != CONSENT]


def has_file(person: Person, file: Expected, records: Iterable[Versions], day: date) -> bool:
    """Say whether a file rests on anything: a record, but of a settlement; a role or an event only if it counts at T."""
    stands = any(one.last.spot.source not in OF_A_DAY and not one.last.says["is_annual_settlement"] for one in records)
    return stands or bool(file.adverse) or bool(own_roles(person, day))


def granted(records: Iterable[Record], operator: str, known_at: datetime) -> dict[Hashable, frozenset[str]]:
    """Return by person the kinds of data with a live grant to the operator: the last version of each that stands at K.

    A grant lives from the later of granting and first validity until the earlier of last validity and withdrawal.
    """
    versions = defaultdict[Any, list[Record]](list)
    for one in records:
        if one.spot.source == CONSENT and one.known_at <= known_at:
            versions[one.person, one.says["consent_no"]].append(one)
    found = defaultdict[Hashable, set[str]](set)
    for (person, _), told in versions.items():
        last = max(told, key=lambda one: (one.event_at, one.known_at, one.spot.line))
        says = last.says
        first, until = max(says["granted_at"], says["valid_from_at"]), says["valid_to_at"]
        until = min(until, says["withdrawn_at"] or until)
        is_live = datetime.fromisoformat(first) <= known_at < datetime.fromisoformat(until)
        if last.operation != "D" and says["recipient_code"] == operator and is_live:
            found[person] |= set(says["data_kind_codes"])
    return {person: frozenset(kinds) for person, kinds in found.items()}


def people(
    records: Collection[Record], as_of: date, known_at: datetime, here: Local, fresh: frozenset[str]
) -> dict[Hashable, Person]:
    """Return everybody of whom a record is known at K, with what is known of each."""
    told = standing(known(records, known_at))
    events, firms = history.histories(told, as_of), history.businesses(told)
    ratings, stays = list(history.ratings(told)), list(history.memberships(told))
    kinds = granted(records, here.operator, known_at)
    certificates = _certificates(told.get(("psb_residence", ""), ()))
    found = {}
    for person in {one.person for one in records if one.known_at <= known_at} - {None}:
        mine = dict(events.get(person, {}))
        births, deaths = mine.pop("birth", []), mine.pop("death", [])
        codes = sorted({role.uscc for role in mine.get("roles", ())})
        found[person] = Person(
            born_on=births[-1] if births else None,
            died_on=min(deaths, default=None),
            certificate_kind=certificates.get(person),
            businesses=tuple(firms[code] for code in codes if code in firms),
            ratings=tuple(one for one in ratings if one.uscc in codes),
            memberships=tuple(one for one in stays if one.uscc in codes),
            fresh=fresh,
            consents=kinds.get(person, frozenset()),
            **{name: tuple(held) for name, held in mine.items()},
        )
    return found


def _certificates(pages: Iterable[Versions]) -> Mapping[Hashable, str | None]:
    ordered = sorted((one.last for one in pages), key=lambda one: (one.day, one.spot.line))
    return {one.person: one.says["certificate_type_code"] for one in ordered}


def expected(
    records: Collection[Record], as_of: date, known_at: datetime, here: Local, fresh: frozenset[str] = frozenset()
) -> dict[Hashable, Expected]:
    """Return by person what the pipeline ought to say as of T, known at K, of everybody it has a file of.

    Args:
        records: everything ever told, in any order; what was not known at K is left out.
        as_of: T.
        known_at: K.
        here: what the city's profile sets (`oracle.known.local`).
        fresh: the sources whose last delivery is young enough at K.
    """
    tables = standing(known(records, known_at))
    industries = {code: firm.industry for code, firm in history.businesses(tables).items()}
    mine = defaultdict[Hashable, list[Versions]](list)
    for keys in tables.values():
        for one in keys:
            mine[one.last.person].append(one)
    found = {}
    for who, person in people(records, as_of, known_at, here, fresh).items():
        file = judged(person, as_of, here, industries)
        if has_file(person, file, mine[who], as_of):
            found[who] = file
    return found


def items(file: Expected) -> Iterator[tuple[Any, ...]]:
    """Yield the adverse items of a file as rows: source, number, kind, first and last day, status, last day kept."""
    for one in file.adverse:
        yield one.source, one.number, one.kind, one.start, one.end, one.status, one.expires
