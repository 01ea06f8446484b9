"""How punctually bills of water, power, gas and telecom were paid: positive-only, told only of who pays well."""

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.gold.blocks.trace import traced
from jobs.gold.spells import month_start

YEAR, HALF = 12, 6
GOOD_MONTHS_AT_LEAST = 3


def utility(bills: DataFrame, as_of: date) -> DataFrame:
    """Bills of M(T, 12) paid by their day by all; nothing unless three of the last six months were wholly good."""
    day, upto = F.lit(as_of), F.lit(month_start(as_of, 0))
    m12, m6 = F.lit(month_start(as_of, YEAR)), F.lit(month_start(as_of, HALF))
    month = F.col("period_month")
    is_on_time = F.coalesce("is_on_time", F.lit(False))
    in_year = (month >= m12) & (month < upto)
    is_recent = (month <= day) & (F.last_day(month) > F.add_months(day, -YEAR))
    per_month = bills.groupBy("person_id", "period_month").agg(
        F.count("*").alias("bill_count"),
        F.count_if(is_on_time).alias("on_time_count"),
        *traced("utility", month <= day),
    )
    is_good = F.col("on_time_count") == F.col("bill_count")
    grouped = per_month.groupBy("person_id").agg(
        F.sum(F.when(in_year, F.col("on_time_count"))).alias("on_time"),
        F.sum(F.when(in_year, F.col("bill_count"))).alias("bills"),
        F.count_if(in_year).try_cast("int").alias("utility_month_count"),
        F.count_if(is_good & (month >= m6) & (month < upto)).alias("good_months"),
        F.bool_or(is_recent).alias("has_recent_bill"),
        F.flatten(F.collect_list("utility_record_ids")).alias("utility_record_ids"),
        F.flatten(F.collect_list("utility_told")).alias("utility_told"),
    )
    ratio = F.try_divide("on_time", "bills").try_cast("decimal(9,6)")
    told = F.when(F.col("good_months") >= GOOD_MONTHS_AT_LEAST, ratio)
    return grouped.withColumn("utility_on_time_12_ratio", told).drop("on_time", "bills", "good_months")
