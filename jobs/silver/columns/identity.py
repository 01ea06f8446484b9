"""Issued numbers in their canonical form (domain.md, section 3.1), from folded text; validity is for the row checks."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from schemas.delivered import PLACEHOLDER_MOBILES

LATE_SEQUENCES = ("996", "997", "998", "999")
"""Sequences of 15-digit numbers kept for births in 18xx: such a number is not brought to 18 digits."""


def _check(body: Column) -> Column:
    """Check character of 17 digits: (1 - 2 * int(body, base 13)) mod 11, 10 = X (ISO 7064 MOD 11-2)."""
    value = F.pmod(F.conv(body, 13, 10).try_cast("bigint"), F.lit(11))
    return F.substring(F.lit("0123456789X"), F.pmod(1 - 2 * value, F.lit(11)).try_cast("int") + 1, F.lit(1))


def certificate(delivered: Column) -> Column:
    """Number of any certificate: half width, X upper case, an old 15-digit number brought to its 18 digits."""
    number = F.upper(delivered)
    body = F.concat(F.substring(number, 1, 6), F.lit("19"), F.substring(number, 7, 9))
    is_old = number.rlike(r"\A[0-9]{15}\z") & ~F.substring(number, 13, 3).isin(*LATE_SEQUENCES)
    return F.when(is_old, F.concat(body, _check(body))).otherwise(number)


def certificate_type(stated: Column, delivered: Column) -> Column:
    """Kind of certificate: by layout, except for passports, which only the office can tell.

    Args:
        stated: The office's kind, already a code.
        delivered: The number as delivered.
    """
    number = F.upper(delivered)
    return (
        F.when(stated == "PAS", F.lit("PAS"))
        .when(number.rlike(r"\A[0-9]{4,6}[*]{6,}[0-9X]{4}\z"), F.lit("MASKED"))
        .when(number.rlike(r"\A8[123][0-9]{15}[0-9X]\z"), F.lit("HMT"))
        .when(number.rlike(r"\A9[0-9]{16}[0-9X]\z|\A[A-Z]{3}[0-9]{12}\z"), F.lit("FPR"))
        .when(number.rlike(r"\A[0-9]{15}\z"), F.lit("RID15"))
        .when(number.rlike(r"\A[0-9]{17}[0-9X]\z"), F.lit("RID"))
        .otherwise(stated)
    )


def uscc(delivered: Column) -> Column:
    """Unified social credit code: half width, upper case."""
    return F.upper(delivered)


def mobile(delivered: Column) -> Column:
    """Mobile number without +86 or 0086; numbers typed in to get past a form become null."""
    number = F.regexp_replace(F.translate(delivered, "-", ""), r"\A(?:\+86|0086)", "")
    return F.when(~number.isin(*PLACEHOLDER_MOBILES), number)
