"""Lines of the social-insurance bureau: one a person, payer, insurance kind and month owed."""

from collections.abc import Iterable, Iterator
from datetime import date

from jobs.city import months
from jobs.city.layout import Fact, Flaws, Layout, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item
from jobs.city.work import EMPLOYEE_KINDS, FLEXIBLE_KINDS

LAYOUT = layout(
    "hrss_social_insurance",
    prefix="SI",
    flaws=Flaws(
        codes=(("payment_kind_code", "正長"), ("insurance_kind_code", "大病")),
        dates=("paid_date", "period_month"),
        placeholders=(("paid_date", "19000101", False), ("paid_date", "99991231", False)),
        future=("paid_date",),
        amounts=("base_cny",),
        keys=("employer_uscc_no",),
        restated=("base_cny", lambda text, stream: f"{int(text.partition('.')[0]) + 10 * stream.between(1, 99)}.00"),
        strange=("period_month", lambda period: f"{int(period[:4]) - 8}{period[4:]}"),
        deletes=True,
        is_once=True,
        is_text_line=True,
    ),
)
LAYOUTS = (LAYOUT,)

RESENDS = True
"""The bureau sends the last month's file a second time under another name."""

_PAYMENTS = {"NORMAL": "正常", "BACKPAY": "补缴", "FLEXIBLE": "灵活就业"}
_KINDS = {"PENSION": "养老", "MEDICAL": "医疗", "UNEMPLOYMENT": "失业", "INJURY": "工伤", "MATERNITY": "生育"}
MEANT = {
    LAYOUT: Meaning(
        texts=("employer_uscc_no",),
        days=("paid_date",),
        months=("period_month",),
        codes={"insurance_kind_code": _KINDS, "payment_kind_code": _PAYMENTS},
    )
}


def account_no(life: Life) -> str:
    """Return the person's account at the bureau."""
    return f"{5_000_000_000 + life.person.index * 7:011d}"


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the person's lines in the order they were paid."""
    return [(LAYOUT, _items(census, life))]


def identifiers(_: Census, life: Life) -> Iterator[tuple[str, str | None, date | None, date | None, bool]]:
    """Yield the account."""
    yield "ACCOUNT", account_no(life), None, None, True


def facts(_: Census, life: Life) -> Iterator[Fact]:
    """Yield the jobs."""
    for job in life.work.jobs:
        until = months.last(job.until) if job.until is not None else None
        yield Fact("JOB", months.on(job.since, 1), until, str(job.base), job.employer.uscc)


def _items(census: Census, life: Life) -> list[Item]:
    stream = census.stream("insurance", life.person.index)
    person, zone = life.person, census.profile.zone
    account = account_no(life)
    head = ["hrss_social_insurance", None, None, "I", person.certificate_kind, person.certificate_no, person.name]
    found: list[Item] = []
    for line in life.work.contributions:
        if line.period < census.since:
            continue
        second = stream.between(9 * 3600, 16 * 3600)
        paid = months.on(line.paid, line.day)
        event = months.local_text(paid, second, zone)
        is_paused = line.payment == "NORMAL" and stream.chance(0.004)  # the bureau sends base 0 for a paused account
        tail = [paid.strftime("%Y%m%d"), "0" if is_paused else f"{line.base}.00"]
        payment = _PAYMENTS[line.payment]
        period = months.compact(line.period)
        for kind in FLEXIBLE_KINDS if line.payment == "FLEXIBLE" else EMPLOYEE_KINDS:
            who = [event, None, account, line.payer_uscc, line.payer_name, _KINDS[kind], payment, period]
            found.append(Item(line.paid, paid, second, head + who + tail))
    return found
