"""What people dispute, and what they have to say about it (CRR-16b, CRR-25): to stand beside the very item."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gold.facts.record import day_of, owned

SOURCE = "dispute_intake"


def disputes(dispute_intake: DataFrame, links: DataFrame) -> DataFrame:
    """Disputes by person, open from the day of receipt to the day of the answer, as last told.

    A complaint about no item of a source has no target, and marks nothing.
    """
    rows = owned(dispute_intake, links, SOURCE)
    return rows.withColumns(
        {
            "valid_from_date": day_of("received_at", SOURCE),
            "valid_to_date": F.when(F.col("resolution_code").isNotNull(), day_of("resolved_at", SOURCE)),
        }
    )
