"""Conditions of rules: SQL over what may be asked of a person, held without Spark against `rules/features.yaml`.

A condition is one expression of features, literals and the functions below. Nothing else is a rule: with the clock,
with chance or with a call into Java the same person would not always get the same answer.
"""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches

FUNCTIONS = (
    "array",
    "array_contains",
    "array_distinct",
    "array_except",
    "array_intersect",
    "array_union",
    "arrays_overlap",
    "coalesce",
    "size",
)
"""What a condition may call: each gives the same for the same, and none fails on a value."""

WORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false", "between"})

TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>'[^'\\]*')
    |(?P<number>[0-9]+(?:\.[0-9]+)?(?![A-Za-z0-9_.]))
    |(?P<call>[A-Za-z_][A-Za-z0-9_]*)(?=\s*\()
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<open>\()
    |(?P<close>\))
    |(?P<sign><=>|<=|>=|<>|!=|[=<>+\-*,])
    |(?P<strange>.)""",
    re.VERBOSE | re.DOTALL,
)


def mistakes(condition: str, known: Collection[str], later: Collection[str] = ()) -> Iterator[str]:
    """Tell what is wrong with a condition, each mistake once, with what to do.

    Args:
        condition: SQL, as Spark reads it.
        known: names of the features it may ask for.
        later: names of those that are told only after it.
    """
    depth = 0
    told = set()
    for token in TOKEN.finditer(condition):
        kind, text = token.lastgroup or "", token[0]
        if kind in ("call", "name") and text.lower() in WORDS:
            continue
        said = _mistake(kind, text, known, later)
        if said and said not in told:
            yield said
        told.add(said)
        if text == "'":
            return
        depth += {"open": 1, "close": -1}.get(kind, 0)
        if depth < 0:
            break
    if depth:
        yield "has a parenthesis without its other half; close or remove it"


def _mistake(kind: str, text: str, known: Collection[str], later: Collection[str]) -> str:
    if kind == "name" and text in later:
        return f"asks for {text}, which is told only after it; ask for what is known before"
    if kind == "name" and text not in known:
        return f"asks for {text}, {unknown(text, known)}"
    if kind == "call" and text.lower() not in FUNCTIONS:
        return f"calls {text}, which no rule may; use {', '.join(FUNCTIONS)}"
    if kind == "strange" and text == "'":
        return "has a quote that is not closed, or a backslash in a text; mend the text"
    if kind == "strange":
        return f"has {text}, which is no part of a condition; texts stand in single quotes"
    return ""


def unknown(name: str, known: Collection[str]) -> str:
    """Say that there is no such feature, and which one may be meant."""
    near = get_close_matches(name, known, n=1)
    meant = f"did you mean {near[0]}?" if near else "rules/features.yaml lists them"
    return f"which is no feature it may ask for; {meant}"
