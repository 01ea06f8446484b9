"""Link what is new: each pending silver batch replaces its own links; people are made once and never renumbered."""

from functools import partial, reduce
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs import lake as tables
from jobs import runs
from jobs.abreast import abreast
from jobs.errors import CreditFileError
from jobs.keys import Keys
from jobs.link.identity import described, grouped
from jobs.link.number import Pending, linked, new_identities, new_people, nothing, personal, records
from jobs.link.undecided import Decided, decide
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
    """Link the records of pending batches, and judge again who has no number.

    By number first, on keyed hashes alone; then identities without one, by what is known of everybody now. A record of
    an earlier batch whose identity turns out to be somebody else's moves with it.

    Returns:
        Counts of records, of linked records, of people, of people made, of identities to be asked about, and of those
        whose phone or account too many have.

    Raises:
        CreditFileError: CF-3101 if one number would stand for two people; nothing is written then.
    """
    rows = reduce(DataFrame.unionByName, [records(spark, lake, one) for one in work], nothing(spark)).localCheckpoint()
    ledger = tables.read(spark, lake, "link.ledger")
    made = new_people(spark, rows, ledger, keys).localCheckpoint()
    people = ledger.select(*made.columns).unionByName(made)
    _check(people)
    brought = described(spark, lake, grouped(rows, people), keys).localCheckpoint()
    identities = with_batches(tables.read(spark, lake, "link.identity"), brought, work)
    numbered = people.where("entry_code = 'CREATE' AND certificate_hash IS NOT NULL")
    numbered = numbered.select("certificate_hash", "person_id")
    decided = decide(spark, lake, identities, people, numbered, keys)
    links = linked(rows, people, decided.assignments).localCheckpoint()
    counts = links.agg(
        F.count("*").alias("records"),
        F.count("person_id").alias("linked"),
        F.count_distinct("person_id").alias("people"),
    ).first()
    new = made.unionByName(decided.entries.select(*made.columns))
    new = new.join(
        ledger.select("ledger_id"), "ledger_id", "left_anti"
    ).localCheckpoint()  # a run cut off here has some
    tables.append_rows(spark, lake, "link.ledger", new)
    sealed = new_identities(spark, lake, links, keys)
    moved = _moved(spark, lake, work, decided)
    reviews = decided.reviews.localCheckpoint()
    abreast(
        [
            partial(tables.append_rows, spark, lake, "vault.person", sealed),
            partial(_replace, spark, lake, "link.person_record", work, links, moved),
            partial(_replace, spark, lake, "link.identity", work, brought, None),
            partial(tables.overwrite, spark, lake, "link.assignment", decided.assignments),
            partial(tables.overwrite, spark, lake, "link.review", reviews),
        ]
    )
    figures = counts.asDict() if counts else {}
    figures |= {"made": new.where("entry_code = 'CREATE'").count(), "to_review": reviews.count()}
    return figures | {"capped": decided.capped.count()}


def with_batches(table: DataFrame, brought: DataFrame, work: list[Pending]) -> DataFrame:
    """A table as it will stand once the pending batches of their sources have replaced themselves."""
    told = [(F.col("source") == one.source.name) & (F.col("batch_id") == one.batch) for one in work]
    pending = reduce(Column.__or__, told, F.lit(False))
    return table.where(~pending).unionByName(brought.select(*table.columns))


def _moved(spark: SparkSession, lake: Path, work: list[Pending], decided: Decided) -> DataFrame:
    """Records of other batches whose identity is another person's now, as rows of `link.person_record`."""
    stood = tables.read(spark, lake, "link.person_record")
    mine = decided.changed.join(decided.assignments, ["source", "identity_hash"]).select(
        "source", "identity_hash", "person_id", "link_kind_code", "match_weight"
    )
    told = stood.where("link_kind_code <> 'NUMBER'").drop("person_id", "link_kind_code", "match_weight")
    rows = told.join(mine, ["source", "identity_hash"]).select(*stood.columns)
    return with_batches(rows, rows.limit(0), work).localCheckpoint()


def _replace(
    spark: SparkSession, lake: Path, name: str, work: list[Pending], rows: DataFrame, moved: DataFrame | None
) -> None:
    """Write the pending batches' rows; those of a batch's other sources stay as they are, but for who has moved."""
    batches = {one.batch for one in work}
    if moved is not None:
        batches |= {row["batch_id"] for row in moved.select("batch_id").distinct().toLocalIterator()}
    for batch in sorted(batches):
        names = {one.source.name for one in work if one.batch == batch}
        mine = rows.where((F.col("batch_id") == batch) & F.col("source").isin(*names))
        others = tables.read(spark, lake, name).where((F.col("batch_id") == batch) & ~F.col("source").isin(*names))
        if moved is not None:
            elsewhere = moved.where(F.col("batch_id") == batch)
            others = others.join(elsewhere.select("record_id"), "record_id", "left_anti").unionByName(elsewhere)
        tables.replace_batch(spark, lake, name, batch, mine.select(*others.columns).unionByName(others))


def _check(people: DataFrame) -> None:
    """Hold if a number stands for two people or a person for two numbers (I9)."""
    created = people.where("entry_code = 'CREATE' AND certificate_hash IS NOT NULL")
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
