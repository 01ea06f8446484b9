"""Whether two answers say the same: pairs of records in one cluster, counted and not made, without a JVM.

Of the n records of one cluster n (n - 1) / 2 pairs belong together. An answer is a folder of Parquet with record_id and
cluster_id.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds


@dataclass(frozen=True)
class Agreement:
    """Pairs of two answers about the same records: of the one, of the other, and of both."""

    one: int
    other: int
    both: int

    @property
    def precision(self) -> float:
        """Share of the one's pairs that the other, which is held for right, has too."""
        return self.both / self.one if self.one else 1.0

    @property
    def recall(self) -> float:
        """Share of the other's pairs that the one has found."""
        return self.both / self.other if self.other else 1.0

    @property
    def equal(self) -> float:
        """Share of all pairs of either that both have (Jaccard)."""
        either = self.one + self.other - self.both
        return self.both / either if either else 1.0

    def told(self) -> dict[str, Any]:
        """Return counts and shares for a program."""
        shares = {name: round(getattr(self, name), 6) for name in ("precision", "recall", "equal")}
        return asdict(self) | shares


def agreement(one: Path, other: Path) -> Agreement:
    """Compare two answers.

    Raises:
        ValueError: if they are not about the same records, each once.
    """
    first, second = _read(one), _read(other)
    both = first.join(second, "record_id", right_suffix="_other", join_type="inner")
    if not first.num_rows == second.num_rows == both.num_rows == pc.count_distinct(both["record_id"]).as_py():
        raise ValueError(f"{one.name} and {other.name} are not about the same records")
    names = ("cluster_id", "cluster_id_other")
    return Agreement(_pairs(both, names[:1]), _pairs(both, names[1:]), _pairs(both, names))


def _read(place: Path) -> pa.Table:
    table = ds.dataset(place, format="parquet", exclude_invalid_files=True).to_table(["record_id", "cluster_id"])
    return table.cast(pa.schema([("record_id", pa.string()), ("cluster_id", pa.string())]))


def _pairs(rows: pa.Table, by: tuple[str, ...]) -> int:
    sizes = rows.group_by([*by]).aggregate([("record_id", "count")])["record_id_count"]
    return int(pc.sum(pc.divide(pc.multiply(sizes, pc.subtract(sizes, 1)), 2)).as_py() or 0)
