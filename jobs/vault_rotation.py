"""A new sealing key: everything sealed is sealed anew, then the old key is forgotten.

The steps, each of which may be cut off and is picked up by the same command: draw the next version into the key
file; of each table seal the batches anew that hold a seal of another version, one commit a table; see that every seal
opens by the new key; delete the files that the tables no longer hold; retire the old version. Hash keys, and so
`person_id` and every hash, stay. `vault.person` is sealed by the persons' own keys: instead of it `vault.person_key`
is sealed anew.

The old files go at once (VACUUM, 0 hours) and not after a week: a key is changed because somebody may have it, and what
it opens must then be gone. Nothing can run beside us meanwhile: we hold the leases of whoever seals or opens.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial, reduce
from operator import or_
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import keys as operator_keys
from jobs import lake as tables
from jobs import leftovers, vault, vault_log
from jobs.abreast import abreast
from jobs.clock import Clock
from jobs.context import Progress, keys_of, lease, spark_of
from jobs.errors import CreditFileError
from jobs.hashing import OWN, is_openable, sealed, version_of, with_keys
from jobs.keys import Keys
from jobs.settings import Settings
from jobs.vault_log import Access

KEPT = "The old key and the old files are kept."


def sealed_tables(lake: Path) -> list[str]:
    """Return the tables of a lake that hold seals, by name; the persons' keys stand before what they seal."""
    known = [t.name for t in schemas.tables() if tables.sealed_columns(t) and tables.exists(lake, t.name)]
    return sorted(known, key=lambda name: (name == vault.PERSON, name))


def outlook(settings: Settings) -> dict[str, Any]:
    """Return what a rotation would do, without a JVM: versions, and rows per table that holds seals."""
    if not operator_keys.path(settings.lake).exists():  # loading would make them
        return {"version": operator_keys.FIRST, "retired": [], "items": []}
    keys = keys_of(settings)
    names = sealed_tables(settings.lake)
    items = [{"table": name, "rows": _rows(settings.lake, name)} for name in names]
    following = keys.seal_version if len(keys.seals) > 1 else keys.seal_version + 1
    return {"version": following, "retired": sorted(keys.seals.keys() - {following}), "items": items}


def rotate(settings: Settings, access: Access, clock: Clock, progress: Progress) -> dict[str, Any]:
    """Make a new sealing key, seal everything by it, and retire the old one; a rotation that was cut off goes on.

    Args:
        settings: the settings.
        access: who and why, for the vault's log; scope and tables are filled in.
        clock: now.
        progress: told at each step.

    Returns:
        The version that seals now, those retired, and per table the batches sealed anew and the files deleted.

    Raises:
        CreditFileError: CF-8002 if something runs that seals or opens; CF-9102 if a seal's key is in no key file;
            CF-9103 if afterwards a seal does not open by the new key. The old key is kept then.
    """
    lake = settings.lake
    keys_of(settings)
    with _alone(lake):
        keys = operator_keys.renew(lake)
        access = replace(access, scope=f"version {keys.seal_version}")
        progress(f"sealing key version {keys.seal_version} drawn")
        spark, names = spark_of(settings), sealed_tables(lake)
        anew = partial(_seal_anew, spark, lake, keys, access, clock, progress)
        done = dict(zip(names, abreast(partial(anew, name) for name in names if name != vault.PERSON), strict=False))
        if vault.PERSON in names:
            done[vault.PERSON] = anew(vault.PERSON)
        items = []
        for name in names:
            deleted = leftovers.vacuum(lake, name)
            items.append({"table": name, "batches": done[name], "files_deleted": deleted})
            progress(f"{name}: {deleted} old files deleted")
        retired = sorted(keys.seals.keys() - {keys.seal_version})
        said = f"version {keys.seal_version} seals, {', '.join(map(str, retired))} retired"
        vault_log.note(lake, replace(access, tables=tuple(names), scope=said), clock)
        operator_keys.retire(lake)
        progress(said)
    return {"version": keys.seal_version, "retired": retired, "items": items}


@contextmanager
def _alone(lake: Path) -> Iterator[None]:
    """Hold the lease of every step that seals or opens."""
    with ExitStack() as held:
        for name in ("vault", "link", "release", *(f"refine-{source.name}" for source in schemas.sources())):
            held.enter_context(lease(lake, name))
        yield


def _seal_anew(
    spark: SparkSession, lake: Path, keys: Keys, access: Access, clock: Clock, progress: Progress, name: str
) -> int:
    """Bring one table under the newest key in one commit, and see that it is; returns how many batches were not."""
    rows = tables.read(spark, lake, name)
    columns = tables.sealed_columns(schemas.table(name))
    wanted = OWN if name == vault.PERSON else str(keys.seal_version)
    old = reduce(or_, (F.coalesce(version_of(F.col(column)) != wanted, F.lit(False)) for column in columns))
    batches = _batches(rows, old, name)
    if batches:
        chosen = rows.where(F.col("batch_id").isin(batches))
        access = replace(access, tables=(name,))
        if name == vault.PERSON:
            vault.give_keys(spark, lake, keys, chosen.where(old).select("person_id", "batch_id", "known_from_at"))
            if lost := chosen.where(old).join(vault.live_keys(spark, lake), "person_id", "left_anti").count():
                raise CreditFileError("CF-9103", what=f"{lost} people have no key", where=name, undone=KEPT)
            own = vault.sealed_as_own(spark, lake, keys, chosen.where(old), access)
            fresh = own.select(*rows.columns).unionByName(chosen.where(~old))
        else:
            fresh = _sealed_again(spark, lake, keys, chosen, access, columns, clock)
        tables.replace_batches(spark, lake, name, batches, fresh)
    if name != vault.PERSON:
        _check(spark, lake, keys, name, columns)
    progress(f"{name}: {len(batches)} batches sealed by version {keys.seal_version}")
    return len(batches)


def _batches(rows: DataFrame, old: Column, name: str) -> list[str]:
    """Return the batches that hold a seal of another version: an aggregate, names of periods only."""
    with tables.scrubbed(name, ""):
        found = rows.where(old).agg(F.array_sort(F.collect_set("batch_id"))).first()
    return list(found[0]) if found else []


def _sealed_again(
    spark: SparkSession,
    lake: Path,
    keys: Keys,
    rows: DataFrame,
    access: Access,
    columns: tuple[str, ...],
    clock: Clock,
) -> DataFrame:
    plain = with_keys(spark, tables.unsealed(spark, lake, keys, rows, access, columns, clock), keys, "seal")
    return plain.withColumns({name: sealed(F.col(tables.plain_name(name))) for name in columns})


def _check(spark: SparkSession, lake: Path, keys: Keys, name: str, columns: tuple[str, ...]) -> None:
    """Hold before the old key goes if a seal does not open by the new one."""
    fails = reduce(or_, (F.coalesce(~is_openable(F.col(column)), F.lit(False)) for column in columns))
    rows = with_keys(spark, tables.read(spark, lake, name), keys, "seal")
    with tables.scrubbed(name, ""):
        found = rows.agg(F.count_if(fails)).first()
    if found and found[0]:
        raise CreditFileError("CF-9103", what=f"{found[0]} rows", where=name, undone=KEPT)


def _rows(lake: Path, name: str) -> int:
    """Return how many rows a table has, by its log."""
    return DeltaTable(str(tables.where(lake, name))).count()
