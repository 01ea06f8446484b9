"""Silver records, whose they are, and what is made of them, each as a table a clerk could read."""

from literal import rows
from pyspark.sql import functions as F
from pyspark.testing import assertDataFrameEqual

import schemas
from jobs.gold.facts import shaped
from schemas.spark import stored

USUAL = {
    "operation_code": "'I'",
    "known_from_at": "TIMESTAMP '2026-01-10 00:00:00'",
    "batch_id": "'2026-09'",
    "delivery_no": "1",
    "key_hash": "record_id",
    "event_at": "known_from_at",
}
"""What a column holds where it is not drawn, as SQL."""


def recorded(spark, name, text):
    """Return silver rows as drawn, other columns null.

    Where it is not drawn, a record is new, of a key of its own, and happened when we heard of it, on 10 January 2026.
    """
    made = rows(spark, name, text)
    for column, value in USUAL.items():
        made = made if column in made.columns else made.withColumn(column, F.expr(value))
    kinds = {field.name: field.dataType for field in stored(schemas.table(name)).fields}
    others = {column: F.lit(None).cast(kind) for column, kind in kinds.items() if column not in made.columns}
    return made.withColumns(others)


def linked(spark, source, **whose):
    """Return links: `linked(spark, "fin_loan", zhang="r1, r2")`. Records of other sources of that name are nobody's."""
    found = [(record.strip(), source, person) for person, records in whose.items() for record in records.split(",")]
    strange = [(record, "dispute_intake", "somebody_else") for record, _, _ in found]
    return spark.createDataFrame(found + strange, "record_id STRING, source STRING, person_id STRING")


def same(spark, made, name, text):
    """Assert that a fact holds exactly the rows drawn, in the columns drawn."""
    expected = rows(spark, name, text)
    assertDataFrameEqual(shaped(made, name).select(expected.columns), expected)
