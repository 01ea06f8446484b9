"""What people have allowed, by person."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gold.facts.record import ONLY_SOURCE, people
from jobs.silver.consent import live_windows


def consents(consent_grant: DataFrame, links: DataFrame) -> DataFrame:
    """Grants by person as half-open windows of instants, as they were known."""
    return (
        live_windows(consent_grant)
        .join(people(links, "consent_grant"), "record_id")
        .withColumns(
            {
                "valid_from_date": F.to_date("live_from_at"),
                "valid_to_date": F.to_date("live_to_at"),
                "source_code": F.lit("consent_grant"),
                "record_ids": F.array("record_id"),
                "priority_count": F.lit(ONLY_SOURCE),
            }
        )
    )
