"""Issued numbers in their canonical form (domain.md, section 3.1), from folded text; validity is for the row checks."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from expectations.identifiers import MASKED, PASSPORT
from expectations.pattern import whole

LATE_SEQUENCES = ("996", "997", "998", "999")
"""Sequences of 15-digit numbers kept for births in 18xx: such a number is not brought to 18 digits."""

LAYOUTS = {
    "MASKED": MASKED,
    "HMT": "^8[123][0-9]{15}[0-9X]$",
    "FPR": "^(9[0-9]{16}[0-9X]|[A-Z]{3}[0-9]{12})$",
    "RID15": "^[0-9]{15}$",
    "RID": "^[0-9]{17}[0-9X]$",
}
"""Kinds that the layout tells apart, in the order they are asked."""


def _check(body: Column) -> Column:
    """Check character of 17 digits: (1 - 2 * int(body, base 13)) mod 11, 10 = X (ISO 7064 MOD 11-2)."""
    value = F.pmod(F.conv(body, 13, 10).try_cast("bigint"), F.lit(11))
    return F.substring(F.lit("0123456789X"), F.pmod(1 - 2 * value, F.lit(11)).try_cast("int") + 1, F.lit(1))


def _is_passport(stated: Column, number: Column) -> Column:
    """Only the office can tell a passport: what could be one is one if it says so."""
    return F.coalesce((stated == "PAS") & number.rlike(whole(PASSPORT)), F.lit(False))


def certificate(delivered: Column, stated: Column | None = None) -> Column:
    """Number of any certificate: half width, X upper case, an old 15-digit number brought to its 18 digits.

    Args:
        delivered: The number as delivered.
        stated: The office's kind, already a code: a passport of 15 digits stays as it is.
    """
    number = F.upper(delivered)
    body = F.concat(F.substring(number, 1, 6), F.lit("19"), F.substring(number, 7, 9))
    is_old = number.rlike(whole(LAYOUTS["RID15"])) & ~F.substring(number, 13, 3).isin(*LATE_SEQUENCES)
    if stated is not None:
        is_old = is_old & ~_is_passport(stated, number)
    return F.when(is_old, F.concat(body, _check(body))).otherwise(number)


def certificate_type(stated: Column, delivered: Column) -> Column:
    """Kind of certificate: by layout, except for passports, which only the office can tell.

    Args:
        stated: The office's kind, already a code.
        delivered: The number as delivered.
    """
    number = F.upper(delivered)
    found = F.when(_is_passport(stated, number), F.lit("PAS"))
    for kind, layout in LAYOUTS.items():
        found = found.when(number.rlike(whole(layout)), F.lit(kind))
    return found.otherwise(stated)


def uscc(delivered: Column) -> Column:
    """Unified social credit code: half width, upper case."""
    return F.upper(delivered)


def mobile(delivered: Column) -> Column:
    """Mobile number without +86 or 0086; one typed in to get past a form is taken away by its row check."""
    return F.regexp_replace(F.translate(delivered, "-", ""), r"\A(?:\+86|0086)", "")
