"""Link what is new: each pending silver batch replaces its own links; people are made once and never renumbered."""

from functools import partial, reduce
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import lake as tables
from jobs import runs
from jobs.abreast import abreast
from jobs.errors import CreditFileError
from jobs.keys import Keys
from jobs.link.number import Pending, linked, new_identities, new_people, personal, records
from jobs.runs import Run
from schemas import sources


def pending(lake: Path) -> list[tuple[Pending, Run]]:
    """Return silver batches whose links are missing or stand on another state of the batch."""
    found = []
    known = {source.name: source for source in sources()}
    for run in runs.read(lake, "silver"):
        source = known.get(run.source)
        if source is None or run.status != "done" or not personal(source):
            continue
        if runs.done(lake, "link", run.source, run.batch, run.fingerprint) is None:
            found.append((Pending(source, run.batch), run))
    return found


def link(spark: SparkSession, lake: Path, keys: Keys, work: list[Pending]) -> dict[str, int]:
    """Link the records of pending batches.

    Returns:
        Counts of records, of linked records and of people made.

    Raises:
        CreditFileError: CF-3101 if one number would stand for two people; nothing is written then.
    """
    rows = reduce(DataFrame.unionByName, [records(spark, lake, one) for one in work]).localCheckpoint()
    ledger = tables.read(spark, lake, "link.ledger")
    made = new_people(spark, rows, ledger, keys).localCheckpoint()
    people = ledger.select(*made.columns).unionByName(made)
    _check(people)
    links = linked(rows, people).localCheckpoint()
    counts = links.agg(
        F.count("*").alias("records"),
        F.count("person_id").alias("linked"),
        F.count_distinct("person_id").alias("people"),
    ).first()
    tables.append_rows(spark, lake, "link.ledger", made)
    sealed = new_identities(spark, lake, links)
    abreast(
        [
            partial(tables.append_rows, spark, lake, "vault.person", sealed),
            partial(_replace, spark, lake, work, links),
        ]
    )
    made_count = made.count()
    return {**(counts.asDict() if counts else {}), "made": made_count}


def _replace(spark: SparkSession, lake: Path, work: list[Pending], links: DataFrame) -> None:
    """Write the links of the pending batches; those of a batch's other sources stay as they are."""
    for batch in sorted({one.batch for one in work}):
        names = {one.source.name for one in work if one.batch == batch}
        mine = links.where((F.col("batch_id") == batch) & F.col("source").isin(*names))
        others = tables.read(spark, lake, "link.person_record").where(
            (F.col("batch_id") == batch) & ~F.col("source").isin(*names)
        )
        both = mine.select(*others.columns).unionByName(others)
        tables.replace_batch(spark, lake, "link.person_record", batch, both)


def _check(people: DataFrame) -> None:
    """Hold if a number stands for two people or a person for two numbers (I9)."""
    created = people.where("entry_code = 'CREATE'")
    doubled = (
        created.groupBy("certificate_hash")
        .count()
        .where("count > 1")
        .unionByName(
            created.groupBy("person_id")
            .agg(F.count("*").alias("count"))
            .where("count > 1")
            .withColumnRenamed("person_id", "certificate_hash")
        )
    )
    if (rows := doubled.count()) > 0:
        raise CreditFileError(
            "CF-3101", what=f"{rows} numbers or people twice", where="link.ledger", undone="Nothing was linked."
        )
