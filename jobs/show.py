"""How the program speaks: answers on stdout, progress and errors on stderr, and never a person's value.

A program that reads us gets one JSON object whose `format` names its shape; `creditfile.status/1` becomes `/2` when a
key is renamed or removed, and stays when one is added.
"""

import json
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from jobs.errors import CODES, CreditFileError, Problem

if TYPE_CHECKING:
    from rich.console import Console

Progress = Callable[[str], None]
EVERY_SECONDS = 10.0
"""How often a log that nobody watches gets a line."""

PIPE_WIDTH = 240
"""A pipe has no width; tables must not be cut to the 80 columns of an absent terminal."""


@dataclass(frozen=True)
class Answer:
    """What a verb found or did: an object for programs, lines (or rich tables) for people, and the exit status.

    `problems` are told on stderr beside the lines, where several things were asked for and others went well.
    """

    value: dict[str, Any]
    lines: Iterable[Any] = field(default_factory=tuple)
    exit: int = 0
    problems: tuple[Problem, ...] = ()


class UsageError(Exception):
    """A command that was understood by its grammar, and still cannot be meant."""


def console(*, to_stderr: bool = False) -> "Console":
    """Return a rich console; it respects NO_COLOR, and does not fold what goes into a pipe."""
    from rich.console import Console

    stream = sys.stderr if to_stderr else sys.stdout
    return Console(file=stream, highlight=False, markup=False, width=None if stream.isatty() else PIPE_WIDTH)


def answer(found: Answer, *, as_json: bool) -> None:
    """Print an answer for a program or for a person."""
    if as_json:
        print(json.dumps(found.value, ensure_ascii=False, default=str))
        return
    lines = list(found.lines)
    if all(isinstance(line, str) for line in lines):
        for line in lines:
            print(line)
        return
    out = console()
    for line in lines:
        out.print(line, soft_wrap=isinstance(line, str))


def table(headings: Iterable[str], rows: Iterable[Iterable[Any]]) -> Any:
    """Return a table that reads well on a terminal and in a pipe; numbers stand to the right."""
    from rich.table import Table

    body = [[cell(value) for value in row] for row in rows]
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for position, heading in enumerate(headings):
        stands = [row[position] for row in body]
        is_number = bool(stands) and all(text == "" or text.replace(",", "").isdigit() for text in stands)
        drawn.add_column(heading, justify="right" if is_number else "left", overflow="fold")
    for row in body:
        drawn.add_row(*row)
    return drawn


def cell(value: Any) -> str:
    """Return a value as a person reads it: thousands apart, nothing for nothing."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def sum_line(source: str, batch: str, counts: Mapping[str, int]) -> str:
    """Return the line that says nothing was lost: received is the sum of where records went."""
    ends = ("silver", "quarantine", "duplicate", "suppressed")
    adds_up = counts.get("received", 0) == sum(counts.get(end, 0) for end in ends)
    parts = " + ".join(f"{end} {counts.get(end, 0):,}" for end in ends)
    return f"{source} {batch}: received {counts.get('received', 0):,} = {parts} {'✓' if adds_up else '✗'}"


class Steps:
    """Progress on stderr: a moving line on a terminal, otherwise the newest word at most once in ten seconds.

    Call it with a text, and where they are known with rows done and rows in all.
    """

    def __init__(self, *, quiet: bool = False, every: float = EVERY_SECONDS) -> None:
        """Prepare to speak; nothing appears before the `with` block."""
        self._quiet = quiet
        self._every = every
        self._ended = threading.Event()
        self._newest: str | None = None
        self._begun = 0.0
        self._moving: Any = None
        self._task: Any = None
        self._ticker: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin."""
        self._begun = time.monotonic()
        if self._quiet:
            return self
        if sys.stderr.isatty():
            self._moving = _moving_line()
            self._moving.start()
            self._task = self._moving.add_task("starting", total=None)
        else:
            self._ticker = threading.Thread(target=self._tick, daemon=True)
            self._ticker.start()
        return self

    def __call__(self, text: str, done: int | None = None, total: int | None = None) -> None:
        """Take one word of progress."""
        if self._moving is not None:
            self._moving.update(self._task, description=text, completed=done, total=total)
        rows = f", {done:,}{f' of {total:,}' if total else ''} rows" if done is not None else ""
        self._newest = text + rows

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End, and leave the last word where a log wants it."""
        self._ended.set()
        if self._moving is not None:
            self._moving.stop()
        if self._ticker is not None:
            self._ticker.join()
            self._say()

    def _tick(self) -> None:
        while not self._ended.wait(self._every):
            self._say()

    def _say(self) -> None:
        if self._newest is not None:
            print(f"[{time.monotonic() - self._begun:4.0f} s] {self._newest}", file=sys.stderr, flush=True)


def _moving_line() -> Any:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    return Progress(
        *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console(to_stderr=True), transient=True
    )


def failure(problem: Problem, *, as_json: bool) -> None:
    """Print what stopped the command: for people on stderr, for programs as `error` on stdout."""
    if as_json:
        print(json.dumps({"format": "creditfile.error/1", "error": problem.as_json()}, ensure_ascii=False))
        return
    text = problem.text() if problem.code in CODES else f"{problem.what}. {problem.undone} Fix: {problem.fix}"
    print(" ".join(text.split()), file=sys.stderr)


def usage(what: str) -> Problem:
    """Return the problem of a command that was not understood."""
    return Problem(
        "USAGE", what.removesuffix("."), "", "The command was not understood.", "", "creditfile --help", False
    )


def stopped(by: str) -> Problem:
    """Return the problem of a command that was told to end."""
    undone = "Nothing half written is visible."
    return Problem("STOPPED", f"stopped by {by}", "", "The process was told to end.", undone, "run it again", True)


def unexpected(error: BaseException) -> Problem:
    """Return the problem of a bug. The error's own text is left out: an engine's message holds the row it failed on."""
    module, name = type(error).__module__, type(error).__qualname__
    if module.split(".")[0] in ("pyspark", "py4j"):
        condition = engine_condition(error)
        return CreditFileError("CF-8202", what=f"{name}{f' [{condition}]' if condition else ''}").problem
    why = "The program met something it was not written for: a bug."
    fix = "run the same command with --debug and report what it prints"
    return Problem("UNEXPECTED", f"unexpected {name}", "", why, "Nothing half written is visible.", fix, False)


def engine_condition(error: BaseException) -> str:
    """Return Spark's name for the kind of error, which holds no value, e.g. `CAST_INVALID_INPUT`."""
    ask = getattr(error, "getCondition", None) or getattr(error, "getErrorClass", None)
    try:
        return str(ask() or "") if ask else ""
    except Exception:  # noqa: BLE001  (the JVM it would ask may be gone, and the name is only an ornament)
        return ""


def trail(error: BaseException) -> None:
    """Print where an error arose, for --debug: files, lines and types, without the errors' texts."""
    current: BaseException | None = error
    while current is not None:
        print(f"{type(current).__module__}.{type(current).__qualname__} at", file=sys.stderr)
        print("".join(traceback.format_tb(current.__traceback__)).rstrip(), file=sys.stderr)
        current = current.__cause__ or current.__context__
