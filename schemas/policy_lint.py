"""The lint of the policy: what each rule file must keep, every mistake with its line and what to do.

First keys and types are held against the shapes of `schemas.policy` and, once they are right, what is said with them.
"""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from schemas import policy, scorecard_lint
from schemas.codes import codes
from schemas.condition import mistakes
from schemas.contract import line_of, read_yaml
from schemas.mistakes import Place, Wrong, coded, empty, keys_twice, of_shape, repeated, rising
from schemas.model import ContractError

FEATURES = Path(__file__).parent / "rules" / "features.yaml"

NEVER_IN_A_BANK_FILE = "BENEFIT"
"""A kind of data that no purpose reaches: domain.md, section 5."""


@cache
def features() -> dict[str, policy.Feature]:
    """Return what rules may ask of a person, by name; ContractError if `rules/features.yaml` is wrong."""
    raw = read_yaml(FEATURES)
    wrong = problems("features", raw, FEATURES.read_text("utf-8"), FEATURES.name)
    if wrong:
        raise ContractError(wrong)
    return {one.name: one for one in policy.Features.model_validate(raw).features}


def problems(name: str, raw: dict[str, Any], text: str, file: str) -> tuple[str, ...]:
    """Return what is wrong with a rule file as `file:line: what, and what to do`, by line; nothing of other rules.

    Args:
        name: which rule it is, e.g. `tier`.
        raw: the file, read.
        text: the file's text, for the lines.
        file: the file's name.
    """
    if name not in CHECKS:
        return ()
    shape, check = CHECKS[name]
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    wrong = set(keys_twice(root))
    try:
        stated = shape.model_validate(raw)
        found = [*empty(raw), *check(stated)]
    except ValidationError as error:
        found = list(of_shape(error))
    version = raw.get("rule_version_code")
    if isinstance(version, str) and not version.startswith(f"{name}-"):
        found.append((["rule_version_code"], f"{version} is no version of {name}; let it begin with {name}-"))
    wrong |= {(line_of(root, place), said) for place, said in found}
    return tuple(f"{file}:{line}: {said}" for line, said in sorted(wrong))


def _condition(place: Place, condition: str | None, *, teller: str | None = None) -> Iterator[Wrong]:
    """Tell what is wrong with a condition; it may not ask for what its own rule, `teller`, tells."""
    later = [one.name for one in features().values() if teller is not None and one.told_by == teller]
    for said in mistakes(condition or "true", features().keys() - later, later):
        yield place, f"the condition {said}"


def _features(stated: policy.Features) -> Iterator[Wrong]:
    for n, name in repeated(one.name for one in stated.features):
        yield ["features", n, "name"], f"{name} stands twice; remove one"
    for n, one in enumerate(stated.features):
        try:
            codes(one.code_list or "category")
        except ContractError:
            yield ["features", n, "code_list"], f"there is no code list {one.code_list}; name one of schemas/codes"
        if one.polarity is not None and one.type not in scorecard_lint.NUMBERS:
            yield (
                ["features", n, "polarity"],
                f"{one.name} is no number, of which there is no more; remove its polarity",
            )


def _categories(stated: policy.Categories) -> Iterator[Wrong]:
    otherwise, listed = stated.otherwise, [one.code for one in stated.categories]
    order = [code for code in codes("category") if code != otherwise.code]
    yield from coded(["otherwise", "code"], otherwise.code, "category")
    for code in order:
        if code not in listed:
            yield ["categories"], f"{code} has no rule; state when it holds"
    for n, one in enumerate(stated.categories):
        here: Place = ["categories", n]
        above = [code for code in listed[:n] if code in order]
        if one.code in listed[:n]:
            yield [*here, "code"], f"{one.code} stands twice; put its reasons together"
        elif one.code == otherwise.code:
            yield [*here, "code"], f"{one.code} is for whom no rule holds; remove its rule"
        elif one.code in order and any(order.index(code) > order.index(one.code) for code in above):
            yield [*here, "code"], f"{one.code} stands too low; the order of precedence is {', '.join(order)}"
        else:
            yield from coded([*here, "code"], one.code, "category")
        for m, other in enumerate(one.only_without):
            if other not in listed[:n]:
                yield [*here, "only_without", m], f"{other} is no category above {one.code}; name earlier ones only"
        yield from _condition([*here, "if"], one.condition, teller="category")
        for reason, condition in one.reasons.items():
            yield from _condition([*here, "reasons", reason], condition, teller="category")
    reasons = [(n, reason) for n, one in enumerate(stated.categories) for reason in one.reasons]
    for m, reason in repeated([*(reason for _, reason in reasons), otherwise.reason]):
        place: Place = (
            ["otherwise", "reason"] if m == len(reasons) else ["categories", reasons[m][0], "reasons", reason]
        )
        yield place, f"the reason {reason} stands twice, and nobody could tell which one held; name it otherwise"


