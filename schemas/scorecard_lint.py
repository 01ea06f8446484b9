"""The lint of the card (domain.md, section 6.4): bins without gaps, points that go one way, nothing forbidden asked."""

from collections.abc import Collection, Iterator, Mapping
from string import ascii_uppercase

from schemas.condition import unknown
from schemas.mistakes import Place, Wrong, coded, repeated, rising
from schemas.policy import Bin, Feature, Scorecard, Values, Variable

NEVER = {
    "gender_code": "gender",
    "hukou_code": "hukou place",
    "hukou_entry_code": "hukou place",
    "is_local_hukou": "hukou place",
    "certificate_type_code": "region of birth",
    "residence_reason_code": "marital status",
    "has_coresident_child": "marital status",
    "primary_category_code": "category",
    "category_codes": "category",
    "district_code": "district",
    "assistance_kind_code": "benefits",
    "base_band": "R14 values",
    "monthly_band": "R14 values",
    "rent_band": "R14 values",
}
"""What no score may rest on, by the ground of domain.md, section 6.4, or as a stand-in for it. A card's own list may be
longer, never shorter. Of the ethnic group nothing is held."""

NUMBERS = ("INT", "DECIMAL(9,6)")


def check(card: Scorecard, features: Mapping[str, Feature]) -> Iterator[Wrong]:
    """Tell what is wrong with a card of the right shape.

    Args:
        card: the card.
        features: what may be asked, by name.
    """
    names = [one.name for one in card.variables]
    for n, name in repeated(names):
        yield ["variables", n, "name"], f"{name} stands twice and would count twice; remove one"
    for n, one in enumerate(card.variables):
        here: Place = ["variables", n]
        yield from _variable(here, one, features)
        asked: list[tuple[Place, str]] = [([*here, "name"], one.name)]
        if one.only is not None:
            asked.append(([*here, "only", "name"], one.only.name))
            yield from _of_card([*here, "only", "name"], one.only.name, names)
            if one.only.name in features and features[one.only.name].type not in NUMBERS:
                yield [*here, "only", "name"], f"{one.only.name} is no number; only a number has a least value"
        for place, name in asked:
            if name in card.never or name in NEVER:
                ground = f" ({NEVER[name]})" if name in NEVER else ""
                yield place, f"{name} may never be an input{ground}: domain.md, section 6.4; remove the variable"
    for name, ground in NEVER.items():
        if name not in card.never:
            yield ["never"], f"{name} is missing ({ground}: domain.md, section 6.4); add it"
    for n, name in repeated(card.never):
        yield ["never", n], f"{name} stands twice; remove one"
    bad = [name for name in names if name in features and features[name].polarity == "adverse"]
    counted: list[tuple[Place, str]] = [(["open_adverse", "name"], card.open_adverse.name)]
    counted += [(["thin", "unless", n], name) for n, name in enumerate(card.thin.unless)]
    for place, name in counted:
        yield from _of_card(place, name, names)
        if name in names and name not in bad:
            yield place, f"{name} counts nothing adverse; name one of {', '.join(bad)}"
    for name in bad:
        if name not in card.thin.unless:
            yield ["thin", "unless"], f"{name} is missing, and whoever has a bad event has a band; add it"
    if card.thin.variables > len(names):
        yield ["thin", "variables"], f"the card has {len(names)} variables, so that everybody is thin; ask for fewer"
    yield from _bands(card)


def _of_card(place: Place, name: str, names: Collection[str]) -> Iterator[Wrong]:
    if name not in names:
        yield place, f"{name} is no variable of the card; name one of them"


def _variable(here: Place, one: Variable, features: Mapping[str, Feature]) -> Iterator[Wrong]:
    feature = features.get(one.name)
    polarity = feature.polarity if feature is not None else None
    if (one.bins is None) == (one.values is None):
        yield here, f"{one.name} needs either `bins` or `values`; state one of them"
    if feature is None:
        yield [*here, "name"], f"the card asks for {one.name}, {unknown(one.name, features)}"
    elif one.bins is not None and feature.type not in NUMBERS:
        yield [*here, "bins"], f"{one.name} is no number; only a number has bins"
    elif one.values is not None and feature.type != "STRING":
        yield [*here, "values"], f"{one.name} is no code; only a code has values"
    if one.bins is not None:
        yield from _bins([*here, "bins"], one.name, one.bins, polarity)
    if one.values is not None and feature is not None:
        yield from _values([*here, "values"], feature, one.values)
    stated = [*(("bins", n, step.points) for n, step in enumerate(one.bins or ()))]
    stated += [*(("values", n, step.points) for n, step in enumerate(one.values or ()))]
    for key, n, points in stated:
        if polarity == "adverse" and points > 0:
            yield [*here, key, n, "points"], f"{one.name} earns {points}; what is bad earns nothing, so state 0 or less"
        if polarity == "positive_only" and points < 0:
            yield [*here, key, n, "points"], f"{one.name} costs {-points}; it is positive-only, so state 0 or more"


def _bins(place: Place, name: str, bins: tuple[Bin, ...], polarity: str | None) -> Iterator[Wrong]:
    """Points go one way, together with the 0 below the first bin; no number lies below a bin from 0."""
    yield from rising(place, "from", [one.lowest for one in bins])
    points = [*([0] if bins[0].lowest > 0 else ()), *(one.points for one in bins)]
    rises, falls = points == sorted(points), points == sorted(points, reverse=True)
    told = ", ".join(map(str, points))
    if polarity == "adverse" and not falls:
        yield place, f"the points of {name} are {told}; more that is bad never earns more, so let them fall"
    elif polarity == "positive_only" and not rises:
        yield place, f"the points of {name} are {told}; it is positive-only, so let them rise"
    elif not rises and not falls:
        yield place, f"the points of {name} go up and down: {told}; let them all rise or all fall"


def _values(place: Place, feature: Feature, stated: tuple[Values, ...]) -> Iterator[Wrong]:
    places = [(n, m) for n, one in enumerate(stated) for m in range(len(one.among))]
    every = [code for one in stated for code in one.among]
    for position, code in repeated(every):
        n, m = places[position]
        yield [*place, n, "in", m], f"{code} stands twice; let each value earn its points once"
    for (n, m), code in zip(places, every, strict=True):
        if feature.code_list is not None:
            yield from coded([*place, n, "in", m], code, feature.code_list)


def _bands(card: Scorecard) -> Iterator[Wrong]:
    letters = ascii_uppercase[: len(card.bands) + 1]
    for n, (band, letter) in enumerate(zip(card.bands, letters, strict=False)):
        if band.band != letter:
            yield ["bands", n, "band"], f"{band.band} stands where {letter} is; let bands go from A on, the best first"
        if n and not band.lowest < card.bands[n - 1].lowest:
            above = card.bands[n - 1]
            said = f"{band.band} from {band.lowest} is not below {above.band} from {above.lowest}; let bands fall"
            yield ["bands", n, "from"], said
    if card.lowest_band != letters[-1]:
        yield ["lowest_band"], f"{card.lowest_band} is not the letter after the bands; state {letters[-1]}"
    if card.open_adverse.best_band not in letters:
        yield ["open_adverse", "best_band"], f"{card.open_adverse.best_band} is no band; there are {', '.join(letters)}"
