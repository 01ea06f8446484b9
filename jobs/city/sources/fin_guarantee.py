"""Records of the guarantors: guarantees of shops' loans, shared by government, bank, insurer, guarantor and shop."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from jobs.city import finance, months
from jobs.city.chance import Stream
from jobs.city.damage import spoil
from jobs.city.finance import Loan
from jobs.city.institutions import FUNDS, GUARANTORS, INSURERS, share, word
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.people import Census
from jobs.city.records import Item

SHARES = ("gov_ratio", "bank_ratio", "insurer_ratio", "guarantor_ratio", "firm_ratio")
SPLITS = (
    (4000, 2000, 0, 4000, 0),
    (5000, 2000, 1000, 2000, 0),
    (4000, 2000, 1000, 2000, 1000),
    (2500, 2000, 0, 5500, 0),
    (8000, 2000, 0, 0, 0),
)
"""How five parties share a risk, in basis points."""

CALLED_AFTER = 90
"""Days past due after which the guarantor pays."""


def shares_not_one(item: Item, layout: Layout, stream: Stream) -> bool:
    """Let the shop's share be larger than what the others leave."""
    if item.values[layout.places["gov_ratio"]] in (None, ""):
        return False
    return spoil(item, layout, "firm_ratio", stream.pick(("0.35", "0.2", "15%")), "SHARE_SUM")


def in_percent(item: Item, layout: Layout, _: Stream) -> bool:
    """Write the five shares as 40 and 20."""
    if item.values[layout.places["gov_ratio"]] in (None, ""):
        return False
    for column in reversed(SHARES):
        text = str(item.values[layout.places[column]])
        percent = float(text.rstrip("%")) if text.endswith("%") else float(text) * 100
        spoil(item, layout, column, f"{percent:.0f}", "RATIO_RANGE")
    return True


LAYOUT = layout(
    "fin_guarantee",
    prefix="FING",
    flaws=Flaws(
        codes=(("status_code", "冻结"),),
        dates=("end_date",),
        placeholders=(("start_date", "1900-01-01", False), ("end_date", "9999-12-31", False)),
        order=(("start_date", "end_date"),),
        amounts=("guarantee_cny",),
        keys=("guarantee_no", "status_code"),
        restated=("guarantee_cny", lambda text, stream: f"{float(text) + 1000 * stream.between(1, 9):.2f}"),
        strange=("guarantee_no", lambda number: f"ZZ{number}"),
        deletes=True,
        is_text_line=True,
        own=(("share_sum", shares_not_one), ("ratio_range", in_percent)),
    ),
)
LAYOUTS = (LAYOUT,)
_WORDS = {"APPLIED": "已申请", "ACTIVE": "在保", "CALLED": "已代偿", "RELEASED": "解保"}


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A guarantee and its states by day; shares in basis points."""

    number: str
    guarantor: str
    insurer: str
    fund: str
    split: tuple[int, ...]
    fee: int
    loan: Loan
    states: tuple[tuple[date, str], ...]


def guarantees(census: Census, life: Life) -> Iterator[Guarantee]:
    """Yield the guarantees of a person's shops: three in five of their loans have one."""
    for loan in finance.loans(census, life):
        stream = census.stream("guarantee", loan.number)
        if loan.shop is None or not stream.chance(float(census.profile.shares["guaranteed_loan"])):
            continue
        states = [(loan.applied_on, "APPLIED"), (loan.granted_on, "ACTIVE")]
        failed = [late for late in loan.arrears if ((late.until or date.max) - late.since).days > CALLED_AFTER]
        if failed:
            states.append((failed[0].since + timedelta(days=CALLED_AFTER), "CALLED"))
        elif loan.settled_on is not None and loan.settled_on > loan.granted_on:
            states.append((loan.settled_on, "RELEASED"))
        guarantor, last = stream.pick(GUARANTORS), months.last(life.until)
        yield Guarantee(
            f"{guarantor[-1].upper()}DB{loan.number[2:]}",
            guarantor,
            stream.pick(INSURERS),
            stream.pick(FUNDS),
            stream.pick(SPLITS),
            stream.pick((50, 80, 100, 150)),
            loan,
            tuple((day, state) for day, state in states if day <= last),
        )


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the states of a person's guarantees, in order of time."""
    found = [_record(census, life, one, day, state) for one in guarantees(census, life) for day, state in one.states]
    return [(LAYOUT, sorted(found, key=lambda row: (row.day, row.second)))]


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the guarantees from the day of the loan."""
    for one in guarantees(census, life):
        uscc = one.loan.shop.business.uscc if one.loan.shop else None
        ended = [day for day, state in one.states if state in ("CALLED", "RELEASED")]
        yield Fact("GUARANTEE", one.loan.granted_on, ended[0] if ended else None, one.number, uscc)


def _record(census: Census, life: Life, one: Guarantee, day: date, state: str) -> Item:
    loan, is_granted = one.loan, state != "APPLIED"
    uscc = loan.shop.business.uscc if loan.shop else None
    has_insurer = is_granted and one.split[2] > 0
    shares = {column: share(census, one.guarantor, part) for column, part in zip(SHARES, one.split, strict=True)}
    terms: dict[str, Any] = shares | {
        "loan_no": loan.number,
        "gov_unit_code": one.fund,
        "guarantor_code": one.guarantor if one.split[3] else None,
        "start_date": loan.granted_on.isoformat(),
        "end_date": months.later(loan.granted_on, loan.term).isoformat(),
        "fee_ratio": share(census, one.guarantor, one.fee),
    }
    return item(
        LAYOUT,
        day,
        9 * 3600 + int(loan.number[-2:]) * 60 + ("APPLIED", "ACTIVE", "CALLED", "RELEASED").index(state),
        census.profile.zone,
        "U" if is_granted else "I",
        life.person,
        uscc,
        institution_code=one.guarantor,
        guarantee_no=one.number,
        bank_code=loan.bank,
        insurer_code=one.insurer if has_insurer else None,
        uscc_no=uscc,
        guarantee_cny=f"{loan.principal}.00",
        status_code=word(census, one.guarantor, state, _WORDS),
        **(terms if is_granted else {}),
    )
