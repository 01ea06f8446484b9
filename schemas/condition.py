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

WORDS = frozenset({"AND", "OR", "NOT", "IN", "IS", "NULL", "TRUE", "FALSE", "BETWEEN"})
VALUES = ("name", "text", "number")
COMPARED = ("=", "<>", "!=", "<", "<=", ">", ">=", "<=>")

TOKEN = re.compile(
    r"""\s*(?:
     (?P<text>'[^'\\]*')
    |(?P<number>[0-9]+(?:\.[0-9]+)?(?![A-Za-z0-9_.]))
    |(?P<call>[A-Za-z_][A-Za-z0-9_]*)(?=\s*\()
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign><=>|<=|>=|<>|!=|[=<>+*,()]|-(?!-))
    |(?P<strange>\S)
    |(?P<end>\Z))""",
    re.VERBOSE,
)


def mistakes(condition: str, known: Collection[str], later: Collection[str] = ()) -> Iterator[str]:
    """Tell what is wrong with a condition, each mistake once, with what to do.

    Args:
        condition: SQL, as Spark reads it.
        known: names of the features it may ask for.
        later: names of those that are told only after it.
    """
    tokens: list[tuple[str, str]] = []
    told: dict[str, None] = {}
    for found in TOKEN.finditer(condition):
        kind = found.lastgroup or "end"
        text = found[kind]
        if text.upper() in WORDS:
            kind, text = "word", text.upper()
        tokens.append((kind, text))
        if said := _mistake(kind, text, known, later):
            told[said] = None
        if text == "'" or kind == "end":
            break
    yield from told or _Reader(tokens).mistakes()


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


class _Reader:
    """Reads one expression by Spark's grammar, as far as conditions need it; each method reads what it is named for."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at = tokens, 0

    def mistakes(self) -> Iterator[str]:
        try:
            self.disjunction()
            self.need("")
        except SyntaxError as error:
            yield str(error)

    def take(self, *texts: str) -> bool:
        kind, text = self.tokens[self.at]
        found = kind in ("word", "sign", "end") and text in texts
        self.at += found and kind != "end"
        return found

    def need(self, *texts: str) -> None:
        if not self.take(*texts):
            self.refuse(" or ".join(texts) or "its end")

    def refuse(self, wanted: str) -> None:
        raise SyntaxError(f"has {self.tokens[self.at][1] or 'its end'} where {wanted} should stand; mend it")

    def disjunction(self) -> None:
        self.conjunction()
        while self.take("OR"):
            self.conjunction()

    def conjunction(self) -> None:
        self.negation()
        while self.take("AND"):
            self.negation()

    def negation(self) -> None:
        while self.take("NOT"):
            pass
        self.comparison()

    def comparison(self) -> None:
        self.sum()
        if self.take(*COMPARED):
            self.sum()
        elif self.take("IS"):
            self.take("NOT")
            self.need("NULL", "TRUE", "FALSE")
        else:
            is_negated = self.take("NOT")
            if self.take("BETWEEN"):
                self.sum()
                self.need("AND")
                self.sum()
            elif self.take("IN"):
                self.need("(")
                self.several()
            elif is_negated:
                self.refuse("IN or BETWEEN")

    def several(self) -> None:
        self.disjunction()
        while self.take(","):
            self.disjunction()
        self.need(")")

    def sum(self) -> None:
        self.term()
        while self.take("+", "-", "*"):
            self.term()

    def term(self) -> None:
        self.take("-")
        kind, _ = self.tokens[self.at]
        if self.take("("):
            self.disjunction()
            self.need(")")
        elif kind == "call":
            self.at += 1
            self.need("(")
            if not self.take(")"):
                self.several()
        elif kind in VALUES:
            self.at += 1
        elif not self.take("NULL", "TRUE", "FALSE"):
            self.refuse("a feature, a literal or a call")
