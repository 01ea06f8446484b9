"""Crypto-shredding: one person's own key is destroyed, and with it what `vault.person` says of them.

The key's row loses the key and keeps the date, so that the person gets no other; then the files that still held it are
deleted at once (VACUUM, 0 hours; nobody reads meanwhile, for we hold the leases). Bounds of seals stand in no log. The
operator's key cannot bring it back: the key was drawn at random and lay nowhere else. A backup of that small table
could: it must not live longer than the duty to erase allows.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from jobs import lake as tables
from jobs import leftovers, vault_log
from jobs.clock import Clock
from jobs.context import Progress, keys_of, lease, spark_of
from jobs.errors import CreditFileError
from jobs.rows import dataset
from jobs.settings import Settings
from jobs.vault import PERSON, PERSON_KEY
from jobs.vault_log import Access


def key_of(lake: Path, person_id: str) -> dict[str, Any]:
    """Return when a person's key was destroyed (None while it lives) and its batch, without a JVM.

    Raises:
        CreditFileError: CF-7301 if the vault knows no such person; CF-7302 if there is no key of their own.
    """
    if found := _rows(lake, PERSON_KEY, person_id, ["batch_id", "shredded_at"]):
        return found[0]
    code = "CF-7302" if _rows(lake, PERSON, person_id, ["batch_id"]) else "CF-7301"
    raise CreditFileError(code, what=person_id[:40], undone="Nothing was destroyed.")


def _rows(lake: Path, name: str, person_id: str, columns: list[str]) -> list[dict[str, Any]]:
    if not tables.exists(lake, name):
        return []
    return list(dataset(lake, name).to_table(columns, filter=pc.field("person_id") == person_id).to_pylist())


def shred(settings: Settings, person_id: str, access: Access, clock: Clock, progress: Progress) -> dict[str, Any]:
    """Destroy a person's own key; a shredding that was cut off is finished, one that is finished only told.

    Returns:
        `person_id`, `shredded_at`, and how many files that held the key were deleted.

    Raises:
        CreditFileError: CF-7301, CF-7302; CF-8002 if something runs that makes or uses persons' keys.
    """
    lake = settings.lake
    keys_of(settings)
    with _alone(lake):
        key = key_of(lake, person_id)
        at = key["shredded_at"]
        if at is None:
            from pyspark.sql import functions as F

            vault_log.note(lake, access, clock)
            spark, at = spark_of(settings), clock.now()
            progress("destroying the key")
            mine = (F.col("batch_id") == key["batch_id"]) & (F.col("person_id") == person_id)
            destroyed = {"sealed_key_text": F.lit(None).cast("string"), "shredded_at": F.lit(at)}
            tables.update(spark, lake, PERSON_KEY, mine, destroyed)
        deleted = 0
        if leftovers.of(lake, PERSON_KEY):
            progress("deleting the files that held it")
            deleted = leftovers.vacuum(lake, PERSON_KEY)
    return {"person_id": person_id, "shredded_at": at.isoformat(), "files_deleted": deleted}


@contextmanager
def _alone(lake: Path) -> Iterator[None]:
    """Hold the lease of every step that makes or uses persons' keys."""
    with ExitStack() as held:
        for name in ("vault", "link", "release"):
            held.enter_context(lease(lake, name))
        yield
