"""How a card is trained, as data: `schemas/rules/scorecard_training.yaml`; a wrong line stops the load (CF-4101)."""

from functools import cache
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveInt, ValidationError

import schemas
from jobs.errors import CreditFileError
from schemas.contract import line_of

NAME = "scorecard_training"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Outcome(_Strict):
    """What a bad loan is."""

    bad_dpd_days: PositiveInt
    window_months: PositiveInt


class Least(_Strict):
    """How many outcomes say something, and how many months of evidence there must be before a grant."""

    bad_count: PositiveInt
    good_count: PositiveInt
    category_count: PositiveInt
    history_months: NonNegativeInt


class Holdout(_Strict):
    """How many of so many parts of the borrowers are kept out of the training."""

    parts: PositiveInt
    kept_out: PositiveInt


class Bins(_Strict):
    """How coarse a variable is cut, and how much it must tell."""

    most: PositiveInt
    least_ratio: float
    least_of_each: PositiveInt
    least_iv: float


class Scale(_Strict):
    """What points mean: base points at so many good to one bad, and the points that double these odds."""

    base_points: int
    odds: PositiveInt
    doubling_points: PositiveInt


class Band(_Strict):
    """A letter, and its fewest points."""

    band: str
    from_: int

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=lambda name: name.rstrip("_"))


class Stability(_Strict):
    """Parts of the reference, the share that stands for none, and the limits of PSI and CSI."""

    parts: PositiveInt
    floor_ratio: float
    watch: float
    alarm: float


class Parity(_Strict):
    """At or above which band an approval is counted, how near groups must be, and where age bands begin."""

    band: str
    least_ratio: float
    ages: tuple[PositiveInt, ...]


class Rule(_Strict):
    """The whole file."""

    rule_version_code: str
    kind_code: Literal["TRAINED"]
    outcome: Outcome
    least: Least
    holdout: Holdout
    bins: Bins
    ridge: float
    scale: Scale
    bands: tuple[Band, ...]
    lowest_band: str
    stability: Stability
    parity: Parity


@cache
def rule() -> Rule:
    """Return the rule in force; CF-4101 names each unknown, missing or wrong line."""
    raw = schemas.rules(NAME)
    try:
        return Rule.model_validate(raw)
    except ValidationError as error:
        path = schemas.HERE / "rules" / f"{NAME}.yaml"
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        wrong = [f"{path.name}:{line_of(root, list(e['loc']))}: {e['msg']}" for e in error.errors()]
        raise CreditFileError("CF-4101", what="; ".join(wrong), undone="Nothing was trained.") from None
