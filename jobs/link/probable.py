"""How near two identities are: Splink's weights over pairs that share a phone, an account or a part of a number.

Settings are data (`schemas/rules/linkage.yaml`, and what `jobs.link.training` has learnt). Nothing is trained on the
way: a weight follows from the settings and from how common a name is in the frozen table of frequencies, so the same
pair weighs the same on every day.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

WEIGHT = "match_weight"
LOWEST_WEIGHT = -10.0
"""Pairs below cannot matter to anybody and are not kept."""


def capped(nodes: DataFrame, keys: tuple[str, ...], block_count: int) -> DataFrame:
    """Forget a phone or account that more identities have than a person could: it says nothing, and its block explodes.

    Columns are as before, and `is_capped` where a value was taken away.
    """
    found = nodes.withColumn("is_capped", F.lit(False))
    for key in keys:
        common = nodes.where(F.col(key).isNotNull()).groupBy(key).count().where(F.col("count") > block_count)
        found = found.join(F.broadcast(common.select(key, F.lit(True).alias("is_common"))), key, "left")
        taken = F.when(F.col("is_common").isNull(), F.col(key))
        found = found.withColumns({key: taken, "is_capped": F.col("is_capped") | F.col("is_common").isNotNull()}).drop(
            "is_common"
        )
    return found


def _api(spark: SparkSession) -> Any:
    """Splink on this session; its tables stay in memory: its own way would write them beside the lake.

    Splink tells each of its steps at length; ours are told by their figures.
    """
    from splink import SparkAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    make: Any = SparkAPI
    return make(spark_session=spark, break_lineage_method="persist", register_udfs_automatically=False)


def _forget(spark: SparkSession, api: Any) -> None:
    """Let go of the tables Splink has kept in memory, the last made first: what another rests on is made again."""
    for table in reversed(api._intermediate_table_cache.executed_queries):  # noqa: SLF001
        spark.catalog.dropTempView(table.physical_name)
    for name in api._registered_table_names:  # noqa: SLF001
        spark.catalog.dropTempView(name)


def pairs(spark: SparkSession, nodes: DataFrame, settings: Mapping[str, Any], names: DataFrame | None) -> DataFrame:
    """Weigh every pair of nodes that a blocking rule brings together.

    Args:
        spark: the session.
        nodes: one row per identity with the columns the settings compare, `node_id`, and `person_id` where it is known.
        settings: Splink's.
        names: how common a compared value is: the value's column and `tf_<column>`; None where nothing is adjusted.

    Returns:
        node_id_l, node_id_r, person_id_l, person_id_r, match_weight, and `evidence`: for each comparison its level of
        agreement (-1 missing, 0 none) and its weight.
    """
    from splink import Linker

    api: Any = _api(spark)
    linker = Linker(api.register(nodes), dict(settings), log_level=logging.ERROR)
    if names is not None:
        column = names.columns[0]
        linker.table_management.register_term_frequency_lookup(api.register(names), column)
    found: DataFrame = linker.inference.predict(threshold_match_weight=LOWEST_WEIGHT).as_spark_dataframe()
    compared = [comparison["output_column_name"] for comparison in settings["comparisons"]]
    said = F.array(*(_said(name, found.columns) for name in compared))
    people = [name for name in ("person_id_l", "person_id_r") if name in found.columns]
    weighed = found.select("node_id_l", "node_id_r", *people, WEIGHT, said.alias("evidence")).localCheckpoint()
    _forget(spark, api)
    return weighed


def _said(name: str, columns: list[str]) -> Column:
    parts = [F.col(part) for part in (f"mw_{name}", f"mw_tf_adj_{name}") if part in columns]
    weight = reduce(Column.__add__, (F.coalesce(part, F.lit(0.0)) for part in parts))
    return F.struct(
        F.lit(name).alias("comparison"),
        F.col(f"gamma_{name}").try_cast("int").alias("agreement"),
        F.round(weight, 6).alias("weight"),
    )


def clusters(spark: SparkSession, nodes: DataFrame, edges: DataFrame) -> DataFrame:
    """Bring nodes that edges join, over however many steps, to one cluster: node_id, cluster_id (the smallest of them).

    Args:
        spark: the session.
        nodes: node_id.
        edges: node_id_l, node_id_r.
    """
    from splink.clustering import cluster_pairwise_predictions_at_threshold as connected

    api: Any = _api(spark)
    found = connected(
        api.register(nodes),
        api.register(edges),
        api,
        node_id_column_name="node_id",
        edge_id_column_name_left="node_id_l",
        edge_id_column_name_right="node_id_r",
    )
    joined: DataFrame = found.as_spark_dataframe()
    told = joined.select("node_id", "cluster_id").localCheckpoint()
    _forget(spark, api)
    return told


@contextmanager
def taught(
    spark: SparkSession, nodes: DataFrame, settings: Mapping[str, Any]
) -> Iterator[tuple[Any, Callable[[DataFrame], Any]]]:
    """Splink's linker over nodes, about to learn, and what makes a further frame known to it; forgotten at the end."""
    from splink import Linker

    api: Any = _api(spark)
    try:
        yield Linker(api.register(nodes), dict(settings), log_level=logging.ERROR), api.register
    finally:
        _forget(spark, api)
