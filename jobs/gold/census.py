"""How many files there are, by tier and category: read from the table without a JVM, counts only."""

from collections import Counter
from pathlib import Path
from typing import Any

from jobs import lake as tables
from jobs.rows import dataset

COLUMNS = ["person_id", "version_count", "tier_code", "category_codes"]


def census(lake: Path) -> dict[str, Any]:
    """Return `credit_files`, `tiers` and `categories` over the newest version of each file."""
    if not tables.exists(lake, "gold.credit_file"):
        return {"credit_files": 0, "tiers": {}, "categories": {}}
    rows = dataset(lake, "gold.credit_file").to_table(columns=COLUMNS)
    rows = rows.sort_by([("person_id", "ascending"), ("version_count", "ascending")])
    newest = dict(zip(rows["person_id"].to_pylist(), range(rows.num_rows), strict=True))
    kept = rows.take(list(newest.values()))
    categories = Counter(code for codes in kept["category_codes"].to_pylist() for code in codes)
    return {
        "credit_files": kept.num_rows,
        "tiers": dict(sorted(Counter(kept["tier_code"].to_pylist()).items())),
        "categories": dict(sorted(categories.items())),
    }
