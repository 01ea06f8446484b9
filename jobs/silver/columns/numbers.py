"""Money and counts. The shape is checked before the cast, which would round 1.239 and accept 1e3."""

from pyspark.sql import Column
from pyspark.sql import functions as F


def yuan(delivered: Column) -> Column:
    """An amount in yuan with at most two decimals; thousands separators and 元 are dropped."""
    said = F.translate(delivered, ",元￥¥", "")
    return F.when(said.rlike(r"\A-?[0-9]{1,14}([.][0-9]{1,2})?\z"), said.try_cast("decimal(18,2)"))


def count(delivered: Column) -> Column:
    """A whole number."""
    return F.when(delivered.rlike(r"\A-?[0-9]{1,9}\z"), delivered.try_cast("int"))
