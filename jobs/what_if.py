"""What would move if rules changed: the answer of `creditfile plan --rules`, from the newest files there are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import schemas
from jobs import runs, show
from jobs.errors import CreditFileError
from jobs.settings import Settings

FIRST = 20
"""People named in the text; `--json` names all."""


def changed(settings: Settings, files: Sequence[Path], batch: str | None = None) -> dict[str, Any]:
    """Return who would change category, tier or band under other rules, and how far each group's scores would shift.

    Args:
        settings: where to work.
        files: rule files, each named as the one it would replace.
        batch: period whose files are judged; the newest that has any without it.

    Raises:
        CreditFileError: CF-4101 if a file is no valid rule file or replaces none of a file's rules, CF-4203 if there
            are no files of the period.
    """
    from jobs import lake as tables
    from jobs.context import city_of, spark_of
    from jobs.gold import rules, step, what_if
    from jobs.gold.features import Moment
    from jobs.gold.fresh import fresh_sources
    from jobs.ingest.periods import period
    from jobs.people import known_at

    given = dict(_given(file, rules.Policy._fields) for file in files)
    built = sorted(run.batch for run in runs.read(settings.lake, "gold") if run.status == "done")
    batch = batch or (built[-1] if built else None)
    if batch not in built or not tables.exists(settings.lake, "gold.credit_file"):
        raise CreditFileError("CF-4203", what=batch or "no period")
    city, known = city_of(settings), known_at(settings, batch)
    as_of = step.as_of(period(batch, city.city.timezone).end)
    moment = Moment(as_of, known, fresh_sources(settings.lake, known))
    rows = what_if.compared(spark_of(settings), settings.lake, city, moment, given).localCheckpoint()
    versions = {name: rule["rule_version_code"] for name, rule in given.items()}
    told = {"format": "creditfile.plan.rules/1", "batch": batch, "as_of": as_of.isoformat(), "rules": versions}
    items = [row.asDict() for row in what_if.moved(rows).orderBy("person_id").toLocalIterator()]
    return told | what_if.summary(rows) | {"items": items}


def _given(file: Path, known: Sequence[str]) -> tuple[str, dict[str, Any]]:
    try:
        name, rule = schemas.rules_of(file)
    except schemas.ContractError as wrong:
        raise CreditFileError("CF-4101", what="; ".join(wrong.problems), undone="Nothing was judged.") from None
    if name not in known:
        what = f"{file.name}: no file is judged by it; these can be changed: {', '.join(known)}"
        raise CreditFileError("CF-4101", what=what, undone="Nothing was judged.")
    return name, rule


def lines(found: dict[str, Any]) -> list[Any]:
    """Return the answer for people: how many move from where to where, groups that shift, and some of the people."""
    told: list[Any] = [f"{len(found['items']):,} of {found['people']:,} people would change as of {found['as_of']}."]
    moves = [
        (name, move["from"], move["to"], f"{move['people']:,}")
        for name, each in found["moves"].items()
        for move in each
    ]
    if moves:
        told.append(show.table(("what", "from", "to", "people"), moves))
    shifted = [
        (each["group"], each["value"], f"{each['people']:,}", f"{each['psi']:.4f}", verdict)
        for verdict in ("held", "noted")
        for each in found[verdict]
    ]
    if shifted:
        told.append(show.table(("group", "value", "people", "PSI", "a release"), shifted))
    for item in found["items"][:FIRST]:
        parts = [
            f"{name} {_text(item[f'{name}_before'])} to {_text(item[f'{name}_after'])}"
            for name in found["moves"]
            if item[f"{name}_before"] != item[f"{name}_after"]
        ]
        told.append(f"{item['person_id']}: {', '.join(parts)}")
    if len(found["items"]) > FIRST:
        told.append(f"and {len(found['items']) - FIRST:,} more: --json names all")
    return told


def _text(value: Any) -> str:
    return "+".join(value) if isinstance(value, list) else str(value or "none")
