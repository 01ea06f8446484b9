"""One pass over a cleaned batch: reasons, warnings, hashes; then what becomes of each record.

Order of the verdicts: set aside for an error, then duplicate of an earlier record, then suppressed for want of a
legal basis, else silver. Every record gets exactly one.
"""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from expectations.rows import nullified_sql, reasons_sql
from jobs.hashing import content, keyed
from jobs.silver.consent import allows
from schemas import Source, Table

ENTRIES = "reason_entries"
DISPOSITION = "disposition_code"
REPEATED = "EXACT_DUPLICATE"
RESTATED = "KEY_RESTATED"
"""The conflict mark: both versions are kept, and the office did not call the second one a change."""

NOT_CONTENT = ("source_record_no", "extracted_at")
"""Columns in which the same record differs each time the office sends it."""

PLACE = ("batch_id", "delivery_no", "file", "line")
CARRIED = ("identity_hash", "is_parsed", "parse_reason", *PLACE, "known_from_at")


def checked(cleaned: DataFrame, table: Table, timezone: str) -> DataFrame:
    """Add reasons and warnings to cleaned rows, take unusable values away, and hash what names a person.

    Args:
        cleaned: What a cleaner made, with `delivered`, and the key columns of `jobs.hashing` (purpose `link`).
        table: The silver table.
        timezone: The city's, in which a day of delivery is meant.

    Returns:
        The stored columns without `batch`-level verdict, plus `reason_entries` and the place; no plain identifier.
    """
    received = F.to_date(F.from_utc_timestamp(F.col("delivered.known_from_at"), timezone))
    judged = cleaned.withColumn("received_date", received)
    unread = F.when(~F.col("delivered.is_parsed"), F.array(F.col("delivered.parse_reason")))
    entries = F.coalesce(unread, F.expr(reasons_sql(table, "error")))
    warnings = F.when(F.col("delivered.is_parsed"), F.expr(reasons_sql(table, "warning")))
    judged = judged.withColumns({ENTRIES: entries, "warning_entries": F.coalesce(warnings, F.array())})
    judged = judged.withColumns({name: F.expr(sql) for name, sql in nullified_sql(table).items()})
    kept = [_stored(column.name, column.encrypted_name, column.is_identifier) for column in table.columns]
    hashed = judged.select(
        "record_id",
        *(F.col(f"delivered.{name}").alias(name) for name in CARRIED),
        *[column for column in kept if column is not None],
        ENTRIES,
        F.array_distinct(F.transform("warning_entries", lambda e: F.split(e, " ")[0])).alias("warning_codes"),
        "key_inner",
        "key_outer",
    )
    names = {c.name: c.encrypted_name or c.name for c in table.columns if c.encrypted_name or not c.is_identifier}
    key = keyed(F.to_json(F.struct(*(F.col(names[name]) for name in table.primary_key))))
    facts = [F.col(stored) for name, stored in sorted(names.items()) if name not in NOT_CONTENT]
    return hashed.withColumns({"key_hash": key, "content_hash": content(*facts)}).drop("key_inner", "key_outer")


def _stored(name: str, encrypted: str | None, is_identifier: bool) -> Column | None:
    """The masking plan: an identifier leaves as its keyed hash, or not at all."""
    if not is_identifier:
        return F.col(name)
    return keyed(F.col(name)).alias(encrypted) if encrypted else None


def refusal(source: Source) -> str:
    """Return the reason of a record that its source gives no basis to load."""
    return "NO_CONSENT_AT_SOURCE" if source.consent_proof == "AT_SOURCE" else "NO_CONSENT"


