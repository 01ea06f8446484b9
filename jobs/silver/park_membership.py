"""Businesses in parks, new towns and bases for start-ups, and the boundaries of those clusters, every quarter.

No person stands here. Offices call one cluster by several names, so its code names it; boundaries may overlap, and a
business on two lists is in two clusters.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, text


def boundary(delivered: Column) -> Column:
    """WKT in one form: keyword in capitals, one space inside a point and after a comma, none around brackets."""
    single = F.regexp_replace(F.upper(delivered), r"\s++", " ")
    return F.regexp_replace(F.regexp_replace(single, r" ?([(),]) ?", "$1"), r",", ", ")


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.park_membership`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.business(),
        F.upper("cluster_code").alias("cluster_code"),
        identity.uscc(F.col("uscc_no")).alias("uscc_no"),
        dates.day(F.col("entry_date")).alias("entry_date"),
        "cluster_name",
        code.of("cluster_kind", F.col("cluster_kind_code")).alias("cluster_kind_code"),
        dates.day(F.col("exit_date")).alias("exit_date"),
        "list_name",
        "delivered",
    )


def clean_cluster(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.park_membership_cluster`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.business(),
        F.upper("cluster_code").alias("cluster_code"),
        boundary(F.col("boundary_text")).alias("boundary_text"),
        "cluster_alias_name",
        "delivered",
    )
