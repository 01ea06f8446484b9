"""Records of the banks: fees of accounts by kind and month, charged or waived."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from jobs.city import accounts, months
from jobs.city.accounts import Account
from jobs.city.chance import Stream
from jobs.city.institutions import word
from jobs.city.layout import Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.people import Census
from jobs.city.records import Item

LAYOUT = layout(
    "fin_fee",
    prefix="FINF",
    flaws=Flaws(
        codes=(("fee_kind_code", "小费"), ("risk_grade_code", "高危")),
        dates=("fee_month",),
        future=("fee_month",),
        amounts=("standard_cny", "charged_cny"),
        keys=("account_no", "fee_kind_code"),
        restated=("transaction_count", lambda text, stream: str(int(text) + stream.between(1, 5))),
        strange=("account_no", lambda number: f"9{number[1:]}"),
        deletes=True,
        is_text_line=True,
    ),
)
LAYOUTS = (LAYOUT,)
_WORDS = {
    "OPENING": "开户费",
    "SETTLEMENT": "结算手续费",
    "ACQUIRING": "收单",
    "MAINTENANCE": "管理费",
    "CARD_ANNUAL": "年费",
    "I": "一类户",
    "II": "Ⅱ类",
    "III": "三类户",
    "2": "联网核查",
    "3": "居住核实",
    "4": "面签",
    "L": "低",
    "M": "中",
    "H": "高",
}


class Fee(NamedTuple):
    """A fee that falls due; sums in fen. `uscc` is the shop's it falls to, empty for the person's own."""

    day: date
    kind: str
    standard: int
    transactions: int
    uscc: str = ""


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the fees of a person's account since the first month, in order of time."""
    account = accounts.account(census, life)
    if account is None:
        return []
    found = [_record(census, life, account, fee) for fee in _fees(census, life, account)]
    return [(LAYOUT, sorted(found, key=lambda row: (row.day, row.second)))]


def identifiers(census: Census, life: Life) -> Iterator[tuple[str, str | None, date | None, date | None, bool]]:
    """Yield the account's number."""
    found = accounts.account(census, life)
    if found is not None:
        yield "ACCOUNT", found.number, found.opened_on, found.closed_on, True


def _fees(census: Census, life: Life, account: Account) -> Iterator[Fee]:
    stream = census.stream("fee", life.person.index)
    start, last = months.month(census.profile.first_month), months.last(life.until)
    end = min(last, account.closed_on or last)
    if months.of(account.opened_on) >= start:
        yield Fee(account.opened_on, "OPENING", 1000, 1)
    is_maintained = account.class_ == "I" and stream.chance(0.3)
    sends = stream.chance(0.12)
    for month in range(max(start, months.of(account.opened_on)), months.of(end) + 1):
        day, sent, sales = months.on(month, stream.between(1, 27)), stream.draw(), stream.between(20, 900)
        if not account.opened_on < day <= end:
            continue
        if month % 12 == account.opened_on.month - 1:
            yield Fee(day, "CARD_ANNUAL", 1000, 1)
        if is_maintained and month % 3 == 2:
            yield Fee(day, "MAINTENANCE", 300, 1)
        if sends and sent < 0.25:
            yield Fee(day, "SETTLEMENT", 550, 1 + int(sent * 20))
        shops = [s for s in life.work.shops if s.opened_on < day and (s.closed_on is None or day < s.closed_on)]
        if shops:
            yield Fee(day, "ACQUIRING", sales * 38, sales, shops[-1].business.uscc)


def _charged(stream: Stream, account: Account, fee: Fee) -> int:
    """Return what is charged: nothing where the rules exempt, save for a few slips; else all or, for shops, a part."""
    if account.is_exempt:
        return fee.standard if stream.chance(0.02) else 0
    return fee.standard * 7 // 10 if fee.kind == "ACQUIRING" and stream.chance(0.3) else fee.standard


def _record(census: Census, life: Life, account: Account, fee: Fee) -> Item:
    month, bank = months.of(fee.day), account.bank
    stream = census.stream("charge", f"{life.person.index}:{fee.kind}:{month}")
    return item(
        LAYOUT,
        fee.day,
        9 * 3600 + stream.below(8 * 3600),
        census.profile.zone,
        "I",
        life.person,
        fee.uscc or None,
        institution_code=bank,
        account_no=account.number,
        fee_kind_code=word(census, bank, fee.kind, _WORDS),
        fee_month=months.compact(month),
        branch_code=account.branch,
        uscc_no=fee.uscc or None,
        standard_cny=f"{fee.standard / 100:.2f}",
        charged_cny=f"{_charged(stream, account, fee) / 100:.2f}",
        transaction_count=str(fee.transactions),
        account_class_code=word(census, bank, account.class_, _WORDS),
        verify_level_code=word(census, bank, str(account.verified), _WORDS),
        risk_grade_code=word(census, bank, account.risk, _WORDS),
        is_payroll_cross_bank="是" if account.is_cross_bank else "否",
        is_exempt="是" if account.is_exempt else "否",
        deposit_band=account.deposits,
        fund_band=account.funds,
    )
