"""Learning: how far somebody went to school, when each level was reached, and the trades learned afterwards.

Derived from a life by draws of its own; a later `until` only adds what comes later. Levels are groups of GB/T 4658.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from jobs.city import months
from jobs.city.chance import Stream, running
from jobs.city.lives import Life
from jobs.city.people import Census

POSTGRADUATE, BACHELOR, COLLEGE, VOCATIONAL = "10", "20", "30", "40"
SENIOR, JUNIOR, PRIMARY, NONE = "60", "70", "80", "90"

_LEVELS = (POSTGRADUATE, BACHELOR, COLLEGE, VOCATIONAL, SENIOR, JUNIOR, PRIMARY)
_BOUNDS = (
    (1990, running([0.06, 0.27, 0.22, 0.13, 0.11, 0.19, 0.02])),
    (1970, running([0.04, 0.16, 0.14, 0.12, 0.14, 0.34, 0.06])),
    (0, running([0.01, 0.04, 0.06, 0.08, 0.16, 0.40, 0.25])),
)
"""How far people of a birth year (from this one on) go, in the order of the levels."""

_PATHS = {
    POSTGRADUATE: (PRIMARY, JUNIOR, SENIOR, BACHELOR, POSTGRADUATE),
    BACHELOR: (PRIMARY, JUNIOR, SENIOR, BACHELOR),
    COLLEGE: (PRIMARY, JUNIOR, SENIOR, COLLEGE),
    VOCATIONAL: (PRIMARY, JUNIOR, VOCATIONAL),
    SENIOR: (PRIMARY, JUNIOR, SENIOR),
    JUNIOR: (PRIMARY, JUNIOR),
    PRIMARY: (PRIMARY,),
}
_AGES = {PRIMARY: 12, JUNIOR: 15, VOCATIONAL: 18, SENIOR: 18, COLLEGE: 21, BACHELOR: 22, POSTGRADUATE: 25}

_BESIDE_WORK = 0.35
"""Share of those who would have to leave work for a degree and earn it beside work instead, some years later."""

_TRADES = (
    ("4-10-01-06", "家政服务员", 14),
    ("4-10-01-02", "育婴员", 9),
    ("4-10-01-05", "养老护理员", 10),
    ("4-03-02-01", "中式烹调师", 12),
    ("4-03-02-03", "中式面点师", 6),
    ("4-10-03-01", "美容师", 5),
    ("4-10-03-02", "美发师", 6),
    ("4-02-07-08", "快递员", 5),
    ("4-07-05-01", "保安员", 6),
    ("6-18-02-04", "焊工", 7),
    ("6-18-01-01", "车工", 5),
    ("6-31-01-03", "电工", 11),
    ("4-07-03-04", "企业人力资源管理师", 4),
)
"""Occupations of the state's classification (职业分类大典) in which trades are examined, with their weights."""

_TRADE_BOUNDS = running([float(trade[2]) for trade in _TRADES])
_FIRST_LEVEL, _FIRST_BOUNDS = (5, 4, 3, 2), running([0.52, 0.32, 0.13, 0.03])
_TITLES = (("ASSISTANT", 24), ("INTERMEDIATE", 30), ("DEPUTY", 38))
"""Professional titles (职称) and the age at which the first people hold them."""


@dataclass(frozen=True, slots=True)
class Attainment:
    """A level reached on a day."""

    level_code: str
    graduated_on: date


@dataclass(frozen=True, slots=True)
class Skill:
    """A certificate: a trade with its level (1 highest, 5 lowest), or a professional title."""

    number: int
    occupation_code: str | None
    occupation: str
    level: int | None
    title_code: str | None
    issued_on: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Learning:
    """The highest level and its day (90 and None where no school was finished), all levels, and what was learned."""

    level_code: str
    graduated_on: date | None
    attained: tuple[Attainment, ...]
    skills: tuple[Skill, ...]

    def on(self, day: date) -> Attainment | None:
        """Return the highest level reached by a day."""
        held = [step for step in self.attained if step.graduated_on <= day]
        return held[-1] if held else None


def learning(census: Census, life: Life) -> Learning:
    """Learn up to the end of the life's last month, or to death; who works full time leaves school for it."""
    stream = census.stream("learning", life.person.index)
    attained = _schools(life, stream)
    skills = _skills(life, census.stream("skill", life.person.index), attained)
    highest = attained[-1] if attained else None
    return Learning(
        highest.level_code if highest else NONE, highest.graduated_on if highest else None, attained, skills
    )


def _end(life: Life) -> date:
    last = months.last(life.until)
    return min(last, life.presence.died_on) if life.presence.died_on else last


def _schools(life: Life, stream: Stream) -> tuple[Attainment, ...]:
    born = life.person.born_on
    level = stream.weighted(_LEVELS, next(bounds for year, bounds in _BOUNDS if born.year >= year))
    delay, is_beside, beside, day = stream.below(2), stream.chance(_BESIDE_WORK), stream.between(2, 6), stream.below(20)
    worked = min((line.period for line in life.work.contributions if line.payment != "FLEXIBLE"), default=None)
    found: list[Attainment] = []
    for step in _PATHS[level]:
        since = date(born.year + _AGES[step] + delay, 6, 15) + timedelta(days=day)
        if worked is not None and months.of(since) > worked:
            # a degree beside work is given in January, at the end of the winter term
            since = date(max(born.year + _AGES[step], worked // 12) + beside, 1, 10)
            if not is_beside or step not in (COLLEGE, BACHELOR):
                break
        if since > _end(life):
            break
        found.append(Attainment(step, since))
    return tuple(found)


def _skills(life: Life, stream: Stream, attained: tuple[Attainment, ...]) -> tuple[Skill, ...]:
    """Return certificates issued here: to adults, while they were in the city."""
    born, end = life.person.born_on, _end(life)
    has_trade, has_title, count = stream.chance(0.24), stream.chance(0.3), stream.between(1, 3)
    code, trade, _ = stream.weighted(_TRADES, _TRADE_BOUNDS)
    level = stream.weighted(_FIRST_LEVEL, _FIRST_BOUNDS)
    issued = months.later(born, 12 * 18 + stream.below(240))
    found: list[Skill] = []
    if has_trade:
        for number in range(count):
            valid_to = months.later(issued, 60) if trade == "电工" else None  # work on live circuits: renewed
            found.append(Skill(number, code, trade, level - number, None, issued, valid_to))
            issued = months.later(issued, stream.between(24, 60))
            if level - number == 1:
                break
    if has_title and any(step.level_code in (POSTGRADUATE, BACHELOR, COLLEGE) for step in attained):
        for number, (title, age) in enumerate(_TITLES):
            issued = months.later(born, 12 * age + stream.below(120))
            if not found or found[-1].title_code is None or found[-1].issued_on < issued:
                found.append(Skill(3 + number, None, "专业技术人员", None, title, issued, None))
    here = [skill for skill in found if skill.issued_on <= end and life.presence.holds(skill.issued_on)]
    return tuple(sorted(here, key=lambda skill: (skill.issued_on, skill.number)))
