"""Records of staff at banks and insurers, alike in both: come, trained, gone."""

from collections.abc import Iterator
from datetime import date

from jobs.city import institutions
from jobs.city.institutions import Branch, Post, word
from jobs.city.layout import Flaws, Layout, item
from jobs.city.people import Census
from jobs.city.records import Item

_WORDS = {"ACCOUNT_MANAGER": "客户经理", "INSURANCE_ADVISER": "保险专家"}


def staff_flaws() -> Flaws:
    """Return what goes wrong with records of staff."""
    return Flaws(
        codes=(("role_code", "柜员"),),
        dates=("start_date",),
        placeholders=(("end_date", "9999-12-31", False),),
        future=("start_date",),
        order=(("start_date", "end_date"),),
        keys=("staff_no",),
        restated=("training_count", lambda text, stream: str(int(text) + stream.between(1, 3))),
        is_text_line=True,
    )


def staff(census: Census, layout: Layout, branches: list[Branch], role: str) -> list[Item]:
    """Return who came, was trained and left at some branches, in order of time."""
    desks = [(branch, desk) for branch in branches for desk in range(institutions.DESKS)]
    posts = [post for branch, desk in desks for post in institutions.posts(census, branch, desk)]
    found = [row for post in posts for row in _post(census, layout, post, role)]
    return sorted(found, key=lambda row: (row.day, row.second, row.values[layout.places["staff_no"]]))


def _post(census: Census, layout: Layout, post: Post, role: str) -> Iterator[Item]:
    yield _state(census, layout, post, role, post.since, post.trained)
    for count, day in enumerate(post.trained_on, post.trained + 1):
        yield _state(census, layout, post, role, day, count)
    if post.until is not None:
        yield _state(census, layout, post, role, post.until, post.trained + len(post.trained_on), post.until)


def _state(
    census: Census, layout: Layout, post: Post, role: str, day: date, trained: int, until: date | None = None
) -> Item:
    return item(
        layout,
        day,
        9 * 3600,
        census.profile.zone,
        "I" if day == post.since else "U",
        staff_no=post.staff_no,
        branch_code=post.branch.code,
        role_code=word(census, post.branch.institution, role, _WORDS),
        training_count=str(trained),
        start_date=post.since.isoformat(),
        end_date=until.isoformat() if until else None,
    )
