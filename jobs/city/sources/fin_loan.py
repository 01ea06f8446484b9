"""Records of the banks: how each loan stands at a month's end, their branches, and their account managers."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from jobs.city import finance, institutions, months
from jobs.city.chance import Stream
from jobs.city.damage import spoil
from jobs.city.finance import Loan, Snapshot
from jobs.city.institutions import Branch, share, word
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item
from jobs.city.staff import staff, staff_flaws


def _stated(item: Item, layout: Layout, column: str) -> str:
    return str(item.values[layout.places[column]] or "")


def renewal_too_early(item: Item, layout: Layout, stream: Stream) -> bool:
    """Report a renewal that was not paid out yet, or as paid out before it was asked for."""
    applied = _stated(item, layout, "applied_at")
    if not _stated(item, layout, "renewal_of_loan_no") or not applied:
        return False
    earlier = date.fromisoformat(applied[:10]) - timedelta(days=stream.between(2, 40))
    return spoil(item, layout, "grant_date", stream.pick(("", earlier.isoformat())), "RENEWAL_BEFORE_GRANT")


def without_notice(item: Item, layout: Layout, stream: Stream) -> bool:
    """Hand arrears over without having told the borrower, or before telling."""
    if not _stated(item, layout, "adverse_start_date"):
        return False
    later = date.fromisoformat(_stated(item, layout, "provided_date")) + timedelta(days=stream.between(1, 9))
    return spoil(item, layout, "notice_date", stream.pick(("", "无", later.isoformat())), "ADV_NO_NOTICE")


def without_end(item: Item, layout: Layout, stream: Stream) -> bool:
    """Report a loan with arrears as settled, and not when they ended."""
    if not _stated(item, layout, "adverse_start_date"):
        return False
    if not _stated(item, layout, "adverse_end_date"):
        word = "SETTLED" if _stated(item, layout, "status_code").isascii() else _WORDS["SETTLED"]
        return spoil(item, layout, "status_code", word, "ADV_END_MISSING")
    if not _stated(item, layout, "settled_date"):
        return False
    return spoil(item, layout, "adverse_end_date", stream.pick(("", "9999-12-31", "-")), "ADV_END_MISSING")


LOAN = layout(
    "fin_loan",
    prefix="FINL",
    flaws=Flaws(
        codes=(("status_code", "呆账"), ("channel_code", "电话")),
        dates=("maturity_date", "snapshot_month"),
        placeholders=(("settled_date", "9999-12-31", False),),
        future=("provided_date",),
        order=(("grant_date", "maturity_date"),),
        amounts=("principal_cny", "balance_cny"),
        ratios=("rate_ratio",),
        keys=("loan_no", "status_code"),
        restated=("balance_cny", lambda text, stream: f"{float(text) + 100 * stream.between(1, 9):.2f}"),
        strange=("loan_no", lambda number: f"ZZ{number}"),
        deletes=True,
        is_text_line=True,
        own=(
            ("renewal_before_grant", renewal_too_early),
            ("adverse_without_notice", without_notice),
            ("adverse_end_missing", without_end),
        ),
    ),
)
BRANCH = layout(
    "fin_loan",
    "branch",
    prefix="FINB",
    flaws=Flaws(
        codes=(("district_code", "310999"),),
        keys=("branch_code",),
        restated=("is_street_level", lambda text, _: "否" if text == "是" else "是"),
        is_text_line=True,
    ),
)
STAFF = layout("fin_loan", "staff", prefix="FINS", flaws=staff_flaws())
LAYOUTS = (LOAN, BRANCH, STAFF)
_WORDS = {
    "PERSON": "个人",
    "BUSINESS": "经营主体",
    "ONLINE": "手机银行",
    "OFFLINE": "柜面",
    "OPEN": "正常",
    "SETTLED": "结清",
    "WRITTEN_OFF": "核销",
    "EXTENDED": "展期",
    "DEFER": "延期",
    "EXTEND": "贷款展期",
    "RATE_CUT": "减息",
    "EMERGENCY": "应急贷",
}
_CLOSING = 21 * 3600
MEANT = {
    LOAN: Meaning(
        texts=("institution_code", "loan_no", "uscc_no"),
        days=("grant_date", "settled_date", "adverse_start_date", "adverse_end_date", "notice_date",
              "provided_date"),
        months=("snapshot_month",),
        codes={
            "borrower_kind_code": {code: _WORDS[code] for code in ("PERSON", "BUSINESS")},
            "status_code": {code: _WORDS[code] for code in ("OPEN", "SETTLED", "WRITTEN_OFF", "EXTENDED")},
            "relief_code": {code: _WORDS[code] for code in ("DEFER", "EXTEND", "RATE_CUT", "EMERGENCY")},
        },
    )
}  # fmt: skip


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return a person's loans, one record each at every month's end."""
    found = [_loan(census, life, loan, state) for loan in finance.loans(census, life) for state in loan.snapshots]
    return [(LOAN, sorted(found, key=lambda row: (row.day, row.second)))]


