"""Bills of water, power, gas and telecom accounts, for the people who agreed to have them counted."""

from collections.abc import Iterable, Iterator
from datetime import date

from jobs.city import months, utilities
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item
from jobs.city.utilities import Bill

LAYOUT = layout(
    "utility_payment",
    prefix="UTIL",
    flaws=Flaws(
        codes=(("utility_kind_code", "暖气"),),
        dates=("bill_month", "due_date", "paid_date"),
        placeholders=(("paid_date", "19000101", False), ("paid_date", "99991231", False)),
        future=("paid_date",),
        amounts=("billed_cny", "paid_cny"),
        keys=("account_no",),
        restated=("billed_cny", lambda text, stream: f"{int(text.partition('.')[0]) + stream.between(1, 30)}.00"),
        strange=("account_no", lambda number: f"{number}9"),
        deletes=True,
        is_text_line=True,
    ),
)
LAYOUTS = (LAYOUT,)
_KINDS = {"WATER": "水", "POWER": "电", "GAS": "燃气", "TELECOM": "通信"}
MEANT = {
    LAYOUT: Meaning(
        texts=("account_no",),
        days=("due_date", "paid_date"),
        months=("bill_month",),
        codes={"utility_kind_code": _KINDS},
    )
}


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the bills in order of the days on which they were paid or fell due."""
    found: list[Item] = []
    for account in utilities.accounts(census, life):
        stream = census.stream("utility row", f"{life.person.index}:{account.number}")
        for bill in utilities.bills(census, life, account):
            second = stream.between(8 * 3600, 18 * 3600)
            is_late = bill.paid_on is None or bill.paid_on > bill.due_on
            if is_late:
                found.append(_row(census, life, bill, bill.due_on, second, "I", is_paid=False))
            if bill.paid_on is not None:
                operation = "U" if is_late else "I"
                found.append(_row(census, life, bill, bill.paid_on, second, operation, is_paid=True))
    return [(LAYOUT, sorted(found, key=lambda row: (row.day, row.second)))]


def identifiers(census: Census, life: Life) -> Iterator[tuple[str, str | None, date | None, date | None, bool]]:
    """Yield the accounts, their addresses, and the landlords in whose names they run."""
    for account in utilities.accounts(census, life):
        since, until = months.on(account.since, 1), months.last(account.until)
        yield "ACCOUNT", account.number, since, until, not account.is_landlord
        yield "ADDRESS", account.address, None, None, True
        if account.is_landlord:
            yield "NAME", account.holder, since, until, False


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the accounts."""
    for account in utilities.accounts(census, life):
        since, until = months.on(account.since, 1), months.last(account.until)
        yield Fact("UTILITY_ACCOUNT", since, until, f"{account.kind} {account.number}")


def _row(census: Census, life: Life, bill: Bill, day: date, second: int, operation: str, *, is_paid: bool) -> Item:
    account = bill.account
    row = item(
        LAYOUT,
        day,
        second,
        census.profile.zone,
        operation,
        life.person,
        utility_kind_code=_KINDS[account.kind],
        account_no=account.number,
        account_holder_name=account.holder,
        address_text=account.address,
        bill_month=months.compact(bill.month),
        due_date=bill.due_on.strftime("%Y%m%d"),
        billed_cny=bill.amount,
        paid_cny=bill.amount if is_paid else "0.00",
        paid_date=bill.paid_on.strftime("%Y%m%d") if is_paid and bill.paid_on else "",
    )
    if account.is_landlord:
        row.fault, row.fault_column = "LANDLORD_ACCOUNT", "account_holder_name"
    return row
