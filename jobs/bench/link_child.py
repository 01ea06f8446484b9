"""The processes of `bench link` that need a JVM: making records, and linking a lake once.

Run as `python -m jobs.bench.link_child make SEED PLACE ROWS [PLACE ROWS ...]`, or `link LAKE RESULT [WARM_LAKE]`, whose
last line is a JSON object.
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


def make(place: Path, rows: int, seed: int) -> None:
    """Write the records of a seed under a place (`jobs.bench.link_lake`)."""
    from jobs.bench import link_lake

    spark = pipeline.spark_of(Settings(lake=place / "lake"))
    link_lake.make(spark, place, keys.make(place / "lake", seed), rows, seed, SystemClock())


def link(lake: Path, result: Path, warm: Path | None = None) -> dict[str, Any]:
    """Link what is new in a lake as `creditfile run link` does, and write who each record is of: untimed.

    Args:
        lake: the lake.
        result: where the answer goes.
        warm: a small lake, linked before in the same process: then classes are loaded and plans are compiled.

    Returns:
        start (seconds until the session answers), warm (seconds of the small lake's linking), seconds of the linking,
        and its counts.
    """
    from pyspark.sql import functions as F

    from jobs import lake as tables

    begun = time.perf_counter()
    settings = Settings(lake=lake)
    spark = pipeline.spark_of(settings)
    spark.range(1).count()
    started = time.perf_counter()
    if warm is not None:
        pipeline.link(Settings(lake=warm), DAY)
    warmed = time.perf_counter()
    counts = pipeline.link(settings, DAY)
    ended = time.perf_counter()
    whose = F.coalesce("person_id", F.concat(F.lit("alone:"), "record_id")).alias("cluster_id")
    tables.read(spark, lake, "link.person_record").select("record_id", whose).write.parquet(str(result))
    kept = {name: counts[name] for name in ("records", "linked", "people", "made", "to_review", "capped")}
    spent = {"start": started - begun, "warm": warmed - started, "seconds": ended - warmed}
    return {name: round(seconds, 3) for name, seconds in spent.items()} | kept


def main() -> None:
    """Do what the arguments say."""
    match sys.argv[1:]:
        case ["make", seed, *inputs]:
            for place, rows in zip(inputs[::2], inputs[1::2], strict=True):
                make(Path(place).absolute(), int(rows), int(seed))
        case ["link", *places]:
            print(json.dumps(link(*(Path(place).absolute() for place in places))))
        case wrong:
            raise SystemExit(f"not understood: {wrong}")


if __name__ == "__main__":
    main()
