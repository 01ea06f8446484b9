"""The door of one delivery: headings, values and code lists are looked at while it streams in (征信业管理条例 art. 14).

What the law forbids to collect ends the delivery; it is never trimmed and loaded. Memory holds one chunk of lines or
one page; of a column only how many values it had and how many of them look like a diagnosis. Messages name the rule
and the place, and of what was delivered nothing: an unknown heading is told by its position.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import schemas
from jobs.errors import CreditFileError
from schemas.delivered import ABSENT
from schemas.door import ODD, Door, door, named
from schemas.model import Column, Source

WORDS_OF_TEXT = ("_text", "_name", "_names")
CONTRACT, CODE_LIST = "CONTRACT", "CODE_LIST"
PIECE_BYTES = 64 * 1024


class Hit(NamedTuple):
    """What was found: in which file, under which heading (a term of ours), by which rule, in how many values."""

    file: str
    column: str
    rule: str
    values: int


@dataclass
class Share:
    """One column's values so far, and those of the counted form among them."""

    filled: int = 0
    found: int = 0


@dataclass
class Doorkeeper:
    """Looks at all that one delivery brings; `hits` says why it was ended."""

    source: Source
    place: str
    hits: list[Hit] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Know the contract's headings."""
        self._rules: Door = door()
        columns = [column for item in self.source.objects for column in item.bronze.columns]
        self._agreed = {column.physical_name for column in columns}
        declared = {column.name for column in columns}
        self._of_words = {c.physical_name for c in columns if _is_of_words(c, declared)}
        self._shares: dict[tuple[str, str], Share] = {}
        self._passed: set[str] = set()

    def code_lists(self) -> None:
        """Hold the labels of the contract's code lists against the words: no code may mean what may not come.

        Raises:
            CreditFileError: CF-2404 if one does.
        """
        for name in sorted({c.code_list for o in self.source.objects for c in o.silver.columns if c.code_list}):
            known = schemas.codes(name).values()
            labels = [label for code in known for label in (code.zh_name, code.en_name)] + [*schemas.fixes(name)]
            if found := Counter(filter(None, map(self._rules.refuses_value, labels))):
                self.hits += [Hit("", name, f"{CODE_LIST} {rule}", count) for rule, count in sorted(found.items())]
        self._end("CF-2404", "code list")

    @property
    def version(self) -> str:
        """The version of the house's rules."""
        return self._rules.version

    def stripped(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those headings that the contract leaves out."""
        return tuple(name for name in names if named(name, self.source.strip_columns) is not None)

    def headings(self, file: str, names: Iterable[str]) -> None:
        """Look at headings that have not been seen yet.

        Raises:
            CreditFileError: CF-2401 if one of them may not come.
        """
        for name in names:
            if name in self._passed:
                continue
            self._passed.add(name)
            term = None if name in self._agreed else named(name, self.source.refuse_columns)
            refused = self._rules.refuses_heading(name) or (term and (CONTRACT, term))
            if refused:
                self.hits.append(Hit(file, refused[1], refused[0], 1))
        self._end("CF-2401", "heading")

    def csv_lines(self, file: str, encoding: str, delimiter: str) -> Callable[[bytes], None]:
        """Return who looks at whole lines of a CSV file; its first line is its header."""
        header: tuple[str, ...] = ()

        def look(whole: bytes) -> None:
            nonlocal header
            for piece in pieces(whole):
                text = piece.decode(encoding, "replace").replace("\r\n", "\n").removesuffix("\n")
                if not header:
                    first, _, text = text.partition("\n")
                    header = tuple(name.strip() for name in cells(first.removeprefix("\ufeff"), delimiter)) or ("",)
                    self.headings(file, header)
                self._table(file, header, text, delimiter)

        return look

    def _table(self, file: str, header: tuple[str, ...], text: str, delimiter: str) -> None:
        """Look at lines under a header; lines of just its width are cut in one go."""
        fields = text.replace("\n", delimiter).split(delimiter)
        width, rows = len(header), []
        if '"' in text or len(fields) != width * (text.count("\n") + 1):
            rows = [cells(line, delimiter) for line in text.split("\n") if line]
            fields = [cell for row in rows for cell in row]
        scanned = [at for at, name in enumerate(header) if self._is_scanned(name)]
        for at in scanned:
            values = [row[at] for row in rows if len(row) > at] if rows else fields[at::width]
            self._count(file, header[at], values)
        if self._rules.inside.search(text) or self._has_words(fields):
            rows = rows or [fields[at : at + width] for at in range(0, len(fields), width)]
            names = dict(enumerate(header))
            self._judge(file, ((names.get(at, ""), at, cell) for row in rows for at, cell in enumerate(row)))

    def json_lines(
        self, file: str, encoding: str, read: Callable[[Any], None] | None = None
    ) -> Callable[[bytes], None]:
        """Return who looks at whole lines of JSON; `read` is shown each line's value, None for what is no JSON."""

        def look(whole: bytes) -> None:
            for piece in pieces(whole):
                self.records(file, self._parsed(file, piece, encoding, read))

        return look

    def _parsed(
        self, file: str, piece: bytes, encoding: str, read: Callable[[Any], None] | None
    ) -> Iterator[Mapping[str, Any]]:
        for line in filter(bytes.strip, piece.split(b"\n")):
            try:
                value = json.loads(line.decode(encoding))
            except (ValueError, RecursionError):
                value = None
            if read:
                read(value)
            if isinstance(value, dict):
                yield value
            else:  # a line that is no record stays in bronze, sealed: it is looked at as one text
                self._judge(file, [("", -1, line.decode(encoding, "replace"))])

    def records(self, file: str, records: Iterable[Mapping[str, Any]]) -> None:
        """Look at records of named values, nested ones too.

        Raises:
            CreditFileError: CF-2401 for a heading, CF-2403 for words in a value.
        """
        columns: dict[str, list[str]] = {}
        for record in records:
            for name, value in record.items():
                if (texts := columns.get(name)) is None:
                    texts = columns[name] = []
                if type(value) is str:
                    texts.append(value)
                elif type(value) in (dict, list):
                    self._look_inside(file, name, value, texts)
        self.headings(file, columns)
        for name, texts in columns.items():
            if self._has_words(texts) or self._rules.inside.search("\n".join(texts)):
                self._judge(file, ((name, -1, text) for text in texts))
            if self._is_scanned(name):
                self._count(file, name, texts)

    def settle(self) -> None:
        """Judge what only whole files show.

        Raises:
            CreditFileError: CF-2403 if the counted form is too common in a column.
        """
        counted = self._rules.counted
        for (file, name), share in self._shares.items():
            if share.found and share.found >= counted.at_least_ratio * share.filled:
                self.hits.append(Hit(file, self._told(name, -1), counted.code, share.found))
        self._end("CF-2403", "values")

    def _look_inside(self, file: str, name: str, value: Any, texts: list[str]) -> None:
        """Add the texts inside a value, and look at the headings inside it, level by level."""
        level = [value]
        while level:
            holders = [holder for holder in level if isinstance(holder, dict | list)]
            texts += [inner for inner in level if isinstance(inner, str)]
            self.headings(file, [f"{name}.{key}" for holder in holders if isinstance(holder, dict) for key in holder])
            level = [i for h in holders for i in (h.values() if isinstance(h, dict) else h)]

    def _has_words(self, values: Iterable[str]) -> bool:
        """Say whether a value may be one of the words: few are, and then each is looked at."""
        distinct = set(values)
        if not distinct.isdisjoint(self._rules.words):
            return True
        return any(value[:1] in ODD or value[-1:] in ODD for value in distinct if value)

    def _judge(self, file: str, values: Iterable[tuple[str, int, str]]) -> None:
        found: Counter[tuple[str, str]] = Counter()
        for name, at, value in values:
            if rule := self._rules.refuses_value(value):
                found[self._told(name, at), rule] += 1
        self.hits += [Hit(file, column, rule, count) for (column, rule), count in sorted(found.items())]
        self._end("CF-2403", "values")

    def _count(self, file: str, name: str, values: list[str]) -> None:
        counted = self._rules.counted
        share = self._shares.setdefault((file, name), Share())
        share.filled += len(values) - sum(map(values.count, ABSENT))
        short = [value for value in values if len(value) <= counted.longest]
        share.found += sum(map(bool, map(self._rules.form.fullmatch, short)))

    def _is_scanned(self, name: str) -> bool:
        return name in self._of_words or name not in self._agreed

    def _told(self, name: str, at: int) -> str:
        """Name a column as the contract does; a heading it does not know is foreign text, e.g. a person's name."""
        if name in self._agreed:
            return name
        return f"column {at + 1}" if at >= 0 else "a column no contract knows"

    def _end(self, code: str, what: str) -> None:
        """End the delivery if anything was found."""
        if self.hits:
            told = "; ".join(f"{hit.column}: {hit.rule}, {hit.values:,} found" for hit in self.hits)
            where = self.hits[0].file
            place = f"{self.place}/{where}" if where else self.place
            undone = "Nothing was landed but the receipt of this refusal."
            raise CreditFileError(code, what=f"{what} {told}", where=place, undone=undone)


def _is_of_words(column: Column, declared: set[str]) -> bool:
    """Say whether a column holds words, and not the words to a code that the contract has beside it."""
    stem, is_text, _ = column.name.rpartition("_text")
    return column.name.endswith(WORDS_OF_TEXT) and not (is_text and f"{stem}_code" in declared)


def pieces(whole: bytes) -> Iterator[bytes]:
    """Cut whole lines into runs of lines that are small once taken apart."""
    start = 0
    while start < len(whole):
        end = whole.find(b"\n", min(start + PIECE_BYTES, len(whole))) + 1 or len(whole)
        yield whole[start:end]
        start = end


def cells(line: str, delimiter: str) -> list[str]:
    """Cut one line as bronze does: by itself, whatever quote it leaves open."""
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [line]
