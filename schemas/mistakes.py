"""Mistakes in rule files: where they stand and what they are, and those that many files can have."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import yaml
from pydantic import ValidationError

from schemas.codes import codes

Place = list[str | int]
"""Keys and positions that lead to a place in a file (`schemas.contract.line_of`)."""

Wrong = tuple[Place, str]
"""The place of a mistake, and what is wrong and what to do."""

SAID = {
    "missing": "{key} is missing; state it",
    "extra_forbidden": "there is no key {key} here; correct or remove it",
    "string_type": "{key} is no text; put it in quotes",
    "int_type": "{key} is no whole number; state one",
    "int_from_float": "{key} is no whole number; state one",
    "float_type": "{key} is no number; state one",
    "finite_number": "{key} is no finite number; state one",
    "tuple_type": "{key} is no list; put it in [ ]",
    "dict_type": "{key} is no mapping; state its keys",
    "model_type": "{key} is no mapping; state its keys",
    "too_short": "{key} is empty; state at least one",
    "string_too_short": "{key} is empty; state it",
    "string_pattern_mismatch": "{key} must look like {pattern}",
    "literal_error": "{key} must be {expected}",
    "greater_than": "{key} must be above {gt}",
    "greater_than_equal": "{key} must be at least {ge}",
    "less_than_equal": "{key} must be at most {le}",
}
"""What the kinds of errors of a shape say to whoever wrote the file."""


def of_shape(error: ValidationError) -> Iterator[Wrong]:
    """Tell keys and types that are no part of a shape."""
    for one in error.errors():
        place = [step for step in one["loc"] if step != "[key]"]
        key = next((step for step in reversed(place) if isinstance(step, str)), "the file")
        said = SAID.get(one["type"], "{key}: {msg}")
        yield place, said.format(key=key, msg=one["msg"], **one.get("ctx", {}))


def keys_twice(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """Tell keys that stand twice in one mapping, with their line: YAML would silently take the last."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from keys_twice(item)
    if isinstance(node, yaml.MappingNode):
        for n, key in repeated([str(key.value) for key, _ in node.value]):
            line = node.value[n][0].start_mark.line + 1
            yield line, f"the key {key} stands twice, and only the last would count; remove one"
        for _, value in node.value:
            yield from keys_twice(value)


def empty(stated: Any, place: tuple[str | int, ...] = ()) -> Iterator[Wrong]:
    """Tell keys without a value where a shape lets them out: what is not meant is left out as a whole."""
    if stated is None:
        yield [*place], f"{place[-1]} says nothing; state it or remove the key"
    pairs = stated.items() if isinstance(stated, dict) else enumerate(stated) if isinstance(stated, list) else ()
    for step, value in pairs:
        yield from empty(value, (*place, step))


def repeated(stated: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Tell positions and values that stood before."""
    seen: set[str] = set()
    for position, value in enumerate(stated):
        if value in seen:
            yield position, value
        seen.add(value)


def coded(place: Place, code: str, name: str) -> Iterator[Wrong]:
    """Tell a value that is no code of a list."""
    if code not in codes(name):
        yield place, f"{code} is no code of {name}; there are {', '.join(codes(name))}"


def rising(place: Place, key: str | None, bounds: Collection[float]) -> Iterator[Wrong]:
    """Tell bounds that do not rise. Those that do leave neither gap nor overlap, because each reaches to the next."""
    before: float | None = None
    for n, bound in enumerate(bounds):
        if before is not None and not before < bound:
            said = f"{bound:g} is not above {before:g}; let bounds rise, so that each bin reaches to the next"
            yield [*place, n, *([key] if key else [])], said
        before = bound
