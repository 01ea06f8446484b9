"""The expert score: domain.md, section 6.4."""

from dataclasses import dataclass
from decimal import Decimal

from oracle.features import Features

START = 500
THIN = 3
MOST_REASONS = 4
BANDS = (("A", 680), ("B", 620), ("C", 560), ("D", 500))

MAXIMA = {
    "work_months_24_count": 60,
    "work_streak_count": 40,
    "employer_change_24_count": 15,
    "residence_months_count": 35,
    "rent_months_12_count": 20,
    "rent_on_time_ratio": 20,
    "utility_on_time_12_ratio": 15,
    "hpf_months_24_count": 20,
    "association_months_12_count": 20,
    "skill_level_code": 20,
    "business_age_months_count": 25,
    "rating_code": 10,
    "adverse_5y_count": 0,
    "adverse_open_count": 0,
}
"""The most a variable can earn, in the order in which ties are broken."""


@dataclass(frozen=True)
class Score:
    """Points, band and the variables that cost most."""

    points: int
    band: str | None
    reasons: tuple[str, ...]


def _bin(value: int | None, *steps: tuple[int, int]) -> int:
    """Return the points of the last step that is reached."""
    earned = 0
    for bound, points in steps:
        if value is not None and value >= bound:
            earned = points
    return earned


def _on_time(value: Decimal | None, all_points: int) -> int:
    if value is None or value < Decimal("0.9"):
        return 0
    return all_points if value == 1 else 10


def earned(known: Features) -> dict[str, int]:
    """Return the points of each variable, in the order of the page."""
    changes, skill = known.employer_change_24_count, known.skill_level_code
    points = {
        "work_months_24_count": _bin(known.work_months_24_count, (6, 25), (12, 45), (18, 60)),
        "work_streak_count": _bin(known.work_streak_count, (1, 10), (6, 25), (12, 40)),
        "employer_change_24_count": 15 if changes <= 1 else 5 if changes <= 3 else 0,
        "residence_months_count": _bin(known.residence_months_count, (6, 15), (24, 25), (36, 35)),
        "rent_months_12_count": _bin(known.rent_months_12_count, (6, 10), (12, 20)),
        "rent_on_time_ratio": _on_time(known.rent_on_time_ratio, 20),
        "utility_on_time_12_ratio": _on_time(known.utility_on_time_12_ratio, 15),
        "hpf_months_24_count": _bin(known.hpf_months_24_count, (1, 10), (12, 20)),
        "association_months_12_count": _bin(known.association_months_12_count, (3, 10), (9, 20)),
        "skill_level_code": {"5": 5, "4": 5, "3": 10, "2": 20, "1": 20}.get(skill or "", 0),
        "business_age_months_count": _bin(known.business_age_months_count, (0, 5), (12, 15), (36, 25)),
        "rating_code": 10 if known.rating_code in ("A", "B") else 0,
        "adverse_5y_count": _bin(known.adverse_5y_count, (1, -30), (2, -60)),
        "adverse_open_count": _bin(known.adverse_open_count, (1, -120)),
    }
    if known.work_months_24_count < 6:
        points["employer_change_24_count"] = 0
    return points


def band_of(points: int, *, has_open_adverse: bool) -> str:
    """Return the band of a number of points; with an open adverse event D at best."""
    band = next((band for band, least in BANDS if points >= least), "E")
    return max(band, "D") if has_open_adverse else band


def score(known: Features) -> Score:
    """Return the score of a person's features."""
    points = earned(known)
    total = START + sum(points.values())
    has_adverse = known.adverse_open_count + known.adverse_5y_count > 0
    if sum(value > 0 for value in points.values()) < THIN and not has_adverse:
        return Score(total, None, ("SCORE_THIN",))
    gaps = {name: most - points[name] for name, most in MAXIMA.items()}
    widest = sorted((name for name in gaps if gaps[name] > 0), key=lambda name: -gaps[name])
    band = band_of(total, has_open_adverse=known.adverse_open_count > 0)
    return Score(total, band, tuple(widest[:MOST_REASONS]))
