"""How the files of a batch are spread, and how far from the batch before: tiers, categories, coverage, features.

Counts only, of everybody's newest file. The population stability index (PSI) is the sum of (a - b) ln(a / b) over the
shares of a figure's values; its limits are data (`schemas/rules/change.yaml`).
"""

from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables

NAME = "gold.file_monitor"

PLAIN = ("tier_code", "primary_category_code", "industry_group_code", "district_code", "life_stage_code")
"""Figures with one value a person; so are the newcomer status, the band and each feature."""

BLOCK, FEATURE = "block:", "feature:"
NONE = "none"


def figures() -> list[Column]:
    """Return one struct (figure, value) per figure of a file; a category that applies is one of its own."""
    one = [_said(name, F.col(name)) for name in PLAIN]
    one.append(_said("newcomer_status_code", F.col("newcomer.newcomer_status_code")))
    one.append(_said("score_band_code", F.col("derived.score_band_code")))
    one += [_said(f"{FEATURE}{v['name']}", _bin(v)) for v in schemas.rules("scorecard")["variables"]]
    return one


def _said(figure: str, value: Column) -> Column:
    return F.struct(F.lit(figure).alias("figure_name"), F.coalesce(value, F.lit(NONE)).alias("value_code"))


def _bin(variable: dict[str, Any]) -> Column:
    """The bin of the scorecard a feature is in, e.g. `6+`; of codes the code; `under` what is below the first bin."""
    value = F.col(f"features.{variable['name']}")
    if "values" in variable:
        return value
    label = F.when(value.isNotNull(), F.lit("under"))
    for step in variable["bins"]:
        label = F.when(value >= F.lit(step["from"]), F.lit(f"{step['from']}+")).otherwise(label)
    return label


def _blocks() -> Column:
    """Per block of the lineage whether it is there or why it is not, once."""
    return F.array_distinct(
        F.transform(
            "lineage",
            lambda entry: F.struct(
                F.concat(F.lit(BLOCK), entry["block_name"]).alias("figure_name"),
                F.coalesce(entry["missing_code"], F.lit("THERE")).alias("value_code"),
            ),
        )
    )


def _categories() -> Column:
    return F.transform(
        "category_codes",
        lambda code: F.struct(F.lit("category_code").alias("figure_name"), code.alias("value_code")),
    )


def spread(files: DataFrame, batch: str) -> DataFrame:
    """Return how everybody's newest file up to a batch is spread, beside how it was before that batch.

    Args:
        files: `gold.credit_file`.
        batch: the period.

    Returns:
        Columns of `gold.file_monitor`.
    """
    limits = schemas.rules("change")
    told = F.concat(F.array(*figures()), _categories(), _blocks())
    rows = files.where(F.col("batch_id") <= batch).select("person_id", "version_count", "batch_id", told.alias("told"))
    version = F.struct("version_count", "told")
    newest = rows.groupBy("person_id").agg(
        F.max_by("told", "version_count").alias("now"),
        F.max(F.when(F.col("batch_id") < batch, version))["told"].alias("before"),
    )
    nothing = F.array().cast("array<struct<figure_name:string,value_code:string>>")
    both = newest.select(
        F.explode(
            F.concat(
                F.transform("now", lambda said: F.struct(said.alias("said"), F.lit(True).alias("is_now"))),
                F.transform(
                    F.coalesce("before", nothing),
                    lambda said: F.struct(said.alias("said"), F.lit(False).alias("is_now")),
                ),
            )
        ).alias("each")
    ).select("each.said.*", "each.is_now")
    counted = both.groupBy("figure_name", "value_code").agg(
        F.count_if("is_now").try_cast("int").alias("person_count"),
        F.count_if(~F.col("is_now")).try_cast("int").alias("before_count"),
    )
    of_figure = Window.partitionBy("figure_name")
    shares = counted.withColumns(
        {
            "person_ratio": F.try_divide("person_count", F.sum("person_count").over(of_figure)),
            "before_ratio": F.try_divide("before_count", F.sum("before_count").over(of_figure)),
            "people": F.sum("before_count").over(of_figure),
        }
    )
    a, b = (
        F.greatest(F.coalesce(name, F.lit(0.0)), F.lit(limits["least_share"]))
        for name in ("person_ratio", "before_ratio")
    )
    index = F.sum((a - b) * F.ln(a / b)).over(of_figure)
    psi = F.when(F.col("people") > 0, index)
    is_enough = F.col("people") >= limits["least_people"]
    verdict = F.when(is_enough & (psi >= limits["psi_hold"]), "HOLD").when(
        is_enough & (psi >= limits["psi_note"]), "NOTE"
    )
    return shares.select(
        F.lit(batch).alias("batch_id"),
        "figure_name",
        "value_code",
        "person_count",
        F.col("person_ratio").try_cast("decimal(9,6)").alias("person_ratio"),
        "before_count",
        F.col("before_ratio").try_cast("decimal(9,6)").alias("before_ratio"),
        psi.try_cast("decimal(18,4)").alias("psi_value"),
        verdict.alias("drift_code"),
    )


def write(spark: SparkSession, lake: Path, batch: str) -> None:
    """Keep how the files of a batch are spread."""
    rows = spread(tables.read(spark, lake, "gold.credit_file"), batch)
    tables.replace_batch(spark, lake, NAME, batch, rows.coalesce(1))
