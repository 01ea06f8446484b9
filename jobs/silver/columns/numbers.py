"""Money, counts, shares and measures. The shape is checked before the cast, which would round 1.239 and accept 1e3."""

from pyspark.sql import Column
from pyspark.sql import functions as F


def yuan(delivered: Column) -> Column:
    """An amount in yuan with at most two decimals; thousands separators and 元 are dropped."""
    said = F.translate(delivered, ",元￥¥", "")
    return F.when(said.rlike(r"\A-?[0-9]{1,14}([.][0-9]{1,2})?\z"), said.try_cast("decimal(18,2)"))


def count(delivered: Column) -> Column:
    """A whole number."""
    return F.when(delivered.rlike(r"\A-?[0-9]{1,9}\z"), delivered.try_cast("int"))


def ratio(delivered: Column) -> Column:
    """A share as a number (0.07) or with its sign (7%); a bare 7 is the number seven, out of bounds, never a guess."""
    shape = r"\A-?[0-9]{1,3}([.][0-9]{1,6})?"
    number = F.translate(delivered, "%", "").try_cast("decimal(9,6)")
    return F.when(delivered.rlike(rf"{shape}\z"), number).when(
        delivered.rlike(rf"{shape}%\z"), (number / 100).try_cast("decimal(9,6)")
    )


def measure(delivered: Column) -> Column:
    """A number of a stated unit to four decimals; further ones are rounded."""
    is_number = delivered.rlike(r"\A-?[0-9]{1,14}([.][0-9]{1,12})?\z")
    return F.when(is_number, delivered.try_cast("decimal(18,4)"))
