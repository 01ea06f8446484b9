"""How good the links are: against the truth where a city has one, else by a sample that a clerk can judge.

Pairs are counted, not made: of the n records of one person, n (n - 1) / 2 pairs belong together. A record that is
nobody's and one that is linked to nobody stand alone.
"""

from functools import reduce
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs.link import parameters

PLACE = ("source", "object", "batch_id", "delivery_no", "file", "line")
WITHOUT_NUMBER = ("MASKED", "NO_NUMBER", "NUMBER_TYPO")
"""Classes of truth (domain.md, section 9) that no full number links."""


def judged(spark: SparkSession, lake: Path) -> DataFrame:
    """Each linked record beside its truth: person_id, true_id, link_class, source, expected_link, category.

    The category is the true person's primary one in the last month the truth knows of; null for who is nobody.
    """
    truth = spark.read.parquet(str(lake / "city" / "truth" / "record")).withColumn(
        "object", F.coalesce("object", F.lit(""))
    )
    parts = []
    for source in schemas.sources():
        for item in source.objects:
            if tables.exists(lake, item.bronze.name):
                rows = tables.read(spark, lake, item.bronze.name).select("record_id", *PLACE[2:])
                parts.append(rows.withColumns({"source": F.lit(source.name), "object": F.lit(item.name)}))
    places = reduce(DataFrame.unionByName, parts)
    links = tables.read(spark, lake, "link.person_record").select("record_id", "person_id", "link_kind_code")
    wanted = (*PLACE, "true_person", "link_class", "expected_link")
    both = links.join(places, "record_id").join(truth.select(*wanted), [*PLACE])
    months = spark.read.parquet(str(lake / "city" / "truth" / "person_month")).groupBy("true_person")
    both = both.join(months.agg(F.max_by("primary_category", "month").alias("category")), "true_person", "left")
    alone = F.concat(F.lit("alone:"), "record_id")
    return both.withColumns(
        {
            "person_id": F.coalesce("person_id", alone),
            "true_id": F.coalesce(F.col("true_person").try_cast("string"), alone),
        }
    )


def _pairs(rows: DataFrame, by: tuple[str, ...]) -> float:
    counted = rows.groupBy(*by).count().agg(F.sum(F.expr("count * (count - 1) / 2")).alias("pairs")).first()
    return float(counted["pairs"] or 0.0) if counted else 0.0


def _counted(rows: DataFrame) -> dict[str, float]:
    return {
        "ours": _pairs(rows, ("person_id",)),
        "true": _pairs(rows, ("true_id",)),
        "both": _pairs(rows, ("person_id", "true_id")),
    }


def _verdict(counted: dict[str, float]) -> dict[str, float | int | None]:
    ours, true, both = counted["ours"], counted["true"], counted["both"]
    return {
        "pairs": round(true),
        "precision": round(both / ours, 6) if ours else None,
        "recall": round(both / true, 6) if true else None,
    }


def by(rows: DataFrame, group: str) -> dict[str, dict[str, float | int | None]]:
    """Precision and recall of the pairs that touch a group, for each group in one pass.

    Of a person's n records of which k are of the group, n (n - 1) / 2 - (n - k) (n - k - 1) / 2 pairs touch it.

    Args:
        rows: `judged`.
        group: the column; what is null there is in no group.
    """
    counted: dict[str, dict[str, float]] = {}
    for name, keys in (("ours", ["person_id"]), ("true", ["true_id"]), ("both", ["person_id", "true_id"])):
        parts = rows.groupBy(*keys, group).agg(F.count("*").alias("k"))
        whole = parts.withColumn("n", F.sum("k").over(Window.partitionBy(*keys))).where(F.col(group).isNotNull())
        touched = F.sum(F.expr("n * (n - 1) / 2 - (n - k) * (n - k - 1) / 2")).alias("pairs")
        found = whole.groupBy(group).agg(touched)
        told = found.agg(F.map_from_entries(F.collect_list(F.struct(group, "pairs")))).first()
        for each, pairs in (told[0] if told else {}).items():
            counted.setdefault(each, {})[name] = float(pairs)
    return {each: _verdict(counted[each]) for each in sorted(counted)}


