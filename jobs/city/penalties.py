"""Penalties and listings as abnormal: of own shops, of employers, and a few of persons who trade without a licence.

Derived by draws of its own. The register shows all of its history: some were performed more than five years ago.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from jobs.city import addresses, employers, months
from jobs.city.chance import Stream
from jobs.city.employers import Business
from jobs.city.lives import Life
from jobs.city.people import Census

_FIRM_CAUSES = ("发布虚假广告", "未明码标价", "超出登记的经营范围经营", "销售不符合标准的产品", "侵犯注册商标专用权")
_PERSON_CAUSES = ("未经登记从事经营活动", "在禁止区域设摊经营", "销售假冒商品")
_ABNORMAL_CAUSES = ("未按规定公示年度报告", "通过登记的住所无法联系")

BEFORE = 84
"""Months before the city begins from which the register shows decisions; a business may be younger."""


@dataclass(frozen=True, slots=True)
class Penalty:
    """One decision; `performed_told` says whether the office ever reports that it was performed."""

    document_no: str
    business: Business | None
    kind: str
    cause: str
    authority: str
    decided_on: date
    amount: int | None
    performed_on: date | None
    performed_told: bool
    repaired_on: date | None
    removed_on: date | None


def of_employers(census: Census, quarter: int, until: int) -> list[Penalty]:
    """Return the decisions about the employers registered with a quarter of the city."""
    found: list[Penalty] = []
    for number in employers.of_quarter(quarter):
        business = employers.employer(census, number)
        stream = census.stream("penalty", business.uscc)
        found += _about(census, business, stream, business.established_on, months.last(until), 1.0)
    return sorted(found, key=lambda penalty: (penalty.decided_on, penalty.document_no))


def of_life(census: Census, life: Life) -> list[Penalty]:
    """Return the decisions about a person: as the one behind own shops, or as a trader without a licence."""
    last = months.last(life.until)
    end = min(last, life.presence.died_on) if life.presence.died_on else last
    doubt = 2 * (1 - life.person.reliability) + 0.4
    found: list[Penalty] = []
    for shop in life.work.shops:
        stream = census.stream("penalty", shop.business.uscc)
        found += _about(census, shop.business, stream, shop.opened_on, min(end, shop.closed_on or end), doubt)
    stream = census.stream("penalty", life.person.index)
    is_struck = stream.chance(census.profile.shares["penalty_person"] * doubt)
    decided = months.on(months.month(census.profile.first_month) - 12 + stream.below(48), stream.between(1, 28))
    is_adult = months.later(life.person.born_on, 216) < decided
    if is_struck and is_adult and decided <= end and life.presence.holds(decided):
        district = stream.pick(tuple(addresses.DISTRICTS))
        found.append(_penalty(stream, f"P{life.person.index:08d}", None, district, _PERSON_CAUSES, decided, end))
    return sorted(found, key=lambda penalty: (penalty.decided_on, penalty.document_no))


def _about(
    census: Census, business: Business, stream: Stream, since: date, end: date, doubt: float
) -> Iterator[Penalty]:
    """Draw the decisions about a business year by year, so that a later end only adds."""
    share = census.profile.shares["penalty_business"] * doubt
    start = months.month(census.profile.first_month) - BEFORE
    for year in range(start // 12 + 1, end.year + 1):
        is_punished, is_abnormal = stream.chance(share), stream.chance(share / 2)
        decided, listed = date(year, 1, 5) + timedelta(days=stream.below(350)), date(year, 7, stream.between(6, 28))
        mark = f"{business.uscc[8:17]}{year % 100:02d}"
        own = census.stream("penalty", f"{business.uscc}:{year}")
        if is_punished and since < decided <= end:
            yield _penalty(own, f"F{mark}", business, business.district, _FIRM_CAUSES, decided, end)
        if is_abnormal and since < listed <= end:
            removed = months.later(listed, own.between(1, 14))
            is_removed = own.chance(0.6) and removed <= end
            yield Penalty(
                document_no=f"沪{business.district[2:]}市监异〔{year}〕{mark}号",
                business=business,
                kind="ABNORMAL",
                cause=own.pick(_ABNORMAL_CAUSES),
                authority=_authority(business.district),
                decided_on=listed,
                amount=None,
                performed_on=None,
                performed_told=False,
                repaired_on=None,
                removed_on=removed if is_removed else None,
            )


def _penalty(
    stream: Stream,
    mark: str,
    business: Business | None,
    district: str,
    causes: tuple[str, ...],
    decided: date,
    end: date,
) -> Penalty:
    performed = decided + timedelta(days=stream.between(5, 60))
    repaired = months.later(performed, stream.between(3, 14))
    is_performed, is_told, is_repaired = stream.chance(0.86), stream.chance(0.75), stream.chance(0.25)
    is_performed = is_performed and performed <= end
    has_fine, fine = stream.chance(0.85), stream.between(2, 100) * (500 if business else 50)
    return Penalty(
        document_no=f"沪{district[2:]}市监罚〔{decided.year}〕{mark}号",
        business=business,
        kind="PENALTY",
        cause=stream.pick(causes),
        authority=_authority(district),
        decided_on=decided,
        amount=fine if has_fine else None,
        performed_on=performed if is_performed else None,
        performed_told=is_told,
        repaired_on=repaired if is_performed and is_told and is_repaired and repaired <= end else None,
        removed_on=None,
    )


def _authority(district: str) -> str:
    return f"上海市{addresses.DISTRICTS[district]}市场监督管理局"
