"""The generated pages: what is said about codes and verbs stands once, in the program, and is written out here."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import schemas
import schemas.dictionary
from jobs import cli, flow
from jobs.errors import CODES, Code
from jobs.gold import form
from schemas import json_schema, surface

FOLDER = Path(schemas.__file__).parent / "docs"
MADE = "<!-- made by `creditfile docs`; do not edit -->"

HEADING = re.compile(rf"^(?=## {flow.PROGRAM} )", re.MULTILINE)

BLOCKS = {
    "1": "Ingest",
    "2": "Contract and validation",
    "3": "Linking",
    "4": "Credit file",
    "5": "Release and publish",
    "6": "Serving",
    "7": "Rights",
    "8": "Storage and operations",
    "9": "Configuration",
}

EXITS = {
    0: "done, or nothing to do",
    1: "unexpected: a bug, please report",
    2: "wrong usage",
    3: "configuration or environment",
    4: "held by a gate or a law; data as before, a person must decide",
    5: "an office is down or its delivery incomplete; retry later",
    6: "refused: token, consent, right",
    7: "busy: another run holds the lease",
    8: "storage or resources",
    9: "a check failed",
    130: "stopped by Ctrl-C",
    143: "stopped by SIGTERM",
}


def pages() -> dict[str, str]:
    """Return the pages about the program itself, by path under schemas/docs."""
    return {"errors.md": errors_page(CODES), "cli.md": cli_page()}


def all_pages() -> dict[str, str]:
    """Return every generated page: the program's, and those made from the contracts."""
    faces = {surface.NAME: surface.page(surface.of(schemas.tables()))}
    forms = {form.SCHEMA_NAME: json_schema.page(form.schema())}
    return {**schemas.dictionary.pages(), **faces, **forms, **pages()}


def breaking(folder: Path) -> tuple[str, ...]:
    """Return what the contracts take away from readers of the committed surface without a new major version."""
    kept = folder / surface.NAME
    before = surface.read(kept.read_text("utf-8") if kept.is_file() else "")
    return surface.breaking(before, surface.of(schemas.tables()))


def errors_page(codes: Mapping[str, Code]) -> str:
    """Return the reference of CF codes, in blocks."""
    parts = ["# Error codes", MADE]
    parts.append("A code is never reused. `creditfile explain CF-1202` says the same on the command line.")
    parts.append(_table(("exit", "means"), ((str(number), meaning) for number, meaning in EXITS.items())))
    for digit, title in BLOCKS.items():
        block = {code: entry for code, entry in sorted(codes.items()) if code[3] == digit}
        if block:
            parts.append(f"## {title}")
        for code, entry in block.items():
            again = "may pass later" if entry.retryable else "not by itself"
            parts.append(f"### {code} {entry.title}\n\n{entry.why}\n\nFix: {entry.fix}.")
            parts.append(f"Exit {entry.exit}; trying again: {again}.")
    return "\n\n".join(parts) + "\n"


def cli_page() -> str:
    """Return the reference of verbs, from the same table and texts as `--help`."""
    program = cli.app()
    examples = {f"## {flow.PROGRAM} {verb.words}": verb.examples for verb in cli.VERBS}
    intro = "Every verb also takes the options under *Everywhere*. stdout is the answer, stderr the progress."
    parts = ["# Command line", MADE, program.help, intro]
    for number, section in enumerate(HEADING.split(program.generate_docs(flatten_commands=True, heading_level=2))[1:]):
        own, _, everywhere = section.partition("**Everywhere**:")
        if number == 0:
            parts += ["## Everywhere", everywhere.strip()]
        parts.append(own.strip())
        if commands := examples.get(own.partition("\n")[0]):
            parts.append("Examples:\n\n```console\n" + "\n".join(commands) + "\n```")
    return "\n\n".join(parts) + "\n"


def stale(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Return the pages that differ from what would be made now, are not there, or are made no longer."""
    found = [path for path in folder.rglob("*") if path.suffix in (".md", ".json")]
    there = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in found}
    return sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))


def write(folder: Path, wanted: Mapping[str, str]) -> None:
    """Bring the folder to exactly these pages."""
    for name in stale(folder, wanted):
        path = folder / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], "utf-8")
        else:
            path.unlink()


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(headings)
    body = [" | ".join(row) for row in rows]
    return "\n".join(f"| {line} |" for line in (" | ".join(head), " | ".join("---" for _ in head), *body))