def _tiers(stated: policy.Tiers) -> Iterator[Wrong]:
    names, last = [piece.name for piece in stated.pieces], len(stated.tiers) - 1
    for n, name in repeated(names):
        yield ["pieces", n, "name"], f"the piece {name} stands twice; remove one or name it otherwise"
    for n, piece in enumerate(stated.pieces):
        yield from _condition(["pieces", n, "when"], piece.when)
    for n, tier in enumerate(stated.tiers):
        here: Place = ["tiers", n]
        yield from coded([*here, "code"], tier.code, "tier")
        if (tier.when is None) == (tier.pieces is None):
            yield here, f"{tier.code} needs either `when` or `pieces`; state one of them"
        if tier.when is not None and tier.reasons is None:
            yield here, f"{tier.code} has no `reasons`; name what `when` rests on"
        for m, name in enumerate(tier.pieces or ()):
            if name not in names:
                yield [*here, "pieces", m], f"there is no piece {name}; there are {', '.join(names)}"
        yield from _condition([*here, "when"], tier.when)
        if tier.when == "true" and n < last:
            yield [*here, "when"], "everybody has this tier, so that none below is reached; move it to the end"
    if stated.tiers[last].when != "true":
        yield ["tiers", last], 'somebody may have no tier; let the last one be for all the rest, when: "true"'
    for n, name in repeated(block.block for block in stated.blocks):
        yield ["blocks", n, "block"], f"the block {name} stands twice and would weigh twice; remove one"
    for n, block in enumerate(stated.blocks):
        if block.kind is not None:
            yield from coded(["blocks", n, "kind"], block.kind, "data_kind")
        yield from _condition(["blocks", n, "filled"], block.filled)
        yield from _condition(["blocks", n, "applies"], block.applies)


def _scorecard(stated: policy.Scorecard) -> Iterator[Wrong]:
    return scorecard_lint.check(stated, features())


def _industry(stated: policy.Industry) -> Iterator[Wrong]:
    groups: list[tuple[Place, str]] = [(["member_of_base"], stated.member_of_base), (["otherwise"], stated.otherwise)]
    groups += [(["associations", source], group) for source, group in stated.associations.items()]
    groups += [(["platforms", kind], group) for kind, group in stated.platforms.items()]
    groups += [(["industries", n, "group"], one.group) for n, one in enumerate(stated.industries)]
    for place, group in groups:
        yield from coded(place, group, "industry_group")
    associations = [source for source in codes("source") if source.startswith("assn_")]
    for key, named, known in (
        ("associations", stated.associations, associations),
        ("platforms", stated.platforms, list(codes("platform_kind"))),
    ):
        for name in named:
            if name not in known:
                yield [key, name], f"there is no {name} among {key}; there are {', '.join(known)}"
        for name in known:
            if name not in named:
                yield [key], f"{name} has no group; state one"
    taken: dict[int, str] = {}
    for n, one in enumerate(stated.industries):
        if one.highest < one.lowest:
            yield ["industries", n, "to"], f"no division is from {one.lowest} to {one.highest}; put the lower one first"
        twice = [division for division in range(one.lowest, one.highest + 1) if division in taken]
        if twice:
            said = f"division {twice[0]} is of {taken[twice[0]]} already; let groups share none"
            yield ["industries", n], said
        taken |= dict.fromkeys(range(one.lowest, one.highest + 1), one.group)


def _newcomers(stated: policy.Newcomers) -> Iterator[Wrong]:
    for n, kind in repeated(stated.certificate_kinds_outside):
        yield ["certificate_kinds_outside", n], f"{kind} stands twice; remove one"
    for n, kind in enumerate(stated.certificate_kinds_outside):
        yield from coded(["certificate_kinds_outside", n], kind, "certificate_type")


def _bands(stated: policy.Bands) -> Iterator[Wrong]:
    yield from rising(["monthly_cny"], None, stated.monthly_cny)
    if stated.monthly_cny[0] != 0:
        yield ["monthly_cny", 0], f"amounts below {stated.monthly_cny[0]} have no band; begin with 0"


def _purposes(stated: policy.Purposes) -> Iterator[Wrong]:
    for purpose, kinds in stated.kinds.items():
        yield from coded(["kinds", purpose], purpose, "purpose")
        for n, kind in repeated(kinds):
            yield ["kinds", purpose, n], f"{kind} stands twice; remove one"
        for n, kind in enumerate(kinds):
            yield from coded(["kinds", purpose, n], kind, "data_kind")
            if kind == NEVER_IN_A_BANK_FILE:
                yield ["kinds", purpose, n], f"{kind} appears in no bank file: domain.md, section 5; remove it"


CHECKS: dict[str, tuple[type[BaseModel], Callable[[Any], Iterator[Wrong]]]] = {
    "features": (policy.Features, _features),
    "category": (policy.Categories, _categories),
    "tier": (policy.Tiers, _tiers),
    "scorecard": (policy.Scorecard, _scorecard),
    "industry": (policy.Industry, _industry),
    "newcomer": (policy.Newcomers, _newcomers),
    "bands": (policy.Bands, _bands),
    "purpose": (policy.Purposes, _purposes),
}
"""By the name of a rule: the shape of its file, and what the file must keep as a whole."""
