"""Where a person is registered as living, and what the residence office states of the person."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

import schemas
from jobs.gold.facts.record import owned

TOLD = (
    "registration_no",
    "issue_date",
    "valid_to_date",
    "endorsed_date",
    "arrive_date",
    "residence_start_date",
    "residence_end_date",
    "residence_reason_code",
    "dwelling_kind_code",
    "district_code",
    "has_coresident_child",
    "certificate_type_code",
    "gender_code",
    "birth_date",
    "hukou_code",
    "hukou_date",
    "hukou_entry_code",
    "death_date",
    "is_cancelled",
    "event_at",
)


def register(psb_residence: DataFrame, links: DataFrame) -> DataFrame:
    """Records of the residence office by person: what both its facts are made of."""
    rows = owned(psb_residence, links, "psb_residence", "dwelling")
    return rows.select(
        "person_id", *TOLD, "known_from_at", "known_to_at", "source_code", "record_ids", "priority_count"
    )


def residence_spells(registered: DataFrame) -> DataFrame:
    """Residence permits and registrations as spells; a late endorsement counts from its own day (rule R1).

    Args:
        registered: rows of `register`.
    """
    is_permit = F.col("valid_to_date").isNotNull()
    start = F.when(is_permit, F.greatest("issue_date", "endorsed_date")).otherwise(F.col("residence_start_date"))
    return registered.where("NOT coalesce(is_cancelled, false)").withColumns(
        {
            "is_permit": is_permit,
            "valid_from_date": start,
            "valid_to_date": F.coalesce("valid_to_date", "residence_end_date"),
        }
    )


def person_traits(registered: DataFrame) -> DataFrame:
    """Hukou, birth, certificate kind and death, as the trusted office states them from a day on.

    Args:
        registered: rows of `register`.
    """
    return registered.drop("valid_to_date").withColumns(
        {
            "valid_from_date": F.to_date("event_at"),
            "priority_count": F.lit(schemas.rank("identity", "psb_residence")),
        }
    )
