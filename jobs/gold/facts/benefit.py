"""Social assistance (低保, 特困, 临时救助), for relief and fee waivers alone: it lowers nothing."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gold.facts.record import owned


def benefits(mca_assistance: DataFrame, links: DataFrame) -> DataFrame:
    """Assistance from its first to its last day; one whose end is not told is open."""
    rows = owned(mca_assistance, links, "mca_assistance")
    return rows.withColumns({"valid_from_date": F.col("start_date"), "valid_to_date": F.col("end_date")})
