"""Labels: one row of truth for each delivered record, and what is true of each person."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from jobs.city import evidence, meaning, months, numbers
from jobs.city.evidence import Seen
from jobs.city.layout import Fact, Layout
from jobs.city.ledger import Ledger
from jobs.city.lives import Life
from jobs.city.neighbours import HOMONYM_BLOCK
from jobs.city.people import Census, Person
from jobs.city.records import Item, Place
from jobs.city.sources import Desk, desks
from jobs.city.sources.psb_residence import attacks, registry
from jobs.city.status import statuses
from jobs.city.timeline import Timeline
from jobs.city.truth import Truth

_NOWHERE = (None, None, None, None)
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


class Labels:
    """Writes truth while the city is built, and counts what was made."""

    def __init__(self, census: Census, timeline: Timeline, truth: Truth) -> None:
        self.census, self.timeline, self.truth = census, timeline, truth
        self._faults: Counter[str] = Counter()
        self._ends: Counter[tuple[str, str, str]] = Counter()
        self._pool: defaultdict[tuple[str, int], list[Person]] = defaultdict(list)
        self._block = 0
        self._waiting: list[tuple[tuple[Any, ...], Seen]] = []
        self._meant = {layout: meant for desk in desks() for layout, meant in desk.meant.items()}
        self._received = {
            (desk.source.name, batch): timeline.received_at(desk.source.name, number)
            for desk in desks()
            for number, batch in enumerate(timeline.batches)
        }

    def record(self, layout: Layout, item: Item, life: Life | None, again: Place | None) -> None:
        """Label one delivered record, and once more at the place `again` where its file was sent a second time."""
        place, person, ending = item.place, life.person.index if life else None, item.ends
        if place is None or ending is None:
            raise ValueError("a record is labelled after it was written")
        original = item.original.place if item.original else None
        corrected = item.corrects.place if item.corrects else None
        if item.fault is None and life is not None and layout.source == "psb_residence" and attacks(life):
            item.fault = "PHONE_ATTACK"
        link_class = item.link_class or ("NUMBER" if layout.has_person else None)
        head = (layout.source, layout.object)
        label = (item.values[2], person, item.uscc, item.fault, item.variant, item.fault_column, item.clean_value)
        ends = (ending, item.reason, link_class)
        row = (*head, *place, *label, *(original or _NOWHERE), *(corrected or _NOWHERE), *ends)
        self._count(layout.source, place.batch, ending, item.fault)
        if ending == "silver":
            self._delivered(layout, item, place, person)
        told = evidence.seen(layout, item, link_class)
        if life is None:
            link = "AUTO" if told.is_numbered else "NONE"
            self.truth.add("record", *row, link if layout.has_person else None)
        else:
            self._waiting.append((row, told))
        if again is not None:
            label = (item.values[2], person, item.uscc, "RESENT", item.variant, None, None)
            ends = ("duplicate", "EXACT_DUPLICATE", link_class)
            row = (*head, *again, *label, *place, *_NOWHERE, *ends)
            self._waiting.append((row, told._replace(is_kept=False)))
            self._count(layout.source, place.batch, "duplicate", "RESENT")

    def _delivered(self, layout: Layout, item: Item, place: Place, person: int | None) -> None:
        """Write what the clerk meant by a record that is loaded, as JSON by column of its contract."""
        meant, at = self._meant.get(layout), layout.places
        if meant is None:
            return
        values = item.values
        told = _JSON.encode(meant.read(at, values))
        times = (meaning.instant(values[at["event_at"]]), self._received[layout.source, place.batch])
        head = (layout.source, layout.object, *place, person, values[at["operation_code"]])
        self.truth.add("delivered", *head, *times, told)

    def _judge(self, life: Life) -> None:
        """Write a person's records, now that all that was delivered of the person is known."""
        links = evidence.judged([record for _, record in self._waiting], life.person)
        for (row, record), link in zip(self._waiting, links, strict=True):
            self.truth.add("record", *row, link if record.link_class else None)
        self._waiting.clear()

    def _count(self, source: str, batch: str, ends: str, fault: str | None) -> None:
        self._ends[source, batch, ends] += 1
        if fault is not None:
            self._faults[fault] += 1

    def life(self, life: Life, desks: Sequence[Desk], ledger: Ledger) -> None:
        """Write what is true of one person, and of the person's records."""
        self._judge(life)
        index, page = life.person.index, registry(self.census, life)
        add = self.truth.add
        last = life.home.hukou_on(months.last(life.until))
        stays = life.presence.stays
        left = stays[-1].until if stays else None
        add("person", index, life.person.born_on, life.presence.died_on, life.person.reliability,
            life.person.certificate_kind, last.code, last.since, last.entry, stays[0].since if stays else None,
            left, life.person.gender, life.person.name)  # fmt: skip
        for state in statuses(self.census, life, page, months.month(self.census.profile.first_month)):
            add("person_month", index, state.month, state.in_city, state.is_newcomer, state.categories, state.primary,
                state.basis, state.district, state.employer_uscc, state.work_kinds)  # fmt: skip
        self._identifiers(life, desks)
        for desk in desks:
            for fact in desk.facts(self.census, life):
                kind, since, until, *more = Fact(*fact)
                self.truth.add("fact", index, kind, since, until, desk.source.name, *more)
        self._consents(index, ledger)
        self._apart(life)

    def _identifiers(self, life: Life, desks: Sequence[Desk]) -> None:
        person = life.person
        # a name is changed before the city's history begins, at the latest
        born, first_day = person.born_on, months.on(months.month(self.census.profile.first_month), 1)
        changed = born + (first_day - born) * 2 // 3 if person.former_name else None
        rows: list[tuple[str, str | None, date | None, date | None, bool]] = [
            ("CERTIFICATE", person.certificate_no, person.born_on, None, True),
            ("CERTIFICATE_15", person.old_number, person.born_on, None, True),
            ("NAME", person.name, changed or person.born_on, None, True),
            ("NAME_VARIANT", None if changed else person.written_name, None, None, True),
            ("FORMER_NAME", person.former_name, person.born_on, changed - timedelta(days=1) if changed else None, True),
        ]
        ends = [*(months.last(phone.since - 1) for phone in life.phones[1:]), None]
        for phone, end in zip(life.phones, ends, strict=True):
            rows.append(("MOBILE", phone.number, months.on(phone.since, 1), end, phone.is_own))
        for spell in life.home.spells:
            rows.append(("DWELLING", spell.dwelling.dwelling_no, spell.since, spell.until, True))
        rows += [row for desk in desks for row in desk.identifiers(self.census, life)]
        for kind, value, first, last, is_own in rows:
            if value is not None:
                self.truth.add("identifier", person.index, kind, value, first, last, is_own)

    def _consents(self, index: int, ledger: Ledger) -> None:
        end = months.instant(months.last(self.timeline.months[-1]), 86399, self.census.profile.zone)
        for known in ledger.known():
            grant = known.grant
            until = known.ends(self.timeline.last)
            ended = "WITHDRAWN" if until < grant.valid_to else "EXPIRED" if until <= end else None
            since = self.timeline.received_at("consent_grant", known.since)
            told = None
            if known.withdrawn_since is not None:
                told = self.timeline.received_at("consent_grant", known.withdrawn_since)
            for purpose in grant.purposes:
                for kind in grant.kinds:
                    item = "INCOME" if "INCOME" in grant.r14 and kind == "WORK" else None
                    row = (grant.recipient, purpose, kind, grant.valid_from, until, grant.number, item)
                    ends = (grant.is_marketing, True, ended, since, told)
                    asked = (grant.granted_at, grant.valid_to, grant.withdrawn_at if told else None)
                    self.truth.add("consent", index, *row, *ends, *asked)

    def _apart(self, life: Life) -> None:
        person = life.person
        if person.tie is not None and person.tie.follows:
            why = {"twin": "twin", "kin": "family", "family": "family", "attack": "attack", "recycled": "recycled"}
            since = None
            if person.tie.kind == "recycled":
                given = numbers.mobile(self.census.seed, person.tie.other, 0)
                since = next((months.on(phone.since, 1) for phone in life.phones if phone.number == given), None)
            self.truth.add("keep_apart", person.tie.other, person.index, why[person.tie.kind], since, None)
        if person.index // HOMONYM_BLOCK != self._block:
            self._homonyms()
            self._block = person.index // HOMONYM_BLOCK
        self._pool[person.name, person.born_on.year].append(person)

    def _homonyms(self) -> None:
        for group in self._pool.values():
            for first, second in combinations(group, 2):
                if first.tie is None or first.tie.other != second.index:
                    self.truth.add("keep_apart", first.index, second.index, "homonym", None, None)
        self._pool.clear()

    def close(self) -> None:
        """Write what had to wait for the last person."""
        self._homonyms()

    def faults(self, difficulty: float) -> dict[str, dict[str, Any]]:
        """Return by fault how many were made, and by rate which share was asked."""
        rates = self.census.profile.rates
        asked: dict[str, Any] = {name: round(rate * difficulty, 9) for name, rate in sorted(rates.items())}
        return {"asked_share": asked, "made": dict(sorted(self._faults.items()))}

    def records(self) -> dict[str, dict[str, dict[str, int]]]:
        """Return by source and batch how many records end where."""
        found: dict[str, dict[str, dict[str, int]]] = {}
        for (source, batch, ends), count in sorted(self._ends.items()):
            found.setdefault(source, {}).setdefault(batch, {})[ends] = count
        return found
