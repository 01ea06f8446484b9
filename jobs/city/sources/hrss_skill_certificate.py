"""Records of the skills register: one a certificate of a trade or a professional title."""

from collections.abc import Iterable, Iterator

from jobs.city.layout import Fact, Flaws, Layout, item, layout
from jobs.city.learning import Skill, learning
from jobs.city.lives import Life
from jobs.city.meaning import Meaning
from jobs.city.people import Census
from jobs.city.records import Item

LAYOUT = layout(
    "hrss_skill_certificate",
    prefix="ZS",
    flaws=Flaws(
        codes=(("skill_level_code", "六级"), ("title_code", "博士")),
        dates=("issue_date", "valid_to_date"),
        placeholders=(("valid_to_date", "99991231", False), ("issue_date", "19000101", True)),
        order=(("issue_date", "valid_to_date"),),
        keys=("certificate_serial_no", "issue_date"),
        restated=("issuer_name", lambda text, stream: f"{text}（第{stream.between(2, 9)}次换发）"),
        strange=("certificate_serial_no", lambda number: f"X{number[1:]}"),
        deletes=True,
        is_once=True,
        is_text_line=True,
    ),
)
LAYOUTS = (LAYOUT,)
_LEVELS = {1: "一级/高级技师", 2: "二级/技师", 3: "三级/高级工", 4: "四级/中级工", 5: "五级/初级工"}
_TITLES = {"ASSISTANT": "助理级", "INTERMEDIATE": "中级", "DEPUTY": "副高级"}
MEANT = {
    LAYOUT: Meaning(
        texts=("certificate_serial_no",),
        days=("issue_date", "valid_to_date"),
        codes={"skill_level_code": {str(level): word for level, word in _LEVELS.items()}, "title_code": _TITLES},
    )
}
_CATALOGUE = 2015
"""Year of the present classification of occupations; the one before numbered otherwise."""


def records(census: Census, life: Life) -> Iterable[tuple[Layout, list[Item]]]:
    """Return the person's certificates, however old: the register was handed over whole."""
    stream = census.stream("skill-lines", life.person.index)
    found = []
    for skill in learning(census, life).skills:
        is_word, second, is_old = stream.chance(0.5), stream.between(9 * 3600, 17 * 3600), stream.chance(0.4)
        level = "" if skill.level is None else _LEVELS[skill.level] if is_word else str(skill.level)
        made = item(
            LAYOUT,
            skill.issued_on,
            second,
            census.profile.zone,
            "I",
            life.person,
            certificate_serial_no=serial_no(life, skill),
            occupation_code=_code(skill, is_old),
            occupation_text=skill.occupation,
            skill_level_code=level,
            title_code=_TITLES[skill.title_code] if skill.title_code else "",
            issue_date=f"{skill.issued_on:%Y%m%d}",
            valid_to_date=f"{skill.valid_to:%Y%m%d}" if skill.valid_to else "",
            issuer_name="上海市人力资源和社会保障局" if skill.title_code else "上海市职业技能鉴定中心",
        )
        found.append(made)
    return [(LAYOUT, found)]


def facts(census: Census, life: Life) -> Iterator[Fact]:
    """Yield the certificates."""
    for skill in learning(census, life).skills:
        kind = "TITLE" if skill.title_code else "SKILL"
        yield Fact(kind, skill.issued_on, skill.valid_to, skill.title_code or f"{skill.occupation} {skill.level}")


def serial_no(life: Life, skill: Skill) -> str:
    """Return the number of a certificate."""
    return f"S31{skill.issued_on:%y}{life.person.index:08d}{skill.number}"


def _code(skill: Skill, is_old: bool) -> str:
    """Write the occupation's code; some of the old catalogue's are still on file."""
    if skill.occupation_code is None:
        return ""
    return f"X{skill.occupation_code}" if is_old and skill.issued_on.year < _CATALOGUE else skill.occupation_code
