"""Records of the tax office: one a filing of a month's income, and one a settlement of a year."""

from collections.abc import Iterable, Iterator

from jobs.city import months
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item
from jobs.city.taxes import filings

LAYOUT = layout(
    "tax_income_filing",
    prefix="TAX",
    flaws=Flaws(
        codes=(("income_item_code", "彩票"),),
        dates=("filed_date", "period_month"),
        placeholders=(("filed_date", "19000101", True),),
        future=("filed_date",),
        amounts=("income_cny",),
        keys=("agent_uscc_no", "income_item_code"),
        restated=("income_cny", lambda text, stream: f"{int(text.partition('.')[0]) + 10 * stream.between(1, 99)}.00"),
        strange=("period_month", lambda period: f"{int(period[:4]) - 8}{period[4:]}"),
        deletes=True,
        is_once=True,
        is_text_line=True,
    ),
)
LAYOUTS = (LAYOUT,)
_ITEMS = {
    "WAGES": ("工资、薪金所得", "正常工资薪金"),
    "SERVICE": ("劳务报酬所得", "劳务报酬"),
    "BUSINESS": ("经营所得", "经营"),
    "COMPREHENSIVE": ("综合所得", "综合所得（年度汇算）"),
}
MEANT = {
    LAYOUT: Meaning(
        texts=("agent_uscc_no",),
        days=("filed_date",),
        months=("period_month",),
        flags=("is_annual_settlement",),
        codes={"income_item_code": _ITEMS},
    )
}


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the person's filings, from the first month of our history on."""
    return [(LAYOUT, _items(census, life))]


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield each month with a filing that is no settlement."""
    for filing in filings(census, life):
        if not filing.is_settlement:
            first, last = months.on(filing.period, 1), months.last(filing.period)
            yield Fact("TAX_MONTH", first, last, filing.item, filing.agent_uscc)


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _items(census: Census, life: Life) -> list[Item]:
    stream = census.stream("tax-lines", life.person.index)
    word = stream.below(2)
    found = []
    for filing in filings(census, life):
        second = stream.between(9 * 3600, 17 * 3600)
        if filing.period < census.since:
            continue
        made = item(
            LAYOUT,
            filing.filed_on,
            second,
            census.profile.zone,
            "I",
            life.person,
            agent_uscc_no=filing.agent_uscc,
            income_item_code=_ITEMS[filing.item][word],
            period_month=months.compact(filing.period),
            filed_date=f"{filing.filed_on:%Y%m%d}",
            is_annual_settlement="是" if filing.is_settlement else "否",
            income_cny=f"{filing.income}.00",
            tax_cny=_yuan(filing.tax),
        )
        found.append(made)
    return found
