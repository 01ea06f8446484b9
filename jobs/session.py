"""The one Spark session of a command: Delta, UTC, no UI, quiet, spills encrypted.

Spark's own settings stand here so that `spark-submit`, the CLI and the tests run the same engine.
"""

import gc
import logging
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.errors import CreditFileError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PACKAGES = ("io.delta:delta-spark_4.1_2.13:4.3.1",)
"""JARs beside Spark's own; the Delta one carries Spark's minor version in its name."""

CONF = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.io.encryption.enabled": "true",
    # GB18030 is refused without it; codingErrorAction makes U+FFFD of broken bytes, which bronze then looks for
    "spark.sql.legacy.javaCharsets": "true",
    "spark.sql.legacy.codingErrorAction": "true",
    "spark.databricks.delta.snapshotPartitions": "1",
    # each commit would list the table's files once more, for a checksum that nobody here compares
    "spark.databricks.delta.allFilesInCrc.enabled": "false",
    "spark.databricks.delta.properties.defaults.enableDeletionVectors": "false",
    "spark.databricks.delta.stats.collect": "true",
    "spark.sql.shuffle.partitions": "4",
    # of 100 compiled plans, the default, none is left when the next month brings the same ones again
    "spark.sql.codegen.cache.maxEntries": "3000",
    # figures of a wide source are one aggregate of over 100 columns, the default: interpreted it takes twice as long
    "spark.sql.codegen.maxFields": "200",
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
    "spark.sql.parquet.compression.codec": "zstd",
    # else instants are INT96, which has no statistics and which other readers have deprecated
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # a file is made of some forty groupings and joins in one task, each of which holds a page: of 64 MB, the default
    # of a large heap, they would not fit into any
    "spark.buffer.pageSize": "2m",
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    # without Hadoop's native library HDFSLogStore forks a shell for each commit
    "spark.delta.logStore.file.impl": "io.delta.storage.LocalLogStore",
    # every execution writes its whole plan as text for a UI nobody opens, literals and all
    "spark.sql.maxPlanStringLength": "256",
    "spark.sql.debug.maxToStringFields": "4",
    "spark.sql.ui.explainMode": "simple",
    # and keeps the last thousand executions with their metrics in memory for it
    "spark.sql.ui.retainedExecutions": "10",
    "spark.ui.retainedJobs": "10",
    "spark.ui.retainedStages": "10",
    "spark.ui.retainedTasks": "100",
    "spark.log.level": "ERROR",
}


JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -Xshare:auto"
"""A command lives for minutes, on few cores: the optimising compiler would take longer than it saves.

With it off, Java reserves 48 MB for compiled code and throws out what is in use: a tenth of all processor time.
"""


@cache
def jars() -> tuple[Path, ...]:
    """Return the resolved JARs of PACKAGES in the Ivy cache; empty before the first resolution."""
    found: list[Path] = []
    names = ("io.delta_delta-spark_4.1_2.13-4.3.1.jar", "io.delta_delta-storage-4.3.1.jar")
    for home in sorted(Path.home().glob(".ivy2*/jars")):
        if all((home / name).is_file() for name in names):
            found = sorted(p for p in home.glob("io.delta_*.jar"))
            found += sorted(home.glob("org.antlr_antlr4-runtime-*.jar"))
    return tuple(found)


def check_java() -> None:
    """Raise CF-9201 unless a Java that can start Spark is on the path: asked before a JVM fails with a long trace."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not java or not Path(java).exists():
        raise CreditFileError("CF-9201", what="no java on the PATH", undone="Nothing was started.")
    listed = subprocess.run([java, "--list-modules"], capture_output=True, text=True, check=False)  # noqa: S603
    if "jdk.incubator.vector" not in listed.stdout:
        raise CreditFileError("CF-9201", what="this Java lacks jdk.incubator.vector", undone="Nothing was started.")


def start(master: str, driver_memory: str, compiles: bool = True) -> "SparkSession":
    """Return the running session or start one; CF-9201 where Java is missing.

    Without `compiles` plans run without each stage being compiled whole: of batches of a few thousand rows compiling
    takes a sixth of the time (14 sources of 300 people: 75 s, 62 s without).
    """
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    if (running := SparkSession.getActiveSession()) is not None:
        return running
    is_first = SparkContext._active_spark_context is None  # noqa: SLF001  (a second thread's call finds the first one's)
    if is_first:
        check_java()
    logging.getLogger("py4j").setLevel(logging.ERROR)
    builder = SparkSession.builder.appName("creditfile")
    for key, value in CONF.items():
        builder = builder.config(key, value)
    if "PYSPARK_GATEWAY_PORT" not in os.environ:
        builder = _local(builder, master, driver_memory)
    if not compiles:
        builder = builder.config("spark.sql.codegen.wholeStage", "false")
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    if is_first:  # later it would freeze the plans that other threads are working on
        _free_plans_soon()
    return spark


def _free_plans_soon() -> None:
    """Have Python look often for frames nobody holds: a Java plan, broadcasts and all, lives as long as its twin here.

    In Python an object and its methods hold each other, so counting references never frees them; and the collector,
    which cannot see what they weigh in Java, comes too late: 27 sources of 300 people kept 1.1 GB alive. What is
    loaded by now stays: it is frozen, because looking through it takes 130 ms.
    """
    gc.freeze()
    gc.set_threshold(700, 10, 2)


def _local(builder: "SparkSession.Builder", master: str, driver_memory: str) -> "SparkSession.Builder":
    """Add what only the starter of a JVM decides; under `spark-submit` master, memory and JARs are the submitter's."""
    builder = builder.master(master).config("spark.driver.memory", driver_memory)
    log = (Path(__file__).parent / "log4j2.properties").as_uri()
    builder = builder.config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={log} {JVM}")
    if resolved := jars():
        return builder.config("spark.jars", ",".join(str(path) for path in resolved))
    return builder.config("spark.jars.packages", ",".join(PACKAGES))
