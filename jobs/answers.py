"""What the verbs' results say to a person, and which exit several results come to."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs import flow, show, status
from jobs.errors import CreditFileError
from jobs.show import Answer

if TYPE_CHECKING:
    from jobs.settings import Settings

GRAVITY = (0, 7, 5, 4, 6, 9, 8, 3, 2, 1)
"""Exits from harmless to worst: what passes by waiting, what a person decides, what must be mended, what is a bug."""


def demo_lines(settings: "Settings", found: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was received, kept, quarantined, linked and released, and what to open next."""
    for source, counts in found["sources"].items():
        yield show.sum_line(source, "all batches", counts)
    yield f"{found['people']:,} people, {found['credit_files']:,} credit files"
    for title in ("tiers", "categories"):
        yield f"{title}: " + ", ".join(f"{name} {count:,}" for name, count in found[title].items())
    for entry in found["releases"]:
        yield f"release {entry['release_id']} {entry['status']}: {status.banks(entry)}"
    yield f"{sum(found['seconds'].values()):,.0f} s, at most {found['peak_rss_mb']:,} MB"
    lake = "" if settings.lake == Path("lake").absolute() else f" --lake {settings.lake}"
    yield "Open next:"
    yield f"  {settings.lake / 'docs' / 'quality' / 'index.html'}  (what the gates saw)"
    yield f"  {settings.lake / 'share'}  (what each bank may read)"
    for verb in ("status", "quarantine ls", "release list"):
        yield f"  {flow.PROGRAM} {verb}{lake}"


def run(found: Mapping[str, Any]) -> Answer:
    """Return what several batches came to: each one's sum, each problem, and the exit of the worst."""
    return _several("creditfile.run/1", found, run_lines(found["items"]))


def replay(found: Mapping[str, Any], *, is_dry: bool) -> Answer:
    """Return what moved out of quarantine, by the reason it was there for, and what became of it."""
    word = "would move" if is_dry else "moved"
    lines: list[Any] = [
        f"{item['source']} {item['batch']}: {item['moved']:,} records {word}" for item in found["items"]
    ]
    rows = [
        (item["source"], item["batch"], *(move[name] for name in ("reason", "to", "to_reason", "records")))
        for item in found["items"]
        for move in item["moves"]
    ]
    if rows:
        lines.append(show.table(("source", "batch", "reason", "becomes", "for", "records"), rows))
    return _several("creditfile.quarantine.replay/1", {**found, "dry_run": is_dry}, lines)


def _several(form: str, found: Mapping[str, Any], lines: Iterable[Any]) -> Answer:
    errors: list[CreditFileError] = sorted(found["errors"], key=lambda error: GRAVITY.index(error.exit), reverse=True)
    value = {"format": form} | {name: each for name, each in found.items() if name != "errors"}
    if errors:
        problems = [error.problem.as_json() for error in errors]
        value |= {"error": problems[0], "errors": problems}
    status_code = errors[0].exit if errors else 0
    return Answer(value, lines, status_code, tuple(error.problem for error in errors))


def run_lines(items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield one line per run: what was landed, the sum where records were judged, else the step's figures."""
    for item in items:
        counts, source, batch = item.get("counts") or {}, item.get("source") or "", item["batch"]
        if "landed" in item:
            rows = sum(delivery["rows"] for delivery in item["landed"])
            now, before = len(item["landed"]), item.get("earlier", 0)
            yield f"ingest {source} {batch}: {rows:,} records in {now} new deliveries, {before} landed before"
        elif {"received", "silver"} <= set(counts):
            yield show.sum_line(source, batch, counts)
        else:
            figures = counts or {name: value for name, value in item.items() if type(value) is int}
            yield f"{item['step']} {batch}: " + ", ".join(f"{name} {value:,}" for name, value in figures.items())


def release(entry: Mapping[str, Any], note: str = "") -> Answer:
    """Return one release with the rows each bank gets."""
    line = f"release {entry['release_id']} {entry['status']}: {status.banks(entry)}"
    return Answer({"format": "creditfile.release/1", **entry}, [f"{line} ({note})" if note else line])
