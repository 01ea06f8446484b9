"""Records of the catering association: posts in member shops, begun and ended."""

from collections.abc import Iterable, Iterator
from datetime import date

from jobs.city import catering, months, trades
from jobs.city.catering import Post
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item

LAYOUT = layout(
    "assn_catering",
    prefix="CY",
    flaws=Flaws(
        codes=(("post_code", "老板娘"), ("grade_code", "D")),
        dates=("post_start_date", "joined_date"),
        placeholders=(
            ("post_end_date", "9999-12-31", False),
            ("left_date", "9999-12-31", False),
            ("post_start_date", "1900-01-01", True),
        ),
        future=("post_start_date",),
        order=(("post_start_date", "post_end_date"),),
        ratios=("rating_ratio",),
        keys=("staff_no", "member_no"),
        restated=("shop_name", lambda name, stream: f"{name}·{stream.pick(('浦江', '外滩', '新天地'))}"),
    ),
)
LAYOUTS = (LAYOUT,)
_POSTS = {
    "MANAGER": "店长",
    "CHEF": "厨师",
    "KITCHEN": "切配",
    "WAITER": "服务员",
    "CASHIER": "收银",
    "DISHWASHER": "洗碗工",
    "CLEANER": "保洁",
}
_GRADES = {"A": "优秀", "B": "良好", "C": "一般"}
MEANT = {
    LAYOUT: Meaning(
        texts=("member_no", "staff_no", "uscc_no"),
        days=("joined_date", "left_date", "post_start_date", "post_end_date"),
        codes={"grade_code": _GRADES, "post_code": _POSTS},
    )
}


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return a person's posts in restaurants."""
    items = [made for post in catering.posts(census, life) for made in _items(census, life, post)]
    return [(LAYOUT, sorted(items, key=lambda made: (made.day, made.second)))] if items else []


def identifiers(census: Census, life: Life) -> Iterator[tuple[str, str, date | None, date | None, bool]]:
    """Yield the numbers the shops gave."""
    for post in catering.posts(census, life):
        yield "STAFF", post.staff_no, post.since, post.until, True


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the posts."""
    for post in catering.posts(census, life):
        yield Fact("POST", post.since, post.until, post.post, post.shop.business.uscc)


def _items(census: Census, life: Life, post: Post) -> Iterator[Item]:
    stream = census.stream("post records", post.staff_no)
    is_label, alias = stream.chance(0.6), stream.below(2)
    if post.ended_on is not None and months.of(post.ended_on) < census.since:
        return
    yield _item(census, life, post, post.told_on, None, is_label, alias)
    if post.ended_on is not None:
        # the shop goes by another name when the end is told
        yield _item(census, life, post, post.ended_on, post.until, is_label, 1 - alias if stream.chance(0.2) else alias)


def _item(
    census: Census, life: Life, post: Post, day: date, until: date | None, is_label: bool, alias: int
) -> Item:  # fmt: skip
    has_number, agrees = trades.known(census, life, "kitchen_worker", post.staff_no)
    shop = post.shop
    return item(
        LAYOUT,
        day,
        (18 if until else 10) * 3600,
        census.profile.zone,
        "U" if until else "I",
        life.person,
        shop.business.uscc,
        has_number=has_number,
        has_share_consent=agrees,
        mobile_no=life.phone_in(months.of(day)),
        member_no=shop.member_no,
        staff_no=post.staff_no,
        uscc_no=shop.business.uscc,
        shop_name=shop.names[alias],
        grade_code=_GRADES[shop.grade] if is_label else shop.grade,
        rating_ratio=f"{shop.rating:.0%}" if is_label else f"{shop.rating}",
        joined_date=shop.joined_on.isoformat(),
        post_code=_POSTS[post.post] if is_label else post.post,
        post_start_date=post.since.isoformat(),
        post_end_date=until.isoformat() if until else None,
    )
