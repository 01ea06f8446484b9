"""Loans of people and their shops: asked for, paid back or not, renewed, relieved, written off.

What becomes of a loan hangs on the person's reliability, which nobody delivers: a score can be trained on the
outcomes and judged by what caused them.
"""

import math
from dataclasses import dataclass, field
from datetime import date, timedelta

from jobs.city import institutions, months
from jobs.city.institutions import Branch
from jobs.city.lives import Life
from jobs.city.people import Census
from jobs.city.work import Shop

WRITTEN_OFF_AFTER = 240
"""Days past due after which a bank gives a loan up; the debt stays, and so do the arrears."""

KEPT_WRITTEN_OFF = 6
"""Months for which a bank still reports a loan it has written off."""


@dataclass(slots=True)
class Arrears:
    """Not paid since a due day; `noticed_on` is the day the bank tells the borrower, `until` the day all was paid."""

    since: date
    noticed_on: date
    until: date | None = None
    is_relieved: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How a loan stands at the end of a month."""

    month: int
    balance: int
    dpd: int
    status: str
    relief: str | None
    matures_on: date


@dataclass(slots=True)
class Loan:
    """One loan from asking for it to its end; sums in yuan, the rate in basis points a year."""

    number: str
    bank: str
    branch: Branch
    staff_no: str
    shop: Shop | None
    kind: str
    is_online: bool
    contacted_on: date
    applied_on: date
    approved_on: date
    granted_on: date
    matures_on: date
    term: int
    principal: int
    balance: int
    rate: int
    documents: int
    is_first: bool
    is_bullet: bool
    renews: str | None = None
    refinanced: int | None = None
    own_funds: int | None = None
    settled_on: date | None = None
    written_off_in: int | None = None
    relief: str | None = None
    arrears: list[Arrears] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)

    @property
    def open_arrears(self) -> Arrears | None:
        """Return the arrears that last."""
        return self.arrears[-1] if self.arrears and self.arrears[-1].until is None else None

    def arrears_known(self, day: date) -> Arrears | None:
        """Return the latest arrears the borrower was told of by a day, while they lasted: no others are handed over."""
        told = [
            one for one in self.arrears if one.noticed_on <= day and (one.until is None or one.noticed_on <= one.until)
        ]
        return told[-1] if told else None


def loans(census: Census, life: Life) -> list[Loan]:
    """Live through a person's loans month by month; a later `until` only goes on."""
    return _Borrower(census, life).loans()


