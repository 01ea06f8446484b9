"""What people have allowed, as windows of time: asked when a source is loaded, and again at every release.

live(grant, t): granted and valid at t, not withdrawn, not refused, not deleted by the office, as far as it was known
at t (domain.md, section 4.1). A grant names its recipient; wildcards never get this far.
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

WRITTEN = ("WRITTEN", "ELECTRONIC_WRITTEN")
"""Forms of consent that article 14 accepts."""

ORDER = ("event_at", "known_from_at", "batch_id", "delivery_no", "record_id")
"""How versions of one fact follow each other: by what happened, then by what we heard first."""


def history(silver: DataFrame) -> DataFrame:
    """Add to every version of a silver table when it ended for us and when the office deleted its key.

    Columns added: `known_to_at`, from when a later version of the key was known; `deleted_at`, from when a later
    deletion was. Both are null while there is none. A late version with an older event is never known: its
    `known_to_at` is not after its `known_from_at`.
    """
    later = Window.partitionBy("key_hash").orderBy(*ORDER).rowsBetween(1, Window.unboundedFollowing)
    deletion = F.when(F.col("operation_code") == "D", F.col("known_from_at"))
    return silver.withColumns(
        {"known_to_at": F.min("known_from_at").over(later), "deleted_at": F.min(deletion).over(later)}
    )


def current(told: DataFrame) -> DataFrame:
    """Keep of `history` what was our knowledge at some instant."""
    return told.where("known_to_at IS NULL OR known_to_at > known_from_at")


def versions(silver: DataFrame) -> DataFrame:
    """Add `known_to_at` to every version of a silver table, and drop those that were never our knowledge.

    A version ends for us when a later one of the same key becomes known; a late one with an older event enters
    history in its place and is never current.
    """
    return current(history(silver)).drop("deleted_at")


def live_windows(consent_grant: DataFrame) -> DataFrame:
    """Return each version of each grant with `live_from_at` (inclusive) and `live_to_at` (exclusive).

    A version that never lives (refused, deleted, closed before it opens) has no window and is left out.
    """
    start = F.greatest("granted_at", "valid_from_at")
    end = F.least("valid_to_at", F.coalesce("withdrawn_at", "valid_to_at"))
    stated = versions(consent_grant).where("operation_code <> 'D' AND refused_at IS NULL")
    return stated.withColumns({"live_from_at": start, "live_to_at": end}).where("live_from_at < live_to_at")


def granted_to(consent_grant: DataFrame, recipient: str) -> DataFrame:
    """Return one row per person with all windows granted to a recipient.

    Columns: certificate_hash, windows ARRAY<STRUCT<live_from_at, live_to_at, known_from_at, known_to_at, kinds,
    separate_kinds, items>> where `separate_kinds` are kinds consented to by themselves (PIPL-29) and `items` the
    article-14 items given in writing after notice of the adverse effects (CRR-14b).
    """
    written = F.col("has_adverse_notice") & F.col("form_code").isin(*WRITTEN) & F.col("document_hash").isNotNull()
    window = F.struct(
        "live_from_at",
        "live_to_at",
        "known_from_at",
        "known_to_at",
        F.col("data_kind_codes").alias("kinds"),
        F.when(F.col("is_separate_consent"), F.col("data_kind_codes")).alias("separate_kinds"),
        F.when(written, F.col("r14_item_codes")).alias("items"),
    )
    mine = live_windows(consent_grant).where(F.col("recipient_code") == recipient)
    return mine.groupBy("certificate_hash").agg(F.collect_list(window).alias("windows"))


def allows(windows: Column, at: Column, field: str, wanted: str) -> Column:
    """Whether any window, as known at an instant, lives at it and names a kind or an item (see `granted_to`)."""

    def one(window: Column) -> Column:
        return (
            (window["live_from_at"] <= at)
            & (at < window["live_to_at"])
            & (window["known_from_at"] <= at)
            & (window["known_to_at"].isNull() | (at < window["known_to_at"]))
            & F.array_contains(window[field], wanted)
        )

    return F.coalesce(F.exists(windows, one), F.lit(False))
