"""Whether an account that an office gave us can do more than its contract agrees: such a right waits to be misused."""

from collections.abc import Iterator

import schemas
from jobs.errors import CODES, CreditFileError
from jobs.finding import Finding
from jobs.ingest.database import opener
from jobs.ingest.patience import Interrupted, Patience
from jobs.settings import Endpoint, Settings
from schemas import Source

CHECK = "accounts"
CODE = "CF-1306"
QUICK = Patience(connect=2.0, read=2.0, delivery=10.0)
SHOWN = 5


def findings(settings: Settings, sources: tuple[str, ...]) -> Iterator[Finding]:
    """Look at the account of each database whose office is known."""
    for name in sources:
        source = schemas.source(name)
        if source.server.transport != "jdbc":
            continue
        try:
            beyond = excess(source, settings.endpoint(name))
        except Interrupted as failed:
            yield Finding(CHECK, "warn", f"{name}: not asked, {failed.what}", failed.code, CODES[failed.code].fix)
        except CreditFileError as failed:
            if failed.code != "CF-9002":  # an unknown office is told of once, among the endpoints
                yield Finding(CHECK, "warn", f"{name}: {failed.problem.what}", failed.code, failed.problem.fix)
        else:
            if beyond:
                more = f" and {len(beyond) - SHOWN} more" if len(beyond) > SHOWN else ""
                seen = f"{name}: the account {', '.join(beyond[:SHOWN])}{more}"
                yield Finding(CHECK, "warn", seen, CODE, CODES[CODE].fix)
            else:
                yield Finding(CHECK, "ok", f"{name} may read what is agreed, and nothing more")


def excess(source: Source, endpoint: Endpoint) -> tuple[str, ...]:
    """Return what an account may do, or see, that no contract names; columns that are seen are not read.

    Raises:
        CreditFileError: CF-13xx or CF-9xxx if the database cannot be asked, or does not show an agreed table.
        Interrupted: CF-1301 if it does not answer now.
    """
    things = tuple(item.bronze.thing for item in source.objects)
    watermark = source.server.properties["watermark_column"]
    with opener(endpoint, source.name)(endpoint, QUICK, source.name) as snapshot:
        beyond = list(snapshot.rights(things))
        for item in source.objects:
            agreed = {watermark, *(column.physical_name for column in item.bronze.columns)}
            table = item.bronze.thing
            if not (present := snapshot.columns(table)):
                raise CreditFileError("CF-1304", what=table, where=source.name)
            beyond += [f"sees {table}.{name}" for name in present if name not in agreed]
    return tuple(beyond)
