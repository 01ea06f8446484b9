"""Who is a newcomer: domain.md, section 1.2."""

from dataclasses import dataclass
from datetime import date, timedelta

from oracle.events import HukouEntry, Person
from oracle.months import FOREVER, Days, add_months, add_years, complete_months, first_day, is_valid, merged, month_of

OUTSIDE_KINDS = ("HMT", "FPR", "PAS")
PAYS_IN = frozenset({"SI", "FLEX", "HF"})


@dataclass(frozen=True)
class Rules:
    """What a city sets for itself."""

    prefixes: tuple[str, ...] = ("31",)
    hukou_years: int = 3
    resident_months: int = 6
    include_hmt_foreign: bool = True


CITY = Rules()


@dataclass(frozen=True)
class Status:
    """YES, NO or UNKNOWN, what it rests on, and the first day on which it changes if nothing new arrives."""

    code: str
    basis: tuple[str, ...]
    reasons: tuple[str, ...]
    hukou_on: date | None
    next_change: date | None


def held(spell_start: date, spell_end: date | None, cancelled_on: date | None) -> Days:
    """Return the days of a spell that stand; a cancelled one ends the day before."""
    if cancelled_on is None:
        return spell_start, spell_end
    gone = cancelled_on - timedelta(days=1)
    return spell_start, gone if spell_end is None else min(spell_end, gone)


def spells(person: Person, kind: str) -> list[Days]:
    """Return permits or registrations, those that touch or overlap as one."""
    return merged(held(one.start, one.end, one.cancelled_on) for one in person.residence if one.kind == kind)


def hukou_at(person: Person, day: date) -> HukouEntry | None:
    """Return the latest entry not after a day, of one day the one told last; one without a day stands before all."""
    known = [one for one in person.hukou if one.since is None or one.since <= day]
    newest_first = reversed(known)  # of versions of one event the last stands
    return max(newest_first, key=lambda one: (one.since or date.min, one.told_at)) if known else None


def is_certificate_outside(person: Person, rules: Rules = CITY) -> bool:
    """Say whether a person has no hukou because of the kind of certificate."""
    return rules.include_hmt_foreign and person.certificate_kind in OUTSIDE_KINDS


class _Days:
    """The rule's inputs of one person, prepared once for all days it is asked about."""

    def __init__(self, person: Person, rules: Rules) -> None:
        self.person, self.rules = person, rules
        self.permits, self.registrations = spells(person, "PERMIT"), spells(person, "REGISTRATION")
        self.paid = {line.month for line in person.work if line.kind in PAYS_IN}

    def at(self, day: date) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        person, rules, basis = self.person, self.rules, []
        if any(is_valid(start, end, day) for start, end in self.permits):
            basis.append("R1")
        ripe = add_months(day, -rules.resident_months)
        if any(is_valid(start, end, day) and start <= ripe for start, end in self.registrations):
            basis.append("R2")
        if sum(month in self.paid for month in complete_months(day, 12)) >= 6:
            basis.append("R3")
        is_resident, hukou = bool(basis), hukou_at(person, day)
        is_unknown = False
        if is_certificate_outside(person, rules):
            basis.append("H1")
        elif hukou is None or hukou.code is None:
            is_unknown = True
        elif not hukou.code.startswith(rules.prefixes):
            basis.append("H1")
        elif hukou.since is None:
            is_unknown = True
        elif hukou.entry != "BIRTH" and hukou.since <= day < add_years(hukou.since, rules.hukou_years):
            basis.append("H2")
        if person.died_on is not None and person.died_on <= day:
            return "NO", tuple(basis), ()
        if is_unknown:
            return "UNKNOWN", tuple(basis), ("HUKOU_UNKNOWN",)
        is_new = is_resident and ("H1" in basis or "H2" in basis)
        return ("YES" if is_new else "NO"), tuple(basis), ()

    def turns(self, day: date) -> list[date]:
        """Return every later day on which a piece of the rule can turn, and some on which none does."""
        found: set[date | None] = {self.person.died_on}
        for start, end in (*self.permits, *self.registrations):
            found |= {start, end + timedelta(days=1) if end else None}
        for start, _ in self.registrations:
            ripe = add_months(start, self.rules.resident_months)
            found |= {ripe + timedelta(days=n) for n in range(4)}  # 31 August is six months before no day of February
        for hukou in self.person.hukou:
            if hukou.since is not None:
                found |= {hukou.since, add_years(hukou.since, self.rules.hukou_years)}
        found |= {first_day(month_of(day) + n) for n in range(1, 14)}
        return sorted(turn for turn in found if turn is not None and day < turn < FOREVER)


def newcomer(person: Person, day: date, rules: Rules = CITY) -> Status:
    """Return a person's status on a day."""
    days = _Days(person, rules)
    code, basis, reasons = days.at(day)
    change = next((turn for turn in days.turns(day) if days.at(turn)[0] != code), None)
    hukou = hukou_at(person, day)
    return Status(code, basis, reasons, hukou.since if hukou else None, change)