def _yuan(sum_: int | None) -> str | None:
    return None if sum_ is None else f"{sum_}.00"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _loan(census: Census, life: Life, loan: Loan, state: Snapshot) -> Item:
    end, zone, bank = months.last(state.month), census.profile.zone, loan.bank
    uscc = loan.shop.business.uscc if loan.shop else None
    late = loan.arrears_known(end)
    ended = late.until if late and late.until and late.until <= end else None
    hour = 3600 * (10 + loan.documents % 7)
    return item(
        LOAN,
        end,
        _CLOSING + int(loan.number[-2:]) * 7,
        zone,
        "I" if state.month == months.of(loan.granted_on) else "U",
        life.person,
        uscc,
        institution_code=bank,
        loan_no=loan.number,
        snapshot_month=months.compact(state.month),
        branch_code=loan.branch.code,
        borrower_kind_code=word(census, bank, "BUSINESS" if uscc else "PERSON", _WORDS),
        uscc_no=uscc,
        product_code=institutions.product(census, bank, loan.kind),
        channel_code=word(census, bank, "ONLINE" if loan.is_online else "OFFLINE", _WORDS),
        contacted_at=months.local_text(loan.contacted_on, hour, zone),
        applied_at=months.local_text(loan.applied_on, hour + 1200, zone),
        approved_at=months.local_text(loan.approved_on, hour + 4800, zone),
        document_count=str(loan.documents),
        grant_date=loan.granted_on.isoformat(),
        maturity_date=state.matures_on.isoformat(),
        principal_cny=_yuan(loan.principal),
        balance_cny=_yuan(state.balance),
        rate_ratio=share(census, bank, loan.rate),
        is_first_loan="是" if loan.is_first else "否",
        renewal_of_loan_no=loan.renews,
        refinanced_cny=_yuan(loan.refinanced),
        own_funds_cny=_yuan(loan.own_funds),
        dpd_days=str(state.dpd),
        status_code=word(census, bank, state.status, _WORDS),
        settled_date=_iso(loan.settled_on) if state.status == "SETTLED" else None,
        staff_no=loan.staff_no,
        relief_code=word(census, bank, state.relief, _WORDS),
        adverse_start_date=_iso(late.since) if late else None,
        adverse_end_date=_iso(ended),
        notice_date=_iso(late.noticed_on) if late else None,
        provided_date=end.isoformat(),
    )


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the loans, and those arrears that were handed over, with their true end."""
    end = months.last(life.until)
    for loan in finance.loans(census, life):
        uscc = loan.shop.business.uscc if loan.shop else None
        yield Fact("LOAN", loan.granted_on, loan.settled_on, loan.number, uscc)
        for late in loan.arrears:
            if late.noticed_on <= min(end, late.until or end):
                expires = months.later(late.until, 60) if late.until else None
                purge = expires + timedelta(days=1) if expires else None
                told = (late.noticed_on, expires, purge, late.is_relieved)
                yield Fact("ADVERSE", late.since, late.until, loan.number, uscc, "LOAN", *told)


def shared(census: Census, quarter: int) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the banks' branches and account managers of a quarter of the city."""
    branches = [b for bank in census.profile.bank_codes for b in institutions.of_quarter(census, bank, quarter)]
    opened = sorted((_branch(census, branch) for branch in branches), key=lambda row: (row.day, row.second))
    return [(BRANCH, opened), (STAFF, staff(census, STAFF, branches, "ACCOUNT_MANAGER"))]


def _branch(census: Census, branch: Branch) -> Item:
    return item(
        BRANCH,
        branch.opened_on,
        9 * 3600 + branch.number % 3600,
        census.profile.zone,
        branch_code=branch.code,
        district_code=branch.district,
        street_code=branch.street,
        longitude_value=f"{branch.longitude:.6f}",
        latitude_value=f"{branch.latitude:.6f}",
        is_street_level="是" if branch.is_street_level else "否",
    )
