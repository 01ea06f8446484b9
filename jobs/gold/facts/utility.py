"""Bills of water, power, gas and telecom, of the person who had the account counted: positive-only."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gold.facts.record import month_of, owned


def utility_months(utility_payment: DataFrame, links: DataFrame) -> DataFrame:
    """Bills by month and whether they were paid on the due day at the latest.

    A bill belongs to the person who agreed for this account and whom the record names, whoever holds the account. One
    that nobody has paid is not on time; one without a due day is neither.
    """
    rows = owned(utility_payment, links, "utility_payment", "dwelling").withColumns(month_of("bill_month"))
    on_time = F.coalesce(F.col("paid_date") <= F.col("due_date"), F.lit(False))
    return rows.withColumn("is_on_time", F.when(F.col("due_date").isNotNull(), on_time))
