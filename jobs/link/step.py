"""Link what is new: each pending silver batch replaces its own links; people are made once and never renumbered."""

from collections.abc import Callable
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
    _check(made, ledger)
    sources = {one.source.name for one in work}
    known = tables.read(spark, lake, "link.identity")
    replaced, kept = known.where(_is_of(work)), known.where(~_is_of(work))
    brought = known.limit(0)
    if sources:
        brought = described(spark, lake, grouped(rows, kept), keys, sources).select(*known.columns).localCheckpoint()
    identities = kept.unionByName(brought)
    changed = replaced.unionByName(brought)
    numbered = people.where("entry_code = 'CREATE' AND certificate_hash IS NOT NULL")
    numbered = numbered.select("certificate_hash", "person_id")
    decided = decide(spark, lake, identities, changed, people, numbered, keys)
    links = linked(rows, people, decided.judged if decided else None).localCheckpoint()
    counts = links.agg(
        F.count("*").alias("records"),
        F.count("person_id").alias("linked"),
        F.count_distinct("person_id").alias("people"),
    ).first()
    figures = counts.asDict() if counts else {}
    new = made
    if decided:
        entries = decided.entries.select(*made.columns)
        # a run cut off here has written some
        new = made.unionByName(entries.join(ledger.select("ledger_id"), "ledger_id", "left_anti")).localCheckpoint()
    if not new.isEmpty():
        tables.append_rows(spark, lake, "link.ledger", new)
    moved = _moved(spark, lake, work, decided) if decided else links.limit(0)
    places = {
        (row["batch_id"], row["source"]) for row in moved.select("batch_id", "source").distinct().toLocalIterator()
    }
    sealed = new_identities(
        spark,
        lake,
        links.unionByName(moved, allowMissingColumns=True) if places else links,
        keys,
        sources | {source for _, source in places},
    )
    calls = [partial(_write_links, spark, lake, work, links, moved, {batch for batch, _ in places})]
    if sealed is not None:
        calls.append(partial(tables.append_rows, spark, lake, "vault.person", sealed))
    abreast(calls)
    # after the records of whoever moved, or a run cut off here would not know that they must
    _write_judged(spark, lake, work, brought, decided)
    figures["made"] = new.where("entry_code = 'CREATE'").count()
    figures["to_review"] = tables.read(spark, lake, "link.review").count()
    return figures | {"capped": decided.capped.count() if decided else 0}


def _write_judged(
    spark: SparkSession, lake: Path, work: list[Pending], brought: DataFrame, decided: Decided | None
) -> None:
    """Write what was found of those who were judged, and what was compared.

    A batch linked again replaces its identities last: until then they say whom it mattered to before.
    """
    held = _held(spark, lake, "link.identity", work)
    identities = partial(_put, spark, lake, "link.identity", work, brought, held)
    calls: list[Callable[[], None]] = []
    if decided:
        calls.append(partial(tables.overwrite, spark, lake, "link.assignment", decided.assignments.localCheckpoint()))
        if decided.reviews is not None:
            calls.append(partial(tables.overwrite, spark, lake, "link.review", decided.reviews.localCheckpoint()))
    abreast(calls if held else [*calls, identities])
    if held:
        identities()


def _is_of(work: list[Pending]) -> Column:
    """Rows of the pending batches of their sources."""
    told = [(F.col("source") == one.source.name) & (F.col("batch_id") == one.batch) for one in work]
    return reduce(Column.__or__, told, F.lit(False))


def _moved(spark: SparkSession, lake: Path, work: list[Pending], decided: Decided) -> DataFrame:
    """Records of other batches whose identity is another person's now, as rows of `link.person_record`."""
    stood = tables.read(spark, lake, "link.person_record")
    mine = decided.changed.join(decided.judged, ["source", "identity_hash"]).select(
        "source", "identity_hash", "person_id", "link_kind_code", "match_weight"
    )
    told = stood.where("NOT has_number").drop("person_id", "link_kind_code", "match_weight")
    rows = told.join(mine, ["source", "identity_hash"]).select(*stood.columns)
    return rows.where(~_is_of(work)).localCheckpoint()


def _put(
    spark: SparkSession, lake: Path, name: str, work: list[Pending], rows: DataFrame, held: set[tuple[str, str]]
) -> None:
    """Write the pending batches' rows, in the place of those `held`; other sources' stay as they are."""
    pairs = {(one.batch, one.source.name) for one in work}
    if again := sorted(held):
        told = " OR ".join(f"(batch_id = '{batch}' AND source = '{source}')" for batch, source in again)
        is_again = F.coalesce(F.expr(told), F.lit(False))
        tables.replace(spark, lake, name, told, rows.where(is_again))
        rows = rows.where(~is_again)
    if pairs - held:
        tables.append_rows(spark, lake, name, rows)


def _held(spark: SparkSession, lake: Path, name: str, work: list[Pending]) -> set[tuple[str, str]]:
    """Batch and source of those pending batches a table holds rows of."""
    pairs = {(one.batch, one.source.name) for one in work}
    held = tables.read(spark, lake, name).where(F.col("batch_id").isin(*(batch for batch, _ in pairs)))
    return pairs & {tuple(row) for row in held.select("batch_id", "source").distinct().toLocalIterator()}


def _write_links(
    spark: SparkSession, lake: Path, work: list[Pending], links: DataFrame, moved: DataFrame, batches: set[str]
) -> None:
    """Write the pending batches' links, and in the place of their old ones those of records that have moved."""
    name = "link.person_record"
    _put(spark, lake, name, work, links, _held(spark, lake, name, work))
    for batch in sorted(batches):
        part = f"batch_id = '{batch}' AND has_number = false"
        mine = moved.where(part)
        others = tables.read(spark, lake, name).where(part).join(mine.select("record_id"), "record_id", "left_anti")
        tables.replace(spark, lake, name, part, others.select(*mine.columns).unionByName(mine))


def _check(made: DataFrame, ledger: DataFrame) -> None:
    """Hold if a number would stand for two people or a person for two numbers (I9)."""
    created = ledger.where("entry_code = 'CREATE' AND certificate_hash IS NOT NULL")
    doubled = [
        created.unionByName(made).join(made.select(key), key, "left_semi").groupBy(key).count().where("count > 1")
        for key in ("certificate_hash", "person_id")
    ]
    if (rows := doubled[0].select("count").unionByName(doubled[1].select("count")).count()) > 0:
        raise CreditFileError(
            "CF-3101", what=f"{rows} numbers or people twice", where="link.ledger", undone="Nothing was linked."
        )
