"""Where a person is registered as living, what the office states of the person, and every hukou it told of."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

import schemas
from jobs.gold.facts.record import VALID, day_of, people, standing, told
from jobs.silver.consent import current

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


def register(psb_residence: DataFrame, links: DataFrame) -> DataFrame:
    """Pages of the residence office by person, also those corrected since: what all its facts are made of.

    `gone_date` is the last day of what a cancelled page says: the one before it was cancelled.
    """
    rows = told(psb_residence, SOURCE, "dwelling").join(people(links, SOURCE), "record_id")
    gone = F.when(F.col("is_cancelled"), F.date_sub(day_of("event_at", SOURCE), 1))
    return rows.select(*PAGE, gone.alias("gone_date"))


def residence_spells(registered: DataFrame) -> DataFrame:
    """Residence permits and registrations as spells (rules R1 and R2); a page states both.

    A permit is a spell of its page: a late endorsement counts from its own day. A registration has many pages; the one
    told last says until when. Of a page that was cancelled what it states holds until the day before.

    Args:
        registered: rows of `register`.
    """
    pages = current(registered)
    permits = pages.where("permit_hash IS NOT NULL AND valid_to_date IS NOT NULL").withColumns(
        {
            "is_permit": F.lit(True),
            "valid_from_date": F.coalesce("endorsed_date", "issue_date"),
            "valid_to_date": F.least("valid_to_date", "gone_date"),
        }
    )
    shown = ("residence_start_date", "residence_end_date", "gone_date", *HOME, "event_at")
    registrations = standing(pages, ("person_id", "registration_no"), ("event_at",), shown).withColumns(
        {
            "is_permit": F.lit(False),
            "valid_from_date": F.col("residence_start_date"),
            "valid_to_date": F.least("residence_end_date", "gone_date"),
            "source_code": F.lit(SOURCE),
            "priority_count": F.lit(schemas.rank("dwelling", SOURCE)),
        }
    )
    return permits.select(*SPELL).unionByName(registrations.select(*SPELL))


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
