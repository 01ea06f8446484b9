"""Days, months and instants. Casting alone would take 2026 for a day: first the shape is checked, then the bounds."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from schemas.delivered import PLACEHOLDER_DATES

DAY_FORMS = {
    r"\A[0-9]{8}\z": "yyyyMMdd",
    r"\A[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\z": "yyyy-M-d",
}
MONTH_FORMS = {
    r"\A[0-9]{6}\z": ("yyyyMMdd", "01"),
    r"\A[0-9]{4}-[0-9]{1,2}\z": ("yyyy-M-d", "-01"),
}
YEAR = r"\A([0-9]{4})(?:-[0-9]{4})?(?:年|年度|学年|学年度)?\z"
"""A year, or a school year by both of its years."""

INSTANT = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]?[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+-][0-9]{2}:?[0-9]{2})\z"

EARLIEST, LATEST = "1880-01-01", "2100-12-31"
"""Outside these a date is no date of a living person's papers."""


def _dashed(delivered: Column) -> Column:
    return F.translate(delivered, "/.年月日", "----")


def _bounded(day: Column) -> Column:
    return F.when(day.between(F.lit(EARLIEST).try_cast("date"), F.lit(LATEST).try_cast("date")), day)


def day(delivered: Column) -> Column:
    """A day as 20260903, 2026-09-03, 2026/9/3 or 2026年9月3日; null for placeholders and for what is no day."""
    said = _dashed(delivered)
    read = [F.when(said.rlike(shape), F.try_to_date(said, form)) for shape, form in DAY_FORMS.items()]
    digits = F.translate(said, "-", "")
    return F.when(~digits.isin(*PLACEHOLDER_DATES), _bounded(F.coalesce(*read)))


def month(delivered: Column) -> Column:
    """A month as 202609, 2026-09 or 2026年9月: the first of the month."""
    said = F.rtrim(_dashed(delivered), F.lit("-"))
    read = [
        F.when(said.rlike(shape), F.try_to_date(F.concat(said, F.lit(first)), form))
        for shape, (form, first) in MONTH_FORMS.items()
    ]
    return _bounded(F.coalesce(*read))


def year(delivered: Column) -> Column:
    """A year as 2025, 2025年度, or the first of a school year 2025-2026学年; a month is none."""
    first = F.regexp_extract(delivered, YEAR, 1)
    return F.when(delivered.rlike(YEAR), first.try_cast("int"))


def instant(delivered: Column) -> Column:
    """An instant in ISO 8601 with its zone; without a zone it is no instant."""
    return F.when(delivered.rlike(INSTANT), delivered.try_cast("timestamp"))
