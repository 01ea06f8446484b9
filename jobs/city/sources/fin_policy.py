"""Records of the insurers: who is covered by what, what help was called, how it ended; and their advisers."""

from collections.abc import Iterable, Iterator
from datetime import date

from jobs.city import institutions, months, policies
from jobs.city.chance import Stream
from jobs.city.institutions import word
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.policies import BANDS, Policy
from jobs.city.records import Item
from jobs.city.sources.hmb_rental_contract import filing_no
from jobs.city.staff import staff, staff_flaws


def _other_band(text: str, stream: Stream) -> str:
    return stream.pick([band for band in BANDS if band != text])


POLICY = layout(
    "fin_policy",
    prefix="FINP",
    flaws=Flaws(
        codes=(("policy_kind_code", "车险"), ("status_code", "冻结")),
        dates=("start_date",),
        placeholders=(("end_date", "9999-12-31", False),),
        order=(("start_date", "end_date"),),
        keys=("insured_no", "status_code"),
        restated=("premium_band", _other_band),
        strange=("policy_no", lambda number: f"ZZ{number}"),
        deletes=True,
        is_text_line=True,
    ),
)
STAFF = layout("fin_policy", "staff", prefix="FINQ", flaws=staff_flaws())
LAYOUTS = (POLICY, STAFF)
_WORDS = {
    "LANDLORD_LIABILITY": "房东责任险",
    "TENANT_LIABILITY": "租客责任险",
    "COMMERCIAL_HEALTH": "商业医疗险",
    "CITY_SUPPLEMENT": "惠民保",
    "OCCUPATIONAL_INJURY": "雇主责任险",
    "PENSION_EXCLUSIVE": "专属养老",
    "CREDIT_GUARANTEE": "保证保险",
    "ACTIVE": "承保",
    "EXPIRED": "满期",
    "LAPSED": "失效",
    "SURRENDERED": "退保",
    "MEDICAL_ACCOUNT": "个账",
    "OWN": "自费",
    "EMPLOYER": "单位",
    "REPAIR": "维修",
    "LOCKSMITH": "开锁",
    "LEGAL": "法律咨询",
}
MEANT = {
    POLICY: Meaning(
        texts=("institution_code", "policy_no", "insured_no"),
        days=("start_date", "end_date"),
        codes={"status_code": {code: _WORDS[code] for code in ("ACTIVE", "EXPIRED", "LAPSED", "SURRENDERED")}},
    )
}


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return what the insurers state of a person's cover, in order of time."""
    found = [row for policy in policies.policies(census, life) for row in _states(census, life, policy)]
    return [(POLICY, sorted(found, key=lambda row: (row.day, row.second)))]


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the spells of cover."""
    last = months.last(life.until)
    for policy in policies.policies(census, life):
        ended = policy.ended_on if policy.ended_on and policy.ended_on <= last else None
        yield Fact("POLICY", policy.since, ended, policy.kind)


def shared(census: Census, quarter: int) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the insurers' advisers of a quarter of the city."""
    branches = [b for insurer in institutions.INSURERS for b in institutions.of_quarter(census, insurer, quarter)]
    return [(STAFF, staff(census, STAFF, branches, "INSURANCE_ADVISER"))]


def _states(census: Census, life: Life, policy: Policy) -> Iterator[Item]:
    """A new policy, each help called under it, and its end; nothing after the last month or the insured's death."""
    last = min(months.last(life.until), life.presence.died_on or date.max)
    yield _state(census, life, policy, policy.since, "ACTIVE", 0)
    for count, day in enumerate(policy.used_on, 1):
        if day <= last:
            yield _state(census, life, policy, day, "ACTIVE", count)
    ended = policy.ended_on
    if ended is not None and policy.since < ended <= last:
        yield _state(census, life, policy, ended, policy.ended_as, len(policy.used_on))


def _state(census: Census, life: Life, policy: Policy, day: date, status: str, uses: int) -> Item:
    stream, insurer = census.stream("policy-clerk", f"{policy.number}:{day}"), policy.insurer
    return item(
        POLICY,
        day,
        9 * 3600 + stream.below(8 * 3600),
        census.profile.zone,
        "I" if day == policy.since else "U",
        life.person,
        institution_code=insurer,
        policy_no=policy.number,
        insured_no=policy.insured,
        policy_kind_code=word(census, insurer, policy.kind, _WORDS),
        start_date=policy.since.isoformat(),
        end_date=policy.term_end.isoformat() if policy.term_end else None,
        status_code=word(census, insurer, status, _WORDS),
        paid_from_code=word(census, insurer, policy.paid_from, _WORDS),
        filing_no=filing_no(life, policy.lease) if policy.lease else None,
        service_code=word(census, insurer, policy.service, _WORDS) if uses else None,
        service_count=str(uses) if policy.lease else None,
        premium_band=policy.band,
    )
