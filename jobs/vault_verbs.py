"""The verbs of the vault: a new sealing key, one person's end, and who opened it."""

from jobs import show
from jobs.act import agreed, needs_java
from jobs.options import DEFAULT, Options
from jobs.show import Answer, Steps
from jobs.vault_log import Purpose


def rotate(*, why: str, by: str | None = None, options: Options = DEFAULT) -> Answer:
    """Make a new sealing key, seal everything by it, delete the old files and retire the old key. Asks first, or --yes.

    Person ids and all hashes stay. A rotation that was cut off is finished by the same command. Nothing else may run.

    Args:
        why: The reason, one sentence; kept in the vault's log.
        by: Who decides. Default: the user of this process.
        options: Where to work and how to answer.
    """
    from jobs import vault_rotation
    from jobs.clock import SystemClock
    from jobs.vault_log import Access

    settings = options.settings()
    needs_java()
    told = {"format": "creditfile.vault.rotate/1"}
    planned = vault_rotation.outlook(settings)
    rows = sum(item["rows"] for item in planned["items"])
    retires = ", ".join(map(str, planned["retired"]))
    question = f"Seal {rows:,} rows of {len(planned['items'])} tables by key version {planned['version']}"
    if options.dry_run:
        return Answer(told | planned, [f"{question}, then retire version {retires}."])
    if not agreed(f"{question}, and forget version {retires} for good?", options):
        return Answer(told | planned, ["nothing changed"])
    access = Access("rotate", (), "", author=by or "", why=why)
    with Steps(quiet=options.quiet) as progress:
        found = vault_rotation.rotate(settings, access, SystemClock(), progress)
    again = [item for item in found["items"] if item["batches"] or item["files_deleted"]]
    lines = [show.table(list(again[0]), ([*item.values()] for item in again))] if again else []
    return Answer(told | found, [*lines, f"Key version {found['version']} seals; {retires} is retired."])


def shred(person_id: str, /, *, why: str, by: str | None = None, options: Options = DEFAULT) -> Answer:
    """Destroy one person's own key: the identity in vault/person can never be read again. Asks first, or needs --yes.

    Not touched are landing and the sources' vaults, which the operator's key opens.

    Args:
        person_id: The person, as `creditfile explain record` names them.
        why: The reason, one sentence; kept in the vault's log.
        by: Who decides. Default: the user of this process.
        options: Where to work and how to answer.
    """
    from jobs import vault_shred
    from jobs.clock import SystemClock
    from jobs.vault import PERSON_KEY
    from jobs.vault_log import Access

    settings = options.settings()
    at = vault_shred.key_of(settings.lake, person_id)["shredded_at"]
    told = {"format": "creditfile.vault.shred/1", "person_id": person_id, "was_shredded": at is not None}
    if options.dry_run:
        says = f"{person_id} is shredded since {at:%Y-%m-%d}." if at else f"Would destroy the key of {person_id}."
        return Answer(told, [says])
    if at is None and not agreed(f"Destroy the key of {person_id}? Nobody can undo it.", options):
        return Answer(told, ["nothing changed"])
    needs_java()
    access = Access("shred", (PERSON_KEY,), person_id, 1, by or "", why)
    with Steps(quiet=options.quiet) as progress:
        found = vault_shred.shred(settings, person_id, access, SystemClock(), progress)
    lines = [f"{person_id}: the key is destroyed since {found['shredded_at']}."]
    lines += [f"{found['files_deleted']} files that held it are deleted."] if found["files_deleted"] else []
    lines += ["Not touched: landing and the sources' vaults, which the operator's key opens."]
    return Answer(told | found, lines)


def log(*, purpose: Purpose | None = None, last: int = 50, options: Options = DEFAULT) -> Answer:
    """Show who opened the vault, when and why, the newest last. Starts no JVM; no value is ever in this log.

    Args:
        purpose: Only accesses for this purpose.
        last: Only so many, the newest.
        options: Where to work and how to answer.
    """
    from dataclasses import asdict

    from jobs import vault_log

    found = [one for one in vault_log.read(options.settings().lake) if purpose in (None, one.purpose)]
    items = [asdict(one) for one in found[-last:]]
    headings = ("at", "author", "purpose", "scope", "asked_count", "tables", "why")
    drawn = [[", ".join(v) if isinstance(v := item[name], tuple) else v for name in headings] for item in items]
    lines = [show.table(headings, drawn)] if items else ["Nobody has opened the vault."]
    return Answer({"format": "creditfile.vault.log/1", "items": items}, lines)