class _Borrower:
    """One person's way through the months: at most one loan at a time, and the renewal that may follow it."""

    def __init__(self, census: Census, life: Life) -> None:
        self.census, self.life, self.profile = census, life, census.profile
        self.stream = census.stream("loan", life.person.index)
        self.bank = institutions.bank_of(census, life.person.index)
        self.reliability = life.person.reliability
        self.found: list[Loan] = []
        self.renewal: tuple[Loan, date] | None = None

    def loans(self) -> list[Loan]:
        monthly = 1 - (1 - float(self.profile.shares["loan_24_months"])) ** (1 / 24)
        current: Loan | None = None
        for month in range(months.month(self.profile.first_month), self.life.until + 1):
            wish, day = self.stream.draw(), self.stream.between(5, 20)
            if self.life.presence.died_on is not None and month > months.of(self.life.presence.died_on):
                break
            if current is not None:
                self._month(current, month)
            if self.renewal is not None and months.of(self.renewal[1]) == month:
                old, renewed_on = self.renewal
                self.renewal = None
                if self._may_borrow(renewed_on):
                    current = self._renewed(old, renewed_on)
            elif (current is None or current.settled_on) and self.renewal is None:
                likely = monthly * (3.2 if self.life.work.kind == "OWNER" else 1.85)
                asked = wish < likely and self._may_borrow(months.on(month, day))
                current = self._granted(months.on(month, day)) if asked else None
            if current is not None and months.of(current.granted_on) == month:
                self._note(current, month)
        return self.found

    def _may_borrow(self, day: date) -> bool:
        """Grown up, here and at work, alive to the month's end, and with no arrears."""
        life, month = self.life, months.of(day)
        age = month // 12 - life.person.born_on.year
        died = life.presence.died_on
        is_free = not any(loan.open_arrears for loan in self.found)
        works = life.work.kind != "NONE"
        return (
            19 <= age <= 62
            and works
            and is_free
            and life.presence.holds(day)
            and (died is None or months.of(died) > month)
        )

    def _granted(self, day: date, old: Loan | None = None) -> Loan:
        stream, index = self.stream, self.life.person.index
        open_shops = [
            s for s in self.life.work.shops if s.opened_on <= day and (s.closed_on is None or s.closed_on > day)
        ]
        shop = open_shops[-1] if open_shops and stream.chance(0.75) else None
        shop = old.shop if old else shop
        kind = "BUSINESS" if shop else stream.pick(("CONSUMER", "CONSUMER", "RENT", "TRAINING"))
        term = stream.pick((6, 12, 12, 12) if shop else (12, 12, 24, 36))
        sum_ = stream.between(5, 30) * 10_000 if shop else stream.between(4, 60) * 2_500
        rate = stream.between(345, 620) if shop else stream.between(380, 1180)
        branch = institutions.near(self.census, self.bank, index, stream)
        applied = day - timedelta(days=stream.between(2, 14))
        is_online = stream.chance(0.55)
        loan = Loan(
            number=f"{self.bank[-1].upper()}D{months.compact(months.of(day))}{index:08d}{len(self.found):02d}",
            bank=self.bank,
            branch=old.branch if old else branch,
            staff_no=institutions.on_duty(self.census, branch, stream.below(institutions.DESKS), day),
            shop=shop,
            kind=old.kind if old else kind,
            is_online=is_online,
            contacted_on=applied - timedelta(days=stream.below(30)),
            applied_on=applied,
            approved_on=applied + timedelta(days=stream.between(0, 1 if is_online else (day - applied).days)),
            granted_on=day,
            matures_on=months.later(day, old.term if old else term),
            term=old.term if old else term,
            principal=old.principal if old else sum_,
            balance=old.principal if old else sum_,
            rate=rate if old is None else max(310, old.rate - stream.below(4) * 5),
            documents=stream.between(1, 4) if is_online else stream.between(4, 11),
            is_first=not self.found and stream.chance(0.6),
            is_bullet=old.is_bullet if old else bool(shop) or stream.chance(0.25),
        )
        self.found.append(loan)
        return loan

    def _renewed(self, old: Loan, day: date) -> Loan:
        """Grant the loan that renews another: seamless it pays the old one off, else the borrower finds the money."""
        loan = self._granted(day, old)
        owed = old.snapshots[-2].balance if len(old.snapshots) > 1 else old.principal
        is_seamless = day <= old.matures_on
        part = 0 if is_seamless else owed if self.stream.chance(0.6) else owed // 2
        is_named = day <= old.matures_on + timedelta(days=3) or self.stream.chance(0.5)
        loan.renews = old.number if is_named else None
        loan.refinanced, loan.own_funds = (owed - part, part) if is_named else (None, None)
        return loan

    def _month(self, loan: Loan, month: int) -> None:
        """One month of a loan: pay or miss, make good, mature, settle."""
        if loan.settled_on is not None or month <= months.of(loan.granted_on):
            return
        pays, cures, ends, day = self.stream.draw(), self.stream.draw(), self.stream.draw(), self.stream.between(21, 27)
        due, died = months.on(month, loan.granted_on.day), self.life.presence.died_on
        late = loan.open_arrears
        if late is not None and cures < (0.05 if loan.written_off_in else 0.12 + 0.6 * self.reliability):
            late.until = months.on(month, day)
            late = None
            if loan.written_off_in or due >= loan.matures_on:
                loan.settled_on = months.on(month, day)
        elif late is None and pays < self._miss(month, loan):
            late = Arrears(due, due + timedelta(days=30 + day))
            late.is_relieved = self._relieve(loan, month, cures)
            loan.arrears.append(late)
        if late is None and loan.settled_on is None:
            self._pay(loan, due, ends)
        if died is not None and months.of(died) == month and loan.settled_on is None:
            loan.settled_on = max(died, loan.granted_on)
            if late is not None:
                late.until = max(died, late.since)
        if late is not None and late.until is None and (months.last(month) - late.since).days > WRITTEN_OFF_AFTER:
            loan.written_off_in = loan.written_off_in or month
        if loan.written_off_in is None or month - loan.written_off_in < KEPT_WRITTEN_OFF or loan.settled_on:
            self._note(loan, month)

    def _pay(self, loan: Loan, due: date, ends: float) -> None:
        """Pay the month's part; at the end extend, settle, and perhaps renew."""
        if due < loan.matures_on:
            if not loan.is_bullet:
                loan.balance = max(0, loan.balance - loan.principal // loan.term)
            if ends < 0.006:
                loan.settled_on = due
            return
        if ends > 0.96 and loan.relief is None:
            loan.matures_on, loan.relief = months.later(loan.matures_on, 3), "EXTEND"
            return
        loan.settled_on = due
        if loan.is_bullet and self.stream.chance(0.2 + 0.55 * self.reliability) and self._may_borrow(due):
            gap = self.stream.pick((-1, 0, 0, 0, 1, 2, 3, 8, 20, 45))
            day = due + timedelta(days=gap)
            self.renewal = (loan, day)

    def _miss(self, month: int, loan: Loan) -> float:
        doubt = 1 - self.reliability
        return 0.003 + 0.2 * doubt * math.sqrt(doubt) + self._shock(month, loan)

    def _shock(self, month: int, loan: Loan) -> float:
        """What an event of the profile adds for those who live or trade in its districts."""
        day = months.on(month, 15)
        spells = self.life.home.spells
        places = {s.dwelling.district for s in spells if s.since <= day and (s.until is None or day <= s.until)}
        places |= {loan.shop.business.district} if loan.shop else set()
        hit = [e for e in self.profile.relief_events if e["month"] == months.text(month)]
        return sum((float(e["missed_share"]) for e in hit if places & set(e["district_codes"])), 0.0)

    def _relieve(self, loan: Loan, month: int, draw: float) -> bool:
        """Grant relief to three in five who fall behind in an event's month."""
        if not self._shock(month, loan) or draw < 0.4:
            return False
        loan.relief = "DEFER" if draw < 0.75 else "RATE_CUT" if draw < 0.9 else "EMERGENCY"
        return True

    def _note(self, loan: Loan, month: int) -> None:
        """State the loan as it stands at the month's end."""
        end, late = months.last(month), loan.open_arrears
        is_extended = loan.relief == "EXTEND"
        status = "EXTENDED" if is_extended else "OPEN"
        status = "WRITTEN_OFF" if loan.written_off_in else status
        status = "SETTLED" if loan.settled_on else status
        balance = 0 if loan.settled_on else loan.balance
        dpd = (end - late.since).days if late else 0
        loan.snapshots.append(Snapshot(month, balance, dpd, status, loan.relief, loan.matures_on))
