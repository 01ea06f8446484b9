"""Files as of any day, known at any instant: the question that has one answer for ever (design.md, "Time").

Everything is in the columns of the stored facts, so nothing is rebuilt and no table's own history is asked. What was
known is known up to the last run of gold.
"""

from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import lake as tables
from jobs.gold.facts import MADE_OF
from jobs.gold.features import Moment, features, numbers_of, people
from jobs.gold.file import assembled
from schemas import City


def asked(spark: SparkSession, lake: Path, city: City, moment: Moment, *persons: str) -> DataFrame:
    """Return the features of people (of everybody if none is named) as the rules ask for them.

    Args:
        spark: the session.
        lake: the lake.
        city: the profile.
        moment: T, K, and the sources fresh at K.
        persons: person_id of whom is asked about; only their facts are read.
    """

    def read(name: str) -> DataFrame:
        rows = tables.read(spark, lake, name)
        return rows.where(F.col("person_id").isin(*persons)) if persons and "person_id" in rows.columns else rows

    facts = {name: read(name) for name in MADE_OF}
    if persons:  # penalties of their businesses are asked for as well
        facts["gold.fact_adverse"] = tables.read(spark, lake, "gold.fact_adverse").where(
            F.col("person_id").isin(*persons) | F.col("uscc_no").isNotNull()
        )
    numbers = numbers_of(read("link.ledger"), tables.read(spark, lake, "link.identity"))
    everybody = people(read("link.person_record"), read("link.review"), numbers, moment.known)
    return features(everybody, facts, moment, city)


def files_at(spark: SparkSession, lake: Path, city: City, moment: Moment, *persons: str) -> DataFrame:
    """Return the files of people (of everybody if none is named) at (T, K), blocks as in `gold.credit_file`.

    `file_no` and `version_count` are missing: a file that nobody ordered has no number. Registered as a temporary view
    it can be asked in SQL: `files_at(...).createOrReplaceTempView("credit_file_at")`.
    """
    return assembled(asked(spark, lake, city, moment, *persons), moment, city)
