"""Files that a table no longer holds: of versions before its last, and of writes that were killed.

Delta keeps them for time travel, on which nothing here rests (history lies in columns). They are deleted where their
content must be gone: after sealing anew, after erasing. Needs no JVM; Spark's own VACUUM would also print to stdout.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from deltalake import DeltaTable

from jobs import lake as tables


def of(lake: Path, name: str) -> list[Path]:
    """Return a table's data files that its last version does not hold."""
    if not tables.exists(lake, name):
        return []
    place = tables.where(lake.absolute(), name)
    held = {Path(unquote(urlsplit(uri).path)) for uri in DeltaTable(str(place)).file_uris()}
    return sorted(path for path in place.rglob("*.parquet") if "_delta_log" not in path.parts and path not in held)


def vacuum(lake: Path, name: str) -> int:
    """Delete a table's leftovers at once and return how many there were.

    Delta's guard against short retention protects readers and writers at work: the caller holds their leases.
    """
    found = len(of(lake, name))
    if found:
        table = DeltaTable(str(tables.where(lake, name)))
        table.vacuum(0, dry_run=False, enforce_retention_duration=False, full=True)
    return found
