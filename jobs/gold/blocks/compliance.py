"""Bad information (不良信息) as far as it may be shown at T: domain.md, section 2.2, on CRR-15 and CRR-16."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.gold.blocks.trace import traced
from jobs.gold.facts.adverse import EXPIRES_AFTER_YEARS

PUBLISHED_BY_LAW = ("amr_penalty", "court_enforcement")
"""Sources whose information is public by law: nobody needs to have been told before (CRR-15)."""

ADVERSE = (
    "array<struct<adverse_id:string,adverse_kind_code:string,court_kind_code:string,start_date:date,end_date:date,"
    "status_code:string,expires_date:date,source_code:string,"
    "marks:array<struct<mark_code:string,mark_date:date,mark_text:string>>>>"
)
"""Shape of the items."""

MARKS = "array<struct<mark_code:string,mark_date:date,mark_text:string>>"
"""Shape of an item's marks: the Z segment of the second-generation report."""

Window = tuple[date, date]
"""First and last day of an event of the relief calendar."""


def is_shielded(windows: Sequence[Window]) -> Column:
    """Whether arrears arose inside the window of an event and have an approved relief (§7.3, ME2)."""
    inside = F.lit(False)
    for first, last in windows:
        inside = inside | F.col("start_date").between(F.lit(first), F.lit(last))
    return F.col("relief_code").isNotNull() & inside


def publishable(events: DataFrame, as_of: date, windows: Sequence[Window] = ()) -> DataFrame:
    """Keep the events that may be shown at T, with `status_code`, and end and expiry as they are at T.

    An event that has not ended is OPEN and never expires; one that has may be shown until five years after its end
    (CRR-16a). The list of the dishonest has a term of its own, a repaired penalty is shown no more, and of arrears the
    person was told before they were handed over.

    Args:
        events: `gold.fact_adverse`.
        as_of: T.
        windows: of the city's relief calendar.
    """
    day = F.lit(as_of)
    end = F.when(F.col("end_date") <= day, F.col("end_date"))
    rows = events.where(F.col("start_date") <= day).withColumns(
        {
            "end_date": end,
            "status_code": F.when(end.isNull(), "OPEN").otherwise("ENDED"),
            "expires_date": F.add_months(end, 12 * EXPIRES_AFTER_YEARS),
            "is_relief_protected": F.coalesce(is_shielded(windows), F.lit(False)),
        }
    )
    is_kept = F.col("expires_date").isNull() | (day <= F.col("expires_date"))
    was_told = F.col("source_code").isin(*PUBLISHED_BY_LAW) | (F.col("notice_date") <= F.col("provided_date"))
    is_repaired = F.coalesce(F.col("repaired_date") <= day, F.lit(False))
    is_gone = F.coalesce(F.least("removed_date", "hidden_date") <= day, F.lit(False))
    is_listed = (F.col("published_date") <= day) & ~is_gone & (F.coalesce("term_end_date", day) >= day)
    is_on_list = (F.coalesce("court_kind_code", F.lit("")) != "DISHONEST") | F.coalesce(is_listed, F.lit(False))
    shown = is_kept & F.coalesce(was_told, F.lit(False)) & ~F.col("is_relief_protected") & ~is_repaired & is_on_list
    return rows.where(shown)


def disputed(disputes: DataFrame, as_of: date) -> DataFrame:
    """What people dispute at T, one row per person: `disputes`, each with the item it is about and its marks.

    An item is DISPUTED until the answer, UNRESOLVED for good if nobody could tell who is right, and bears the person's
    STATEMENT as long as it stands (domain.md, section 2.3).

    Args:
        disputes: `gold.fact_dispute`.
        as_of: T.
    """
    day = F.lit(as_of)
    is_open = F.col("valid_to_date").isNull() | (F.col("valid_to_date") > day)
    state = F.when(is_open, "DISPUTED").when(F.col("resolution_code") == "UNRESOLVED", "UNRESOLVED")
    nothing = F.lit(None).cast("string")
    statement = F.when(F.col("statement_text").isNotNull(), "STATEMENT")
    marks = F.array(
        F.when(state.isNotNull(), _mark(state, nothing)),
        F.when(statement.isNotNull(), _mark(statement, F.col("statement_text"))),
    )
    about = F.struct("target_source_code", "target_record_no", F.array_compact(marks).alias("marks"))
    named = disputes.where(F.col("target_record_no").isNotNull() & (F.col("valid_from_date") <= day))
    return named.groupBy("person_id").agg(F.collect_list(about).alias("disputes"))


def _mark(code: Column, text: Column) -> Column:
    return F.struct(code.alias("mark_code"), F.col("valid_from_date").alias("mark_date"), text.alias("mark_text"))


def compliance(shown: DataFrame, disputes: DataFrame) -> DataFrame:
    """Bad information of persons, oldest first, each with its marks, and how many events are open and have ended.

    A dispute names an item by the source's own number; both entries of a court's case bear the case's.

    Args:
        shown: rows of `publishable`.
        disputes: rows of `disputed`.
    """
    item = F.struct(
        "start_date",
        "adverse_kind_code",
        "adverse_id",
        "end_date",
        "status_code",
        "expires_date",
        "court_kind_code",
        "source_code",
        "record_no",
    )

    def marks(item: Column) -> Column:
        numbers = F.array(item["record_no"], F.concat_ws(" ", item["record_no"], item["court_kind_code"]))
        mine = F.filter(
            "disputes",
            lambda d: (
                (d["target_source_code"] == item["source_code"]) & F.array_contains(numbers, d["target_record_no"])
            ),
        )
        found = F.array_distinct(F.flatten(F.transform(mine, lambda d: d["marks"])))
        return F.coalesce(F.array_sort(found), F.array().cast(MARKS))

    block = F.transform(
        "items",
        lambda i: F.struct(
            i["adverse_id"],
            i["adverse_kind_code"],
            i["court_kind_code"],
            i["start_date"],
            i["end_date"],
            i["status_code"],
            i["expires_date"],
            i["source_code"],
            marks(i).alias("marks"),
        ),
    )
    grouped = (
        shown.where("person_id IS NOT NULL")
        .groupBy("person_id")
        .agg(
            F.array_sort(F.collect_list(item)).alias("items"),
            F.count_if(F.col("status_code") == "OPEN").try_cast("int").alias("adverse_open_count"),
            F.count_if(F.col("status_code") == "ENDED").try_cast("int").alias("adverse_5y_count"),
            *traced("compliance", F.lit(True)),
        )
    )
    about = disputes.select("person_id", "disputes")
    return grouped.join(about, "person_id", "left").withColumn("adverse", block).drop("items", "disputes")
