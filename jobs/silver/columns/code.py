"""Codes: what an office writes, brought to the code list by its fixes; unknown is null and a reason, never a guess."""

from itertools import chain

from pyspark.sql import Column
from pyspark.sql import functions as F

import schemas


def of(name: str, delivered: Column) -> Column:
    """Return the code of a list for a delivered text, upper or lower case; null if the list knows no such value.

    A short list is a map in the plan, a long one (GB/T 2260) one pattern: both are literals, looked at row by row.
    """
    fixes = {text.upper(): code for text, code in schemas.fixes(name).items()}
    said = F.upper(delivered)
    if len(schemas.codes(name)) <= schemas.MANY:
        return _looked_up({code.upper(): code for code in schemas.codes(name)} | fixes, said)
    listed = F.when(said.rlike(rf"\A{schemas.pattern(name)}\z"), said)
    return F.coalesce(listed, _looked_up(fixes, said)) if fixes else listed


def _looked_up(known: dict[str, str], said: Column) -> Column:
    literal = F.create_map(*(F.lit(text) for text in chain.from_iterable(known.items())))
    return F.try_element_at(literal, said)
