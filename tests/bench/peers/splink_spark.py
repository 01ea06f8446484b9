"""Plain Splink on Spark: `python splink_spark.py PLAIN RESULT WARM_PLAIN MASTER MEMORY`; the last line says how long."""

import json
import sys
import tempfile
import time

import link_rules
from pyspark.sql import SparkSession
from splink import Linker, SparkAPI


def session(master: str, memory: str) -> SparkSession:
    """A session with the JVM and the partitions that ours has: of those tried the fastest for Splink too.

    200,000 records took 93 processor seconds; 98 with 8 partitions, 113 with those and the JVM's own settings.
    """
    spark = (
        SparkSession.builder.master(master)
        .config("spark.driver.memory", memory)
        .config("spark.driver.extraJavaOptions", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.default.parallelism", "4")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    spark.range(1).count()
    return spark


def link(spark: SparkSession, plain: str, result: str) -> float:
    """Link a plain table and write record_id, cluster_id; seconds."""
    begun = time.perf_counter()
    spark.read.parquet(plain).createOrReplaceTempView("plain")
    api = SparkAPI(spark_session=spark, num_partitions_on_repartition=4, register_udfs_automatically=False)
    linker = Linker(api.register(spark.sql(link_rules.query("plain"))), link_rules.settings())
    pairs = linker.inference.predict(threshold_match_weight=link_rules.threshold())
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs)
    found.as_spark_dataframe().select("record_id", "cluster_id").write.parquet(result)
    return round(time.perf_counter() - begun, 3)


def main(plain: str, result: str, warm: str, master: str, memory: str) -> None:
    begun = time.perf_counter()
    spark = session(master, memory)
    started = round(time.perf_counter() - begun, 3)
    with tempfile.TemporaryDirectory() as checkpoints:
        spark.sparkContext.setCheckpointDir(checkpoints)
        first = link(spark, warm, f"{result}_warm")
        print(json.dumps({"start": started, "warm": first, "seconds": link(spark, plain, result)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
