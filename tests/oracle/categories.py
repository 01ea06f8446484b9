"""Categories of people: domain.md, section 1.3. The reasons are this oracle's names: the page gives none."""

from dataclasses import dataclass
from datetime import date

from oracle import work
from oracle.events import Person, ResidenceSpell
from oracle.months import add_years, age, complete_months, is_valid
from oracle.newcomer import OUTSIDE_KINDS, Status, held

ORDER = ("C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08", "C09", "C10")
GRADUATE_LEVELS = ("10", "20", "30", "40")
DEPENDANT = ("JOIN_CHILD", "ACCOMPANY")
ELDER = 60


@dataclass(frozen=True)
class Categories:
    """All that hold, in the order of the page, the first of them, and why each holds."""

    codes: tuple[str, ...]
    primary: str
    reasons: dict[str, tuple[str, ...]]


def residence_at(person: Person, day: date) -> ResidenceSpell | None:
    """Return the page of the bureau that holds on a day; of several the one told last."""
    valid = [one for one in person.residence if is_valid(*held(one.start, one.end, one.cancelled_on), day)]
    return max(valid, key=lambda one: (one.told_at is not None, one.told_at, one.start), default=None)


def has_open_employment(person: Person, day: date, form: str | None = None) -> bool:
    """Say whether an employment registration, perhaps of one form, is open on a day."""
    return any(is_valid(one.start, one.end, day) and form in (None, one.form) for one in person.employments)


def holds(person: Person, kind: str, day: date) -> bool:
    """Say whether a card or permit of an association is valid on a day."""
    return any(one.kind == kind and is_valid(one.start, one.end, day) for one in person.associations)


def categories(person: Person, day: date, newcomer: Status) -> Categories:
    """Return every category that holds on a day."""
    lines = person.work
    last_12, last_3, last_1 = (complete_months(day, count) for count in (12, 3, 1))
    insured = work.months_with(lines, ("SI", "FLEX"), last_12)
    reasons: dict[str, tuple[str, ...]] = {}

    def add(code: str, **found: bool) -> None:
        if any(found.values()):
            reasons[code] = tuple(name for name, holds_ in found.items() if holds_)

    graduated = any(
        one.level in GRADUATE_LEVELS and add_years(day, -3) <= one.graduated_on <= day for one in person.educations
    )
    if graduated:
        add("C01", INSURED_MONTH=bool(insured), OPEN_REGISTRATION=has_open_employment(person, day))
    add("C02", LIVE_BUSINESS=bool(work.live_businesses(person, day)))
    if not work.months_with(lines, ("SI",), last_1):
        gig = work.months_with(lines, ("GIG",), last_12)
        add("C03", GIG_MONTHS=len(gig) >= 3, DRIVER_PERMIT=holds(person, "DRIVER_PERMIT", day))
    add("C04", SERVICE_CARD=holds(person, "CARD", day))
    add("C05", SITE_DAYS=bool(work.months_with(lines, ("SITE",), last_3)))
    add("C06", EMPLOYEE_MONTHS=len(work.months_with(lines, ("SI",), last_12)) >= 6)
    if not reasons:
        flexible = bool(work.months_with(lines, ("FLEX",), last_3))
        add("C07", FLEXIBLE_MONTHS=flexible, FLEXIBLE_REGISTRATION=has_open_employment(person, day, "FLEXIBLE"))
    page = residence_at(person, day)
    if page is not None:
        is_old = person.born_on is not None and age(person.born_on, day) >= ELDER
        add("C08", JOINED_FAMILY=page.reason in DEPENDANT, ELDER_WITH_CHILD=is_old and bool(page.has_coresident_child))
    add("C09", CERTIFICATE_KIND=person.certificate_kind in OUTSIDE_KINDS)
    add("C10", NEW_HUKOU="H2" in newcomer.basis)
    if not reasons:
        return Categories(("C99",), "C99", {"C99": ("NO_CATEGORY",)})
    codes = tuple(code for code in ORDER if code in reasons)
    return Categories(codes, codes[0], reasons)
