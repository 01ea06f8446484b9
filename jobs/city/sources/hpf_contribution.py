"""Records of the housing fund's centre: one a month paid in by an employer; sealing and closing change the last one."""

from collections.abc import Iterable, Iterator
from datetime import date

from jobs.city import months
from jobs.city.fund import Fund, FundMonth, account_no, fund
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item

LAYOUT = layout(
    "hpf_contribution",
    prefix="HPF",
    flaws=Flaws(
        codes=(("status_code", "冻结"),),
        dates=("paid_date", "info_date", "period_month", "first_month", "paid_to_month"),
        placeholders=(("paid_date", "19000101", False), ("paid_date", "99991231", False)),
        future=("paid_date", "info_date"),
        amounts=("monthly_cny",),
        ratios=("employer_ratio", "personal_ratio"),
        keys=("hpf_account_no", "employer_uscc_no", "status_code"),
        restated=("monthly_cny", lambda text, stream: f"{int(text.partition('.')[0]) + 2 * stream.between(1, 60)}.00"),
        strange=("period_month", lambda period: f"{int(period[:4]) - 8}{period[4:]}"),
        deletes=True,
        is_text_line=True,
    ),
)
LAYOUTS = (LAYOUT,)
_STATES = {"ACTIVE": ("缴存", "正常缴存"), "SEALED": ("封存", "封存"), "CLOSED": ("销户", "已销户")}
MEANT = {
    LAYOUT: Meaning(
        texts=("hpf_account_no", "employer_uscc_no"),
        days=("paid_date", "info_date"),
        months=("period_month",),
        codes={"status_code": _STATES},
    )
}


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the months of the person's account, from the first month of our history on."""
    held = fund(census, life)
    return [(LAYOUT, _items(census, life, held))] if held else []


def identifiers(census: Census, life: Life) -> Iterator[tuple[str, str | None, date | None, date | None, bool]]:
    """Yield the account."""
    if fund(census, life):
        yield "FUND_ACCOUNT", account_no(life), None, None, True


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield each month paid in."""
    held = fund(census, life)
    for month in held.paid if held else ():
        yield Fact("FUND_MONTH", months.on(month.period, 1), months.last(month.period), None, month.employer_uscc)


def _share(per_mille: int, form: int) -> str:
    """Write a ratio as the employers' programs do: 0.07 or 7%."""
    return f"{per_mille / 1000:.3f}".rstrip("0") if form else f"{per_mille / 10:g}%"


def _items(census: Census, life: Life, held: Fund) -> list[Item]:
    stream = census.stream("fund-lines", life.person.index)
    word, form = stream.below(2), stream.below(4)
    told: list[tuple[date, str, FundMonth]] = [(month.paid_on, "ACTIVE", month) for month in held.paid]
    told += [(state.day, state.status, state.month) for state in held.states]
    found = []
    for day, status, month in sorted(told, key=lambda line: (line[0], line[2].period)):
        second = stream.between(9 * 3600, 17 * 3600)
        if month.period < census.since:
            continue
        ratio = _share(month.ratio + month.supplement, form)
        made = item(
            LAYOUT,
            day,
            second,
            census.profile.zone,
            "I" if status == "ACTIVE" else "U",
            life.person,
            hpf_account_no=account_no(life),
            employer_uscc_no=month.employer_uscc,
            employer_name=month.employer_name,
            period_month=months.compact(month.period),
            paid_date=f"{month.paid_on:%Y%m%d}",
            first_month=months.compact(held.first),
            paid_to_month=months.compact(month.paid_to),
            status_code=_STATES[status][word],
            employer_ratio=ratio,
            personal_ratio=ratio,
            info_date=f"{day:%Y%m%d}",
            monthly_cny=f"{month.monthly}.00",
        )
        found.append(made)
    return found
