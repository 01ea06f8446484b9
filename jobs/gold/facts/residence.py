"""Where a person is registered as living, what the office states of the person, and every hukou it told of."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

import schemas
from jobs.gold.facts.record import VALID, day_of, people, standing, told
from jobs.silver.consent import ORDER, current

SOURCE = "psb_residence"

HOME = ("residence_reason_code", "dwelling_kind_code", "district_code", "has_coresident_child", "arrive_date")
"""What a page says of a home and of who lives there."""

PAGE = (
    "person_id",
    "record_id",
    "registration_no",
    "permit_hash",
    "issue_date",
    "valid_to_date",
    "endorsed_date",
    "residence_start_date",
    "residence_end_date",
    "is_cancelled",
    *HOME,
    "certificate_type_code",
    "gender_code",
    "birth_date",
    "hukou_code",
    "hukou_date",
    "hukou_entry_code",
    "death_date",
    "event_at",
    "known_from_at",
    "known_to_at",
    "deleted_at",
    "source_code",
    "record_ids",
    "priority_count",
)
SPELL = ("person_id", "registration_no", "is_permit", "residence_start_date", *HOME, "event_at", *VALID)
TERMS = ("permit_hash", "valid_to_date", "endorsed_date", "residence_start_date", "residence_end_date", "is_cancelled")


def register(psb_residence: DataFrame, links: DataFrame) -> DataFrame:
    """Pages of the residence office by person, also those corrected since: what all its facts are made of.

    `turn` is how pages follow each other; `cancelled_date` the day of a page that says that it is cancelled.
    """
    rows = told(psb_residence, SOURCE, "dwelling").join(people(links, SOURCE), "record_id")
    cancelled = F.when(F.col("is_cancelled"), day_of("event_at", SOURCE))
    turn = F.struct(*(name for name in ORDER if name != "record_id"))
    return rows.select(*PAGE, cancelled.alias("cancelled_date"), turn.alias("turn"))


def residence_spells(registered: DataFrame) -> DataFrame:
    """Residence permits and registrations as spells (rules R1 and R2); a page states both.

    A permit is a spell of its page: a late endorsement counts from its own day. A registration has many pages; the one
    told last says until when. What a page states that was cancelled holds until the day before.

    Args:
        registered: rows of `register`.
    """
    pages = registered.withColumn("known_to_at", F.col("deleted_at"))
    page, number = ("person_id", "registration_no", "issue_date"), ("person_id", "registration_no")
    permits = _standing(pages, page).where("permit_hash IS NOT NULL AND valid_to_date IS NOT NULL")
    registrations = _standing(pages, number)
    start, end = F.coalesce("endorsed_date", "issue_date"), F.col("residence_end_date")
    return _spells(permits, start, F.col("valid_to_date"), is_permit=True).unionByName(
        _spells(registrations, F.col("residence_start_date"), end, is_permit=False)
    )


def _standing(pages: DataFrame, thing: tuple[str, ...]) -> DataFrame:
    """What the page written last says of a permit or a registration, and on which day the first one cancelled it."""
    shown = (*TERMS, "cancelled_date", *HOME, "event_at")
    return standing(pages, thing, ("turn",), shown, earliest=("cancelled_date",))


def _spells(rows: DataFrame, start: Column, end: Column, *, is_permit: bool) -> DataFrame:
    gone = F.when(F.col("is_cancelled"), F.date_sub("cancelled_date", 1))
    made = {
        "is_permit": F.lit(is_permit),
        "valid_from_date": start,
        "valid_to_date": F.least(end, gone),
        "source_code": F.lit(SOURCE),
        "priority_count": F.lit(schemas.rank("dwelling", SOURCE)),
    }
    return rows.withColumns(made).select(*SPELL)


def person_traits(registered: DataFrame) -> DataFrame:
    """Birth, certificate kind and death, as the trusted office states them from a day on.

    Args:
        registered: rows of `register`.
    """
    return _of_person(current(registered)).withColumns(
        {"valid_from_date": day_of("event_at", SOURCE), "valid_to_date": F.lit(None).cast("date")}
    )


def hukou_entries(registered: DataFrame) -> DataFrame:
    """Entries into a hukou: one that a page told of stays one when the page says another (§1.2: "several entries").

    One row per telling: known from when it was told until the office deletes the page.

    Args:
        registered: rows of `register`.
    """
    entries = registered.withColumns({"known_to_at": F.col("deleted_at"), "valid_from_date": F.col("hukou_date")})
    return _of_person(entries.where("known_to_at IS NULL OR known_to_at > known_from_at")).withColumn(
        "valid_to_date", F.lit(None).cast("date")
    )


def _of_person(rows: DataFrame) -> DataFrame:
    return rows.withColumn("priority_count", F.lit(schemas.rank("identity", SOURCE)))
