"""What the pipeline ought to say of every person of a synthetic city: the entry point for tests that run Spark."""

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from oracle import adverse, axes, disputes
from oracle.axes import Axes
from oracle.categories import Categories, categories
from oracle.events import Person
from oracle.features import Features, features
from oracle.known import Links, Local, city
from oracle.newcomer import Status, newcomer
from oracle.score import Score, score
from oracle.tiers import Completeness, completeness


@dataclass(frozen=True)
class Expected:
    """Everything that a file says of one person at (T, K) by rule."""

    newcomer: Status
    categories: Categories
    completeness: Completeness
    score: Score
    features: Features
    axes: Axes
    adverse: tuple[adverse.Item, ...]

    def columns(self) -> dict[str, Any]:
        """Return what is said by the names of the columns of domain.md, sections 1.2, 5 and 6; sets are sorted."""
        return {
            "newcomer_status_code": self.newcomer.code,
            "newcomer_basis_codes": self.newcomer.basis,
            "hukou_date": self.newcomer.hukou_on,
            "newcomer_next_change_date": self.newcomer.next_change,
            "category_codes": self.categories.codes,
            "primary_category_code": self.categories.primary,
            "tier_code": self.completeness.tier,
            "completeness_ratio": self.completeness.ratio,
            "no_consent_ratio": self.completeness.no_consent_ratio,
            "score_points": self.score.points,
            "score_band_code": self.score.band,
            "reason_codes": self.score.reasons,
            "industry_group_code": self.axes.industry_group,
            "district_code": self.axes.district,
            "cluster_codes": self.axes.clusters,
            "life_stage_code": self.axes.life_stage,
            **asdict(self.features),
        }


def judged(person: Person, day: date, here: Local, industries: Mapping[str, str | None]) -> Expected:
    """Return what every rule says of a person on a day."""
    status = newcomer(person, day, here.rules)
    groups, known = categories(person, day, status), features(person, day, here.windows)
    return Expected(
        newcomer=status,
        categories=groups,
        completeness=completeness(person, day, known, groups),
        score=score(known),
        features=known,
        axes=axes.axes(person, day, known, dict(industries)),
        adverse=tuple(disputes.marked(adverse.visible(person, day, here.windows), person.disputes, day)),
    )


def expected(
    lake: Path,
    as_of: date,
    known_at: datetime,
    links: Links | None = None,
    in_review: Collection[Hashable] | None = None,
) -> dict[Any, Expected]:
    """Return by person what the pipeline ought to say as of T, known at K.

    Args:
        lake: Folder of the city; only `<lake>/city/truth` is read.
        as_of: T, a local day.
        known_at: K, an instant with its zone: a delivery is known from the instant of its fetch on.
        links: Person by the place of each record, to judge the rules under the pipeline's own links, also where it
            split or joined people; without it records are their true person's where linking ought to be certain.
        in_review: Persons about whom a record waits for review; without it those of whom the truth expects it.
    """
    found = city(lake, as_of, known_at, links, in_review)
    industries = {code: firm.industry for code, firm in found.businesses.items()}
    return {index: judged(person, as_of, found.local, industries) for index, person in found.people.items()}


class Difference(NamedTuple):
    """A column of a person that is not as expected."""

    column: str
    person: Hashable
    expected: Any
    found: Any


def differences(
    wanted: Mapping[Hashable, Expected], found: Mapping[Hashable, Mapping[str, Any]]
) -> Iterator[Difference]:
    """Yield by person and column what differs, of the columns that `found` has; a missing person differs as `person`.

    Lists and tuples are equal by content; a number equals a decimal of the same value.
    """
    for person in sorted(wanted.keys() | found.keys(), key=repr):
        if person not in wanted or person not in found:
            yield Difference("person", person, person in wanted, person in found)
            continue
        for column, value in wanted[person].columns().items():
            if column not in found[person]:
                continue
            other = found[person][column]
            if (tuple(other) if isinstance(other, list) else other) != value:
                yield Difference(column, person, value, other)
