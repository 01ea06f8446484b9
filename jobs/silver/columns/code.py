"""Codes: what an office writes, brought to the code list by its fixes; unknown is null and a reason, never a guess."""

from itertools import chain

from pyspark.sql import Column
from pyspark.sql import functions as F

import schemas


def of(name: str, delivered: Column) -> Column:
    """Return the code of a list for a delivered text, upper or lower case; null if the list knows no such value."""
    known = {code.upper(): code for code in schemas.codes(name)} | {
        k.upper(): v for k, v in schemas.fixes(name).items()
    }
    literal = F.create_map(*(F.lit(text) for text in chain.from_iterable(known.items())))
    return F.try_element_at(literal, F.upper(delivered))
