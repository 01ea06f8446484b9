"""What a lake's tables hold, whatever the order of their rows: for comparing two lakes, or one lake before and after."""

import json
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from deltalake import DeltaTable
from pyarrow.fs import LocalFileSystem, SubTreeFileSystem


class Content(NamedTuple):
    """One table: its version, how many rows it has, and a hash over them."""

    version: int
    rows: int
    digest: str


def tables(lake: Path, *layers: str) -> dict[str, Content]:
    """Return every table by its path in the lake, or those of some layers."""
    found = {}
    for log in sorted(lake.rglob("_delta_log")):
        name = log.parent.relative_to(lake)
        if layers and name.parts[0] not in layers:
            continue
        table, local = DeltaTable(str(log.parent)), SubTreeFileSystem(str(log.parent), LocalFileSystem())
        rows = sorted(
            json.dumps(row, default=str, sort_keys=True)
            for row in table.to_pyarrow_dataset(filesystem=local).to_table().to_pylist()
        )
        found[str(name)] = Content(table.version(), len(rows), sha256("\n".join(rows).encode()).hexdigest())
    return found