def looked_back(rows: DataFrame, earlier: DataFrame) -> DataFrame:
    """Find records that others of their key judge: copies, withdrawals of what never came, and what is stated anew.

    Most keys stand once: only the keys that do not, or that are withdrawn, are looked at, and only keys travel.

    Args:
        rows: `checked` rows of the batch.
        earlier: key_hash, content_hash, record_id and place of silver rows of earlier batches.

    Returns:
        record_id; `duplicate_of_id`, the first record that said the same; `is_stranger`, a withdrawal (D) of a key
        nobody ever delivered; `is_restated`, delivered as new (I) with other content than its key had before.
    """
    order = F.struct(*PLACE, "record_id")
    is_withdrawal = F.col("operation_code") == "D"
    mine = rows.where(F.size(ENTRIES) == 0).select(
        "key_hash",
        "content_hash",
        order.alias("place"),
        is_withdrawal.alias("is_withdrawal"),
        (F.col("operation_code") == "I").alias("is_said_new"),
        F.lit(True).alias("is_mine"),
    )
    theirs = earlier.select(
        "key_hash",
        "content_hash",
        F.struct(
            "batch_id", "delivery_no", F.lit("").alias("file"), F.lit(0).cast("bigint").alias("line"), "record_id"
        ).alias("place"),
        F.lit(False).alias("is_withdrawal"),  # whatever it was, its key is known
        F.lit(False).alias("is_said_new"),
        F.lit(False).alias("is_mine"),
    )
    both = mine.unionByName(theirs)
    concerned = both.groupBy("key_hash").agg(
        F.count("*").alias("stated_count"),
        F.bool_or("is_mine").alias("is_mine"),
        F.bool_or("is_withdrawal").alias("is_withdrawal"),
    )
    concerned = concerned.where("is_mine AND (stated_count > 1 OR is_withdrawal)").select("key_hash")
    of_content, of_key = Window.partitionBy("key_hash", "content_hash"), Window.partitionBy("key_hash")
    stated = F.when(~F.col("is_withdrawal"), F.struct("place", "content_hash"))
    seen = both.join(concerned, "key_hash", "left_semi").withColumns(
        {"first": F.min("place").over(of_content), "origin": F.min(stated).over(of_key)}
    )
    duplicate_of = F.when(F.col("place.record_id") != F.col("first.record_id"), F.col("first.record_id"))
    found = seen.where("is_mine").select(
        F.col("place.record_id").alias("record_id"),
        duplicate_of.alias("duplicate_of_id"),
        (F.col("is_withdrawal") & F.col("origin").isNull()).alias("is_stranger"),
        (F.col("is_said_new") & (F.col("content_hash") != F.col("origin.content_hash"))).alias("is_restated"),
    )
    return found.where("duplicate_of_id IS NOT NULL OR is_stranger OR is_restated")


def classified(
    rows: DataFrame, source: Source, table: Table, earlier: DataFrame, grants: DataFrame | None, r14: Sequence[str]
) -> DataFrame:
    """Give each record its disposition: null stays in silver.

    Args:
        rows: `checked` rows.
        source: The contract, for its legal basis.
        table: The silver table, for its article-14 columns.
        earlier: Silver rows of earlier batches.
        grants: Windows granted to the operator per person, or None if the source needs no consent to load.
        r14: Article-14 items the operator has enabled.
    """
    joined = rows.join(F.broadcast(looked_back(rows, earlier)), "record_id", "left")
    entries = F.when(F.col("is_stranger"), F.array(F.lit("DELETE_UNKNOWN_KEY"))).otherwise(F.col(ENTRIES))
    warned = F.when(F.col("is_restated"), F.array_append("warning_codes", F.lit(RESTATED)))
    joined = joined.withColumns({ENTRIES: entries, "warning_codes": F.coalesce(warned, "warning_codes")})
    joined = joined.drop("is_stranger", "is_restated")
    at = F.col("known_from_at")
    if grants is not None:
        joined = joined.join(grants, "certificate_hash", "left")
    is_allowed = _allowed(source, at, grants is not None, r14)
    if grants is not None:
        joined = joined.withColumns(_article_14(table, at, r14))
    disposition = (
        F.when(F.size(ENTRIES) > 0, F.lit("QUARANTINE"))
        .when(F.col("duplicate_of_id").isNotNull(), F.lit("DUPLICATE"))
        .when(~is_allowed, F.lit("SUPPRESSED"))
    )
    reasons = (
        F.when(disposition == "DUPLICATE", F.array(F.lit(REPEATED)))
        .when(disposition == "SUPPRESSED", F.array(F.lit(refusal(source))))
        .otherwise(F.col(ENTRIES))
    )
    return joined.withColumns({ENTRIES: reasons, DISPOSITION: disposition}).drop("windows")


def _allowed(source: Source, at: Column, has_grants: bool, enabled: Sequence[str]) -> Column:
    """Whether the law lets a record be loaded (domain.md, section 4.1): by the ledger, by consent at the source, or so.

    A record that is public by law needs no consent whatever the rest of its source needs.
    """
    if source.consent_proof == "AT_SOURCE":
        found = F.coalesce(F.col("has_share_consent"), F.lit(False))
    elif has_grants:
        kinds = "separate_kinds" if source.needs_separate_consent else "kinds"
        found = allows(F.col("windows"), at, kinds, source.data_kind_code or "")
        if source.r14_item is not None:
            is_on = F.lit(source.r14_item in enabled)
            found = found & is_on & allows(F.col("windows"), at, "items", source.r14_item)
    else:
        return F.lit(True)
    return found if source.public_when is None else found | F.coalesce(F.expr(source.public_when), F.lit(False))


def _article_14(table: Table, at: Column, enabled: Sequence[str]) -> dict[str, Column]:
    """Values of article 14 stay only for those who allowed that very item in writing; else null (CRR-14b)."""
    found = {}
    for column in table.columns:
        for item in [tag for tag in column.tags if tag.startswith("R14.")]:
            may = allows(F.col("windows"), at, "items", item.removeprefix("R14."))
            is_on = item.removeprefix("R14.") in enabled
            found[column.name] = F.when(may, F.col(column.name)) if is_on else F.lit(None).cast(column.physical_type)
    return found
