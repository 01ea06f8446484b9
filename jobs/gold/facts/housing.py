"""Where a person rents, and months of the housing fund."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gold.facts.record import band, is_backpaid, month_of, owned, people, told

LEASES = "hmb_rental_contract"


def rent_spells(hmb_rental_contract: DataFrame, links: DataFrame) -> DataFrame:
    """Filed leases; a lease ends on the earlier of the agreed end and the recorded termination.

    Every version is kept, also one that came after a newer one: it says how many rents were due on its own day.
    """
    rows = told(hmb_rental_contract, LEASES, "dwelling").join(people(links, LEASES), "record_id")
    return rows.withColumns(
        {
            "valid_from_date": F.col("lease_start_date"),
            "valid_to_date": F.least("lease_end_date", "terminated_date"),
            "rent_band": band(F.col("monthly_rent_cny")),
        }
    )


def fund_months(hpf_contribution: DataFrame, links: DataFrame) -> DataFrame:
    """Lines of the housing fund by month, with how the account stood and the band of what was paid (R14.INCOME)."""
    rows = owned(hpf_contribution, links, "hpf_contribution", "employer").withColumns(month_of("period_month"))
    return rows.withColumns(
        {
            "is_backpaid": is_backpaid(F.col("paid_date"), F.col("period_month")),
            "monthly_band": band(F.col("monthly_cny")),
        }
    )
