"""What is known of one person at (T, K), event by event: the input of every rule of the oracle."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime


@dataclass(frozen=True, slots=True)
class ResidenceSpell:
    """A permit or a registration, with what its page says of reason and household.

    A page cancelled on a day holds until the day before.
    """

    kind: str
    start: date
    end: date | None = None
    cancelled_on: date | None = None
    district: str | None = None
    reason: str | None = None
    has_coresident_child: bool | None = None
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HukouEntry:
    """A hukou: where, since which day, how it was entered; and when a page last said so."""

    code: str | None
    since: date | None
    entry: str | None
    told_at: datetime = field(default=datetime.min.replace(tzinfo=UTC), compare=False)


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One piece of evidence of work in a month: SI, FLEX, HF, PIT, GIG or SITE."""

    month: int
    kind: str
    employer: str | None = None
    paid_on: date | None = None


@dataclass(frozen=True, slots=True)
class Employment:
    """A registration of employment; its form is EMPLOYEE, DISPATCH, PART_TIME or FLEXIBLE."""

    form: str | None
    start: date | None
    end: date | None = None
    employer: str | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """A filed lease up to the earlier of its term and its termination, with the rents due and paid on time to date."""

    start: date
    end: date | None
    due: int = 0
    on_time: int = 0
    district: str | None = None


@dataclass(frozen=True, slots=True)
class Education:
    """A finished level: 10, 20, 30, 40, 60, 70, 80 or 90."""

    level: str
    graduated_on: date


@dataclass(frozen=True, slots=True)
class Skill:
    """A certificate of a trade, of level 1 (highest) to 5, or none for a title."""

    level: int | None
    issued_on: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """What a person is for a business."""

    uscc: str
    role: str
    start: date | None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Business:
    """A business; `states` are (since, status) in order of time."""

    uscc: str
    established_on: date | None
    states: tuple[tuple[date, str], ...]
    industry: str | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """A tax-credit grade of a business."""

    uscc: str
    year: int
    grade: str
    published_on: date


@dataclass(frozen=True, slots=True)
class Membership:
    """A business in a cluster."""

    uscc: str
    cluster: str
    kind: str
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Association:
    """Standing with an association: CARD, DRIVER_PERMIT or POST for days, GIG or SITE for a month.

    `group` is the industry group that the association stands for.
    """

    kind: str
    group: str
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A month with a scheme of medical insurance."""

    month: int
    scheme: str
    status: str


@dataclass(frozen=True, slots=True)
class Bill:
    """A utility bill of a month."""

    month: int
    due_on: date | None
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """A piece of bad information, with what its kind needs to say whether it may be shown.

    `end` is the day the behaviour truly ended as reported; a write-off or 终本 is none.
    """

    kind: str
    start: date
    end: date | None = None
    is_public: bool = False
    notice_on: date | None = None
    provided_on: date | None = None
    has_relief: bool = False
    repaired_on: date | None = None
    is_listing: bool = False
    listed_on: date | None = None
    removed_on: date | None = None
    hidden_on: date | None = None
    term_end: date | None = None
    number: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Benefit:
    """A grant of assistance: read by relief only, never by tier or score."""

    kind: str
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """An objection to an item, or a complaint about none; its resolution once there is one."""

    number: str
    received_on: date
    target_source: str | None = None
    target_no: str | None = None
    resolution: str | None = None
    resolved_on: date | None = None
    has_statement: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Everything delivered, clean and lawfully loaded about one person at (T, K).

    `fresh` are the sources with a batch younger than their time to live; `consents` the kinds of data with a live
    grant to the operator.
    """

    born_on: date | None = None
    died_on: date | None = None
    certificate_kind: str | None = "RID"
    has_number: bool = True
    has_conflict: bool = False
    residence: tuple[ResidenceSpell, ...] = ()
    hukou: tuple[HukouEntry, ...] = ()
    work: tuple[WorkLine, ...] = ()
    employments: tuple[Employment, ...] = ()
    leases: tuple[Lease, ...] = ()
    educations: tuple[Education, ...] = ()
    skills: tuple[Skill, ...] = ()
    roles: tuple[Role, ...] = ()
    businesses: tuple[Business, ...] = ()
    ratings: tuple[Rating, ...] = ()
    memberships: tuple[Membership, ...] = ()
    associations: tuple[Association, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()
    policies: tuple[tuple[date, date | None], ...] = ()
    bills: tuple[Bill, ...] = ()
    adverse: tuple[AdverseEvent, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    fresh: frozenset[str] = frozenset()
    consents: frozenset[str] = frozenset()
