"""What a person has learnt: levels of education, certificates of skill, and the best of both."""

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.gold.blocks.trace import joined, traced
from jobs.gold.spells import holds

ITEM = ("level_code", "graduation_date", "occupation_code", "skill_level_code", "issue_date", "valid_to_date")
"""An entry of the block `education_skill`: a level of education or a certificate."""

YEARS_SINCE_GRADUATION = 3
GRADUATE_LEVELS = ("10", "20", "30", "40")
"""研究生, 本科, 专科, 中专 (GB/T 4658)."""


def _items(rows: DataFrame, is_shown: Column) -> Column:
    said = F.struct(
        *(F.col(name) if name in rows.columns else F.lit(None).cast(_kind(name)).alias(name) for name in ITEM)
    )
    return F.collect_list(F.when(is_shown, said))


def _kind(name: str) -> str:
    return "date" if name.endswith("_date") else "string"


def learning(educations: DataFrame, skills: DataFrame, as_of: date) -> DataFrame:
    """Levels and certificates that had begun by T, newest first; highest level, and best certificate valid at T.

    Levels of both code lists are digits, the lowest the best.
    """
    day = F.lit(as_of)
    is_finished = F.coalesce(F.col("valid_from_date") <= day, F.lit(False))
    is_recent = is_finished & (F.col("graduation_date") >= F.add_months(day, -12 * YEARS_SINCE_GRADUATION))
    finished = educations.groupBy("person_id").agg(
        _items(educations, is_finished).alias("levels"),
        F.min(F.when(is_finished, F.col("level_code"))).alias("education_level_code"),
        F.bool_or(is_recent & F.col("level_code").isin(*GRADUATE_LEVELS)).alias("is_recent_graduate"),
        *traced("education_skill", is_finished),
    )
    is_valid = holds("valid_from_date", "valid_to_date", day)
    certified = skills.groupBy("person_id").agg(
        _items(skills, is_finished).alias("certificates"),
        F.min(F.when(is_valid, F.col("skill_level_code"))).alias("skill_level_code"),
        F.bool_or(is_valid).alias("has_valid_certificate"),
        *traced("education_skill", is_finished),
    )
    rows = joined((finished, certified), "education_skill")
    nothing = F.array().cast("array<struct<" + ",".join(f"{name}:{_kind(name)}" for name in ITEM) + ">>")
    items = F.concat(F.coalesce("levels", nothing), F.coalesce("certificates", nothing))
    newest = F.array_sort(items, _newest_first)
    return rows.withColumn("education_skill", F.when(F.size(items) > 0, newest)).drop("levels", "certificates")


def _newest_first(one: Column, other: Column) -> Column:
    mine, theirs = (F.coalesce(item["graduation_date"], item["issue_date"]) for item in (one, other))
    texts = [F.concat_ws("/", *(item[name] for name in ITEM)) for item in (one, other)]
    return (
        F.when(mine > theirs, -1).when(mine < theirs, 1).when(texts[0] < texts[1], -1).when(texts[0] > texts[1], 1)
    ).otherwise(0)
