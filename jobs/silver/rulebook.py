"""What judges a source's records: its contract, its code lists with their fixes, its cleaner, and the shared rules.

Two batches judged under one mark were judged alike; after a mended rule or list the mark is another one, and a batch
is refined again. What is not here (the consent ledger, earlier batches) changes with the data, not with the rules.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import expectations.predicates
import expectations.rows
import schemas
from jobs import runs
from jobs.silver import classify, columns
from schemas import Source

LISTS = Path(schemas.__file__).parent / "codes"


def mark(source: Source) -> str:
    """Return the mark of everything that judges this source's records."""
    texts = sorted(set(_texts(source)), key=lambda path: path.parts[-2:])  # wherever the program is installed
    return runs.fingerprint(*(path.read_text("utf-8") for path in texts))


def _texts(source: Source) -> Iterator[Path]:
    yield source.path
    for name in {column.code_list for item in source.objects for column in item.silver.columns if column.code_list}:
        yield from (path for path in (LISTS / f"{name}.csv", LISTS / "fixes" / f"{name}.csv") if path.is_file())
    cleaner = find_spec(f"jobs.silver.{source.name}")
    modules = (expectations.predicates.__file__, expectations.rows.__file__, classify.__file__)
    yield from map(Path, (*modules, *([cleaner.origin] if cleaner and cleaner.origin else [])))
    yield from Path(columns.__path__[0]).glob("*.py")