def against_truth(rows: DataFrame) -> dict[str, Any]:
    """Precision and recall over all pairs, and over those with a record of a class, source or category.

    Args:
        rows: `judged`, cached by the caller.
    """
    everything = _counted(rows)

    def touching(which: Column) -> dict[str, float | int | None]:
        rest = _counted(rows.where(~which))
        return _verdict({name: everything[name] - rest[name] for name in everything})

    told: dict[str, Any] = {"all": _verdict(everything)}
    told["without_number"] = touching(F.coalesce(F.col("link_class").isin(*WITHOUT_NUMBER), F.lit(False)))
    ought = rows.where("expected_link = 'AUTO'")
    lawful = _counted(ought)
    rest = _counted(ought.where(~F.col("link_class").isin(*WITHOUT_NUMBER)))
    told["without_number_linkable"] = _verdict({name: lawful[name] - rest[name] for name in lawful})
    classes = (*WITHOUT_NUMBER, "RID15", "NOT_LINKABLE")
    told["by_class"] = {name: touching(F.coalesce(F.col("link_class") == name, F.lit(False))) for name in classes}
    told |= {f"by_{group}": by(rows, group) for group in ("source", "category")}
    return told


def shape(spark: SparkSession, lake: Path) -> dict[str, Any]:
    """What can be said without a truth: kinds of links by source, sizes of people, weights of links."""
    links = tables.read(spark, lake, "link.person_record")
    kinds = links.groupBy("source", "link_kind_code").count()
    listed = F.sort_array(F.collect_list(F.struct("source", "link_kind_code", "count"))).alias("kinds")
    by_source = kinds.agg(listed).first()
    size = links.where("person_id IS NOT NULL").groupBy("person_id").count()
    bins = size.groupBy(F.floor(F.log2("count")).try_cast("int").alias("least")).count()
    sizes = bins.agg(F.sort_array(F.collect_list(F.struct("least", "count"))).alias("sizes")).first()
    weights = tables.read(spark, lake, "link.assignment").where("match_weight IS NOT NULL")
    bars = weights.groupBy(F.floor("match_weight").try_cast("int").alias("least"), "link_kind_code").count()
    histogram = bars.agg(
        F.sort_array(F.collect_list(F.struct("least", "link_kind_code", "count"))).alias("bars")
    ).first()
    return {
        "kinds": [row.asDict() for row in by_source["kinds"]] if by_source else [],
        "sizes": [{"from": 2 ** row["least"], "people": row["count"]} for row in sizes["sizes"]] if sizes else [],
        "weights": [row.asDict() for row in histogram["bars"]] if histogram else [],
    }


def lawful(spark: SparkSession, lake: Path) -> dict[str, int]:
    """Clusters that break the law: people of two valid numbers, numbers of two people (I9)."""
    created = tables.read(spark, lake, "link.ledger").where("entry_code = 'CREATE' AND certificate_hash IS NOT NULL")
    of_person = created.groupBy("person_id").agg(F.count_distinct("certificate_hash").alias("n")).where("n > 1").count()
    of_number = created.groupBy("certificate_hash").agg(F.count_distinct("person_id").alias("n")).where("n > 1").count()
    return {"people_of_two_numbers": of_person, "numbers_of_two_people": of_number}


def sample(spark: SparkSession, lake: Path, size: int) -> list[dict[str, Any]]:
    """Links for a clerk to judge: drawn blindly, by the hash of the identity, so the same ones each time."""
    rows = tables.read(spark, lake, "link.assignment").where(
        "link_kind_code IN ('PROBABLE', 'MASKED') AND evidence IS NOT NULL"
    )
    named = rows.select("source", "identity_hash", "person_id", "match_weight", "peer_source_code")
    drawn = named.orderBy(F.substring("identity_hash", 1, 8), "source").limit(size)
    gathered = drawn.agg(F.collect_list(F.struct(*drawn.columns)).alias("rows")).first()
    return [row.asDict() for row in gathered["rows"]] if gathered else []


def report(spark: SparkSession, lake: Path, size: int = 50) -> dict[str, Any]:
    """Everything that can be said of the links of a lake: against the truth if there is one, else with a sample."""
    told: dict[str, Any] = {"judged_by": parameters.judged_by(lake), "law": lawful(spark, lake)} | shape(spark, lake)
    told["model"] = parameters.weights(parameters.in_force(lake))
    if (lake / "city" / "truth" / "record").is_dir():
        wanted = ("person_id", "true_id", "link_class", "expected_link", "source", "category")
        rows = judged(spark, lake).select(*wanted).localCheckpoint()
        return told | {"truth": against_truth(rows)}
    return told | {"sample": sample(spark, lake, size)}
