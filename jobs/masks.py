"""How identifiers are shown to people who may see that there is one, and not which (domain.md, section 2.6)."""

from pyspark.sql import Column
from pyspark.sql import functions as F

STAR = "*"


def certificate(number: Column) -> Column:
    """First three, stars, last four: 310***********0015; what is shorter than eight characters shows nothing."""
    hidden = F.repeat(F.lit(STAR), F.length(number) - 7)
    shown = F.concat(F.left(number, F.lit(3)), hidden, F.right(number, F.lit(4)))
    return F.when(F.length(number) >= 8, shown).otherwise(F.repeat(F.lit(STAR), F.length(number)))


def mobile(number: Column) -> Column:
    """First three, four stars, last four: 138****8000; what is no number of eleven digits shows nothing."""
    shown = F.concat(F.left(number, F.lit(3)), F.lit(STAR * 4), F.right(number, F.lit(4)))
    return F.when(F.length(number) == 11, shown).otherwise(F.repeat(F.lit(STAR), F.length(number)))


def name(text: Column) -> Column:
    """First character, then a star for each further one: 王**."""
    return F.concat(F.left(text, F.lit(1)), F.repeat(F.lit(STAR), F.greatest(F.length(text) - 1, F.lit(0))))
