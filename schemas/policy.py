"""The shapes of the rule files that make policy: categories, tiers, score, axes, bands, purposes, features.

A shape knows keys and types only; what a file as a whole must keep, such as bins without gaps, `schemas.policy_lint`
holds against it.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Reason = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Whole = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Division = Annotated[int, Field(strict=True, ge=1, le=97)]
"""A division of GB/T 4754, the two digits behind the section's letter."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _File(_Strict):
    rule_version_code: Text


class Feature(_Strict):
    """What may be asked: its type as a contract writes it, its code list, and the rule that tells it, if one does.

    What is adverse never earns points, and more of it no more; what is positive-only never costs any, and more of it no
    less.
    """

    name: Name
    type: Literal["INT", "DECIMAL(9,6)", "BOOLEAN", "STRING", "ARRAY<STRING>"]
    zh: Text
    en: Text
    code_list: Name | None = None
    polarity: Literal["adverse", "positive_only"] | None = None
    told_by: Literal["newcomer", "category"] | None = None


class Features(_File):
    """`features.yaml`: all that rules may ask of a person."""

    features: tuple[Feature, ...] = Field(min_length=1)


class Category(_Strict):
    """A category: one of its reasons is enough, if `if` holds and none of `only_without` does."""

    code: Text
    condition: Text = Field("true", alias="if")
    only_without: tuple[Text, ...] = ()
    reasons: dict[Reason, Text] = Field(min_length=1)


class NoCategory(_Strict):
    """What somebody is of whom no category holds."""

    code: Text
    reason: Reason


class Categories(_File):
    """`category.yaml` (domain.md, section 1.3), in the order of precedence."""

    categories: tuple[Category, ...] = Field(min_length=1)
    otherwise: NoCategory


class Piece(_Strict):
    """A part of the best tier, which is missing or is there."""

    name: Reason
    when: Text


class Tier(_Strict):
    """A tier: by a condition with its reasons, or by pieces, which are its reasons unless it states others."""

    code: Text
    when: Text | None = None
    pieces: tuple[Text, ...] | None = Field(None, min_length=1)
    reasons: tuple[Reason, ...] | None = Field(None, min_length=1)


class Block(_Strict):
    """A block of the file, its weight in the completeness, and the kind of data its departments are loaded by."""

    block: Name
    weight: Whole = Field(gt=0)
    filled: Text
    kind: Text | None = None
    applies: Text = "true"


class Tiers(_File):
    """`tier.yaml` (domain.md, section 6.3): the first match from the top."""

    pieces: tuple[Piece, ...] = Field(min_length=1)
    tiers: tuple[Tier, ...] = Field(min_length=1)
    blocks: tuple[Block, ...] = Field(min_length=1)


class Bin(_Strict):
    """A bin from its lowest value up to the next bin."""

    lowest: Number = Field(alias="from")
    points: Whole


class Values(_Strict):
    """Codes that earn the same."""

    among: tuple[Text, ...] = Field(alias="in", min_length=1)
    points: Whole


class Least(_Strict):
    """A variable and the least value it must have."""

    name: Name
    lowest: Number = Field(alias="from")


class Variable(_Strict):
    """A variable of the card: a number in bins or a code among values."""

    name: Name
    only: Least | None = None
    bins: tuple[Bin, ...] | None = Field(None, min_length=1)
    values: tuple[Values, ...] | None = Field(None, min_length=1)


class Band(_Strict):
    """A band and the least points it takes."""

    band: Text
    lowest: Whole = Field(alias="from")


class OpenAdverse(_Strict):
    """The best band that an open event allows."""

    name: Name
    best_band: Text


class Thin(_Strict):
    """How many variables must earn points for a band, unless something bad is known."""

    variables: Whole = Field(ge=1)
    reason: Reason
    unless: tuple[Name, ...] = Field(min_length=1)


class Scorecard(_File):
    """`scorecard.yaml` (domain.md, section 6.4). Without outcomes it is no more than an expert's card."""

    kind_code: Literal["EXPERT"]
    start_points: Whole
    variables: tuple[Variable, ...] = Field(min_length=1)
    bands: tuple[Band, ...] = Field(min_length=1)
    lowest_band: Text
    open_adverse: OpenAdverse
    thin: Thin
    reason_count: Whole = Field(ge=1, le=4)
    never: tuple[Name, ...] = Field(min_length=1)


class Industries(_Strict):
    """Divisions of GB/T 4754 that are one group, and the section by its letter."""

    group: Text
    section: str | None = Field(None, pattern=r"^[A-T]$")
    lowest: Division = Field(alias="from")
    highest: Division = Field(alias="to")


class Industry(_File):
    """`industry.yaml` (axis A2; domain.md, section 6.1)."""

    associations: dict[Name, Text] = Field(min_length=1)
    platforms: dict[Reason, Text] = Field(min_length=1)
    industries: tuple[Industries, ...] = Field(min_length=1)
    member_of_base: Text
    otherwise: Text


class Bases(_Strict):
    """The bases of the newcomer rule, as jobs.gold.newcomer judges them."""

    permit: Text = Field(alias="R1")
    registration: Text = Field(alias="R2")
    contributions: Text = Field(alias="R3")
    outside: Text = Field(alias="H1")
    recent: Text = Field(alias="H2")


class Newcomers(_File):
    """`newcomer.yaml` (domain.md, section 1.2); the window of contributions is twelve months."""

    contribution_months: Whole = Field(ge=1, le=12)
    certificate_kinds_outside: tuple[Text, ...]
    bases: Bases


class Bands(_File):
    """`bands.yaml`: lower bounds of monthly amounts, yuan."""

    monthly_cny: tuple[Whole, ...] = Field(min_length=1)


class Purposes(_File):
    """`purpose.yaml` (domain.md, section 6.6): the widest kinds of data by purpose."""

    kinds: dict[Text, tuple[Text, ...]] = Field(min_length=1)
