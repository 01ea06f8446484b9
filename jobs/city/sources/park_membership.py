"""Records of parks, new towns and bases: which business moved in and out, and where the clusters lie."""

from collections.abc import Iterable
from datetime import date

from jobs.city import parks
from jobs.city.layout import Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.parks import Cluster, Membership
from jobs.city.people import Census
from jobs.city.records import Item

MEMBER = layout(
    "park_membership",
    prefix="YQ",
    flaws=Flaws(
        codes=(("cluster_kind_code", "商圈"),),
        dates=("entry_date",),
        placeholders=(("exit_date", "9999-12-31", False), ("entry_date", "1900-01-01", True)),
        future=("entry_date",),
        order=(("entry_date", "exit_date"),),
        keys=("cluster_code",),
        uscc="uscc_no",
        restated=("list_name", lambda name, stream: f"{name}（{stream.between(2, 5)}稿）"),
        strange=("cluster_code", lambda code: f"X{code}"),
        deletes=True,
    ),
)
CLUSTER = layout(
    "park_membership",
    "cluster",
    prefix="YQC",
    flaws=Flaws(
        keys=("cluster_code",),
        restated=("cluster_alias_name", lambda names, stream: f"{names}、{stream.pick('东西南北')}片区"),
        late=False,
    ),
)
LAYOUTS = (MEMBER, CLUSTER)
_KINDS = {"NEW_TOWN": "新城", "INDUSTRY": "产业集聚区", "BASE": "双创基地", "PARK": "园区"}
MEANT = {
    MEMBER: Meaning(
        texts=("cluster_code", "uscc_no"), days=("entry_date", "exit_date"), codes={"cluster_kind_code": _KINDS}
    )
}
_NINE = 9 * 3600
DRAWN_ON = date(2020, 3, 2)
"""The day all boundaries were filed: before our history begins."""


def shared(census: Census, quarter: int) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the memberships of a quarter's employers, and with the first quarter the clusters themselves."""
    items = [made for one in parks.of_quarter(census, quarter) for made in _member(census, one)]
    clusters = [_cluster(census, one) for one in parks.clusters(census)] if quarter == 0 else []
    return [(MEMBER, _in_time(items)), (CLUSTER, clusters)]


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the memberships of a person's own businesses; they name no person."""
    found = [
        one for shop in life.work.shops for one in parks.of_shop(census, shop.business, shop.opened_on, shop.closed_on)
    ]
    return [(MEMBER, _in_time([made for one in found for made in _member(census, one)]))] if found else []


def _in_time(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda made: (made.day, made.second))


def _member(census: Census, one: Membership) -> list[Item]:
    is_label = census.stream("park habit", one.cluster.code).chance(0.5)
    found = []
    for day in (one.since, one.until):
        if day is None:
            continue
        is_out = day == one.until
        found.append(
            item(
                MEMBER,
                day,
                _NINE * (1 + is_out),
                census.profile.zone,
                "U" if is_out else "I",
                uscc=one.business.uscc,
                cluster_code=one.cluster.code,
                uscc_no=one.business.uscc,
                entry_date=one.since.isoformat(),
                cluster_name=one.name,
                cluster_kind_code=_KINDS[one.cluster.kind] if is_label else one.cluster.kind,
                exit_date=day.isoformat() if is_out else None,
                list_name=f"{one.cluster.names[0]}入驻企业名录",
            )
        )
    return found


def _cluster(census: Census, one: Cluster) -> Item:
    return item(
        CLUSTER,
        DRAWN_ON,
        _NINE,
        census.profile.zone,
        cluster_code=one.code,
        boundary_text=one.boundary,
        cluster_alias_name="、".join(one.names[1:]) or None,
    )
