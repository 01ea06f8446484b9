"""Lines of the social-insurance bureau: one a person, payer, insurance kind and month owed."""

from jobs.city import months
from jobs.city.lives import Life
from jobs.city.people import Census
from jobs.city.records import INSURANCE, Item
from jobs.city.work import EMPLOYEE_KINDS, FLEXIBLE_KINDS

_PAYMENTS = {"NORMAL": "正常", "BACKPAY": "补缴", "FLEXIBLE": "灵活就业"}
_KINDS = {"PENSION": "养老", "MEDICAL": "医疗", "UNEMPLOYMENT": "失业", "INJURY": "工伤", "MATERNITY": "生育"}
_PAID = INSURANCE.places["paid_date"]


def items(census: Census, life: Life, first_period: int) -> list[Item]:
    """Return the person's lines in the order they were paid, for months owed from `first_period` on."""
    stream = census.stream("insurance", life.person.index)
    person, zone = life.person, census.profile.zone
    account = f"{5_000_000_000 + person.index * 7:011d}"
    head = ["hrss_social_insurance", None, None, "I", person.certificate_kind, person.certificate_no, person.name]
    found: list[Item] = []
    for line in life.work.contributions:
        if line.period < first_period:
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
