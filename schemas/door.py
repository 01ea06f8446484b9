"""What the door refuses: the house's list, `schemas/rules/door.yaml`, typed, with the line of each mistake.

Headings are compared by what they say: a Chinese term anywhere in them, a term in Latin letters as whole words.
Values are compared as a whole, by one look into a set, or by a label with a colon inside a text, by one linear pattern.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from schemas.contract import line_of, read_yaml
from schemas.delivered import INVISIBLE, WIDE, heading
from schemas.model import ContractError

PATH = Path(__file__).parent / "rules" / "door.yaml"
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
LONGEST_RUN = 4
"""Words of a heading that may together be one term: `xue_xing` is `xuexing`."""

COLON = r"[\"'”]?\s{0,3}[:：=＝]"
EDGES = INVISIBLE + '.。;；,，!！"'
ODD = frozenset(EDGES + WIDE)
"""A value that begins or ends so may be one of our words, written otherwise."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Group(_Strict):
    """One kind of what may not come: its headings, and the words that betray it in a value."""

    code: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    zh_name: str
    columns: tuple[str, ...] = Field(min_length=1)
    words: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    @field_validator("columns", "words", "before", "after", "labels")
    @classmethod
    def _says_something(cls, terms: tuple[str, ...]) -> tuple[str, ...]:
        if not all(heading(term) for term in terms):
            raise ValueError("a term has neither letter nor digit")
        if len(set(terms)) < len(terms):
            raise ValueError("a term stands twice")
        return terms

    @field_validator("patterns")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_checked(pattern) for pattern in patterns)


class Counted(_Strict):
    """A form that single values may have by chance: refused from a share of a column's values on."""

    code: str
    zh_name: str
    pattern: str
    longest: int = Field(gt=0)
    at_least_ratio: float = Field(gt=0, le=1)

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        return _checked(pattern)


class _File(_Strict):
    rule_version_code: str = Field(min_length=1)
    groups: tuple[Group, ...] = Field(min_length=1)
    counted: Counted


def _checked(pattern: str) -> str:
    """Take a pattern that cannot run away: no star and no plus, so each try ends after a known number of signs."""
    try:
        re.compile(pattern)
    except re.error:
        raise ValueError("a pattern does not compile") from None
    if re.search(r"(?<!\\)[*+]", pattern):
        raise ValueError("a pattern may repeat without end")
    return pattern


@dataclass(frozen=True)
class Door:
    """The house's rules, ready to be asked."""

    version: str
    groups: tuple[Group, ...]
    counted: Counted
    words: Mapping[str, str]
    """Every value that says what may not come, in each way it is written, and its group: asked as a set."""

    inside: re.Pattern[str]
    """Finds a label with its colon, or a pattern, inside a text."""

    inside_of: Mapping[str, re.Pattern[str]]
    """The same by group; without groups the engine looks for first signs alone, twenty times as fast."""

    form: re.Pattern[str]
    """A value of the counted form, by `fullmatch`."""

    def refuses_heading(self, name: str) -> tuple[str, str] | None:
        """Return the group and the term by which a heading is refused, or None."""
        for group in self.groups:
            if (term := named(name, group.columns)) is not None:
                return group.code, term
        return None

    def refuses_value(self, value: str) -> str | None:
        """Return the group by which a value is refused, or None."""
        plain = unicodedata.normalize("NFKC", value).strip(EDGES) if value[:1] in ODD or value[-1:] in ODD else value
        if (group := self.words.get(plain)) is not None:
            return group
        if not self.inside.search(value):
            return None
        return next(group for group, pattern in self.inside_of.items() if pattern.search(value))


def named(name: str, terms: Iterable[str]) -> str | None:
    """Return the first term a heading says, or None.

    >>> named("Employee_BloodType", ["血型", "blood_type"])
    'blood_type'
    """
    whole = heading(name)
    runs: set[str] = set()
    for term in terms:
        wanted = heading(term)
        if not wanted.isascii():
            if wanted in whole:
                return term
            continue
        runs = runs or {whole, *_runs(name)}
        if wanted in runs:
            return term
    return None


def _runs(name: str) -> Iterator[str]:
    words = [word.lower() for word in WORDS.findall(unicodedata.normalize("NFKC", name))]
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST_RUN, len(words)) + 1):
            yield "".join(words[start:end])


@cache
def door(path: Path = PATH) -> Door:
    """Return the rules of the door; ContractError names each mistake with file and line."""
    raw = read_yaml(path)
    try:
        stated = _File.model_validate(raw)
    except ValidationError as error:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        found = {f"{path.name}:{line_of(root, list(e['loc']))}: {e['msg']}" for e in error.errors()}
        raise ContractError(tuple(sorted(found))) from None
    return Door(
        version=stated.rule_version_code,
        groups=stated.groups,
        counted=stated.counted,
        words={written: group.code for group in stated.groups for written in _written(group)},
        inside=re.compile("|".join(part for group in stated.groups for part in _parts(group))),
        inside_of={group.code: re.compile("|".join(parts)) for group in stated.groups if (parts := [*_parts(group)])},
        form=re.compile(stated.counted.pattern),
    )


def _written(group: Group) -> Iterator[str]:
    """Yield every value of a group: its words in each way of writing, with and without what may stand around them."""
    for word in group.words:
        for written in _ways(word):
            yield from (f"{a}{written}{z}" for a in ("", *group.before) for z in ("", *group.after))


def _ways(word: str) -> tuple[str, ...]:
    return (word,) if not re.search("[A-Za-z]", word) else (word, word.lower(), word.upper(), word.capitalize())


def _parts(group: Group) -> Iterator[str]:
    yield from dict.fromkeys(re.escape(written) + COLON for label in group.labels for written in _ways(label))
    yield from group.patterns
