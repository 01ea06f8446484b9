"""Plain Splink on Spark: `python splink_spark.py PLAIN RESULT MASTER MEMORY`; the last line says how long it took."""

import json
import sys
import tempfile
import time

import link_rules
from pyspark.sql import SparkSession
from splink import Linker, SparkAPI


def main(plain: str, result: str, master: str, memory: str) -> None:
    begun = time.perf_counter()
    spark = (
        SparkSession.builder.master(master)
        .config("spark.driver.memory", memory)
        .config("spark.driver.extraJavaOptions", "-XX:+UseParallelGC")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.default.parallelism", "8")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    spark.range(1).count()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as checkpoints:
        spark.sparkContext.setCheckpointDir(checkpoints)
        spark.read.parquet(plain).createOrReplaceTempView("plain")
        api = SparkAPI(spark_session=spark, num_partitions_on_repartition=8, register_udfs_automatically=False)
        linker = Linker(api.register(spark.sql(link_rules.query("plain"))), link_rules.settings())
        pairs = linker.inference.predict(threshold_match_weight=link_rules.threshold())
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs)
        found.as_spark_dataframe().select("record_id", "cluster_id").write.parquet(result)
    print(json.dumps({"start": round(started - begun, 3), "seconds": round(time.perf_counter() - started, 3)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
