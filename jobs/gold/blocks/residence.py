"""Where a person is registered as living, who the person is, and what the rule of newcomers rests on."""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gold.blocks.trace import traced
from jobs.gold.conflicts import statements
from jobs.gold.spells import holds, merged


def residence(spells: DataFrame, as_of: date) -> DataFrame:
    """Residence spells newest first, what the page that holds at T says, and the spells of the rule's bases R1 and R2.

    Of several pages that hold, the one the office wrote last says where and why.
    """
    day = F.lit(as_of)
    is_valid = holds("valid_from_date", "valid_to_date", day)
    dated = spells.where("valid_from_date IS NOT NULL")
    shown = F.struct(
        "valid_from_date", "valid_to_date", "record_ids", "district_code", "dwelling_kind_code", "source_code"
    )
    page = F.struct(
        "event_at", "valid_from_date", "record_ids", "residence_reason_code", "has_coresident_child", "district_code"
    )
    span = F.struct("valid_from_date", "valid_to_date")
    grouped = dated.groupBy("person_id").agg(
        F.sort_array(F.collect_list(shown), asc=False).alias("listed"),
        F.bool_or(is_valid).alias("has_valid_residence"),
        statements("district_code", is_valid).alias("registered_said"),
        F.collect_set(F.when(F.col("is_permit"), span)).alias("permits"),
        F.max(F.when(is_valid, page)).alias("page"),
        F.min("arrive_date").alias("arrive_date"),
        *traced("residence", F.col("valid_from_date") <= day),
    )
    registered = dated.where("NOT is_permit").select(
        "person_id", F.col("valid_from_date").alias("start_date"), F.col("valid_to_date").alias("end_date")
    )
    registrations = (
        merged(registered)
        .groupBy("person_id")
        .agg(F.collect_set(F.struct("start_date", "end_date")).alias("registrations"))
    )
    block = F.transform(
        "listed",
        lambda s: F.struct(
            s["district_code"],
            s["valid_from_date"].alias("start_date"),
            s["valid_to_date"].alias("end_date"),
            s["dwelling_kind_code"],
            s["source_code"],
        ),
    )
    told = (
        "residence_reason_code",
        "has_coresident_child",
        F.col("page.district_code").alias("registered_district_code"),
    )
    columns = [F.col(f"page.{name}") if isinstance(name, str) else name for name in told]
    rows = grouped.select("*", block.alias("residence"), *columns).drop("listed", "page")
    return rows.join(registrations, "person_id", "left")


def traits(rows: DataFrame, entries: DataFrame) -> DataFrame:
    """Certificate kind and birth by the newest statement, death, and every entry into a hukou, each as last told.

    Args:
        rows: `gold.fact_person_trait`.
        entries: `gold.fact_hukou_entry`.
    """
    newest = F.max(F.struct("valid_from_date", "record_ids", "certificate_type_code", "birth_date"))
    stated = rows.groupBy("person_id").agg(
        newest.alias("newest"), F.min("death_date").alias("death_date"), *traced("trait", F.lit(True))
    )
    of_one = entries.groupBy("person_id", "hukou_code", "hukou_date", "hukou_entry_code")
    last = of_one.agg(F.max(F.struct("event_at", "known_from_at", "record_ids")).alias("last"))
    entry = F.struct("hukou_date", "last.*", "hukou_code", "hukou_entry_code")
    hukou = last.groupBy("person_id").agg(F.collect_list(entry).alias("hukou_entries"))
    told = stated.select("*", "newest.certificate_type_code", "newest.birth_date").drop("newest")
    return told.join(hukou, "person_id", "left")
