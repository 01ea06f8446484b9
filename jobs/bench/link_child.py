"""The processes of `bench link` that need a JVM, one each: making the records, and linking a lake once.

Run as `python -m jobs.bench.link_child make PLACE ROWS SEED` or `... link LAKE RESULT`; the last line is a JSON object.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from jobs import keys, pipeline
from jobs.bench.link_records import DAY
from jobs.clock import SystemClock
from jobs.settings import Settings


def make(place: Path, rows: int, seed: int) -> dict[str, Any]:
    """Write the records of a seed under a place (`jobs.bench.link_lake`)."""
    from jobs.bench import link_lake

    spark = pipeline.spark_of(Settings(lake=place / "lake"))
    link_lake.make(spark, place, keys.make(place / "lake", seed), rows, seed, SystemClock())
    return {"records": rows}


def link(lake: Path, result: Path) -> dict[str, Any]:
    """Link what is new in a lake as `creditfile run link` does, and write who each record is of: untimed.

    Returns:
        start (seconds until the session answers), seconds of the linking, and its counts.
    """
    from pyspark.sql import functions as F

    from jobs import lake as tables

    begun = time.perf_counter()
    settings = Settings(lake=lake)
    spark = pipeline.spark_of(settings)
    spark.range(1).count()
    started = time.perf_counter()
    counts = pipeline.link(settings, DAY)
    ended = time.perf_counter()
    whose = F.coalesce("person_id", F.concat(F.lit("alone:"), "record_id")).alias("cluster_id")
    tables.read(spark, lake, "link.person_record").select("record_id", whose).write.parquet(str(result))
    kept = {name: counts[name] for name in ("records", "linked", "people", "made", "to_review", "capped")}
    return {"start": round(started - begun, 3), "seconds": round(ended - started, 3)} | kept


def main() -> None:
    """Do what the arguments say."""
    match sys.argv[1:]:
        case ["make", place, rows, seed]:
            told = make(Path(place).absolute(), int(rows), int(seed))
        case ["link", lake, result]:
            told = link(Path(lake).absolute(), Path(result).absolute())
        case wrong:
            raise SystemExit(f"not understood: {wrong}")
    print(json.dumps(told))


if __name__ == "__main__":
    main()
