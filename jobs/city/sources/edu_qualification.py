"""Lines of the education commission: finished qualifications, and one yes or no a school year about a parent."""

from collections.abc import Iterable, Iterator

from jobs.city import months
from jobs.city.chance import Stream
from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.learning import BACHELOR, COLLEGE, POSTGRADUATE, SENIOR, VOCATIONAL, Attainment, learning
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item
from jobs.city.schooling import school_years

QUALIFICATION = layout(
    "edu_qualification",
    prefix="EDU",
    flaws=Flaws(
        codes=(("level_code", "博士后"), ("enrolment_status_code", "休学")),
        dates=("graduation_date",),
        placeholders=(("graduation_date", "19000101", True),),
        future=("graduation_date",),
        keys=("certificate_no", "level_code"),
        restated=("school_name", lambda name, stream: f"{name}（{stream.pick(('合并', '更名', '升格'))}）"),
        strange=("graduation_date", lambda day: f"{int(day[:4]) - 3}{day[4:6]}28"),
        deletes=True,
        is_text_line=True,
    ),
)
SCHOOLING = layout(
    "edu_qualification",
    "schooling",
    prefix="EDUS",
    flaws=Flaws(
        keys=("certificate_no", "school_year", "has_child_in_local_school"),
        restated=("has_child_in_local_school", lambda said, _: "否" if said == "是" else "是"),
        strange=("school_year", lambda year: str(int(year) - 12)),
        deletes=True,
        is_text_line=True,
    ),
)
LAYOUTS = (QUALIFICATION, SCHOOLING)
_LEVELS = {POSTGRADUATE: "研究生", BACHELOR: "本科", COLLEGE: "专科", VOCATIONAL: "中专", SENIOR: "高中"}
MEANT = {
    QUALIFICATION: Meaning(days=("graduation_date",), codes={"level_code": _LEVELS}),
    SCHOOLING: Meaning(texts=("school_year",), flags=("has_child_in_local_school",)),
}
_KINDS = {BACHELOR: "大学", POSTGRADUATE: "大学", COLLEGE: "职业技术学院", VOCATIONAL: "中等专业学校", SENIOR: "中学"}
_PLACES = ("华东", "江淮", "皖南", "豫东", "川西", "赣北", "湘中", "苏北", "浙西", "上海")
_TRADES = ("理工", "师范", "工商", "建设", "交通", "农林")


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the qualifications from senior school on, and the school years of a parent."""
    return [(QUALIFICATION, _qualifications(census, life)), (SCHOOLING, _schooling(census, life))]


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield each level with the day it was reached, and each school year with a child in a local school."""
    for step in learning(census, life).attained:
        yield Fact("EDUCATION", step.graduated_on, None, step.level_code)
    for year in school_years(census, life):
        if year.has_child:
            yield Fact("SCHOOLING", year.known_on, year.left_on, str(year.year))


def _qualifications(census: Census, life: Life) -> list[Item]:
    stream = census.stream("qualification", life.person.index)
    is_foreign_born = life.person.birth_hukou is None
    found = []
    for step in learning(census, life).attained:
        second, is_label, school = stream.between(9 * 3600, 16 * 3600), stream.chance(0.7), _school(stream, step)
        ended = stream.pick(("毕业",) * 12 + ("结业",))
        is_abroad = stream.chance(0.8 if is_foreign_born else 0.03) and step.level_code in (BACHELOR, POSTGRADUATE)
        if step.level_code not in _LEVELS:
            continue
        found.append(
            item(
                QUALIFICATION,
                step.graduated_on,
                second,
                census.profile.zone,
                "I",
                life.person,
                level_code=_LEVELS[step.level_code] if is_label else step.level_code,
                graduation_date=step.graduated_on.strftime("%Y%m%d"),
                school_code=f"{10_000 + stream.below(4000)}",
                school_name="University of Example" if is_abroad else school,
                enrolment_status_code=ended,
                is_foreign_degree="是" if is_abroad else "否",
            )
        )
    return found


def _school(stream: Stream, step: Attainment) -> str:
    place, trade, number = stream.pick(_PLACES), stream.pick(_TRADES), stream.between(1, 40)
    kind = _KINDS.get(step.level_code, "学校")
    return f"{place}第{number}{kind}" if step.level_code == SENIOR else f"{place}{trade}{kind}"


def _schooling(census: Census, life: Life) -> list[Item]:
    stream = census.stream("schooling row", life.person.index)
    found = []
    for year in school_years(census, life):
        days = [(year.known_on, year.has_child)] + ([(year.left_on, False)] if year.left_on else [])
        for number, (day, has_child) in enumerate(days):
            row = item(
                SCHOOLING,
                day,
                stream.between(9 * 3600, 16 * 3600),
                census.profile.zone,
                "U" if number else "I",
                life.person,
                school_year=str(year.year),
                has_child_in_local_school="是" if has_child else "否",
            )
            found.append(row)
    return [row for row in found if months.of(row.day) <= life.until]
