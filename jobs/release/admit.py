"""Who and what goes into a release: person by bank, each block only as far as a live grant to that bank reaches.

A grant reaches the kinds it names, narrowed by its purpose (`schemas/rules/purpose.yaml`). A block without a grant
is null, which is not the same as 'nothing known'. Everything is refused by default (CRR-18, PIPL-23).
"""

from datetime import datetime
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs import vault
from jobs.gold.spells import known_at
from jobs.hashing import content, keyed, with_keys, without_keys
from jobs.keys import Keys
from jobs.vault_log import Access
from schemas import City, Column

ADMITTED_TIERS = ("T1", "T2", "T3")


def blocks() -> list[Column]:
    """Return the file's blocks that a bank may read, each with its kind as the only purpose stated."""
    known = schemas.codes("data_kind")
    return [c for c in schemas.table("share.credit_file").columns if c.purposes and c.purposes[0] in known]


def members(files: DataFrame) -> DataFrame:
    """Newest version per person of those who may be in a release (domain.md, section 6.5)."""
    newest = files.groupBy("person_id").agg(F.max("version_count").alias("version_count"))
    return files.join(newest, ["person_id", "version_count"]).where(
        F.col("tier_code").isin(*ADMITTED_TIERS)
        & (F.col("newcomer.newcomer_status_code") == "YES")
        & (F.col("primary_category_code") != "C99")
        & F.col("is_adult")
        & ~F.col("is_frozen")
    )


def grants(consents: DataFrame, banks: list[str], cutoff: datetime) -> DataFrame:
    """Live grants at the cut-off per person and bank: consent numbers and the kinds they reach."""
    at = F.lit(cutoff)
    live = known_at(consents, at).where(
        (F.col("live_from_at") <= at) & (at < F.col("live_to_at")) & F.col("recipient_code").isin(*banks)
    )
    widest = F.create_map(
        *(
            literal
            for purpose, kinds in schemas.rules("purpose")["kinds"].items()
            for literal in (F.lit(purpose), F.array(*(F.lit(kind) for kind in kinds)).cast("array<string>"))
        )
    )
    reach = F.flatten(
        F.transform("purpose_codes", lambda p: F.coalesce(F.try_element_at(widest, p), F.array().cast("array<string>")))
    )
    narrowed = live.withColumn("kinds", F.array_intersect("data_kind_codes", reach)).where("size(kinds) > 0")
    return narrowed.groupBy("person_id", F.col("recipient_code").alias("bank_code")).agg(
        F.array_sort(F.collect_set("consent_no")).alias("consent_nos"),
        F.array_sort(F.array_distinct(F.flatten(F.collect_list("kinds")))).alias("granted_kind_codes"),
    )


def rows(files: DataFrame, granted: DataFrame) -> DataFrame:
    """One row per member and bank, blocks without a granted kind null."""
    joined = members(files).join(granted, "person_id")
    cut = {
        block.name: F.when(F.array_contains("granted_kind_codes", block.purposes[0]), F.col(block.name))
        for block in blocks()
    }
    return joined.withColumns(cut)


def pseudonyms(
    spark: SparkSession, lake: Path, frozen: DataFrame, keys: Keys, city: City, release_id: str
) -> DataFrame:
    """Add the bank's own pseudonym and match hash: keyed per bank, so two banks cannot join their tables.

    `vault.person` is opened for members only, inside the restricted zone. People whose key was destroyed are left out:
    no bank could recognise them.

    Args:
        spark: the session, for the keys' frames.
        lake: the lake.
        frozen: rows of the release, with person_id and bank_code.
        keys: the operator's.
        city: the profile, for its banks.
        release_id: the release, for the vault's log.
    """
    from jobs.silver.columns.identity import certificate

    frozen = vault.not_shredded(spark, lake, frozen)
    identities = tables.read(spark, lake, vault.PERSON)
    needed = identities.join(frozen.select("person_id").distinct(), "person_id", "left_semi")
    access = Access("release", (vault.PERSON,), release_id)
    plain = tables.unsealed(spark, lake, keys, needed, access).select(
        "person_id", F.get_json_object(F.col("plain_text"), "$.certificate_no").alias("delivered")
    )
    numbered = frozen.join(
        plain.select("person_id", certificate(F.col("delivered")).alias("number")), "person_id", "left"
    )
    parts = []
    for bank in city.operator.banks:
        mine = numbered.where(F.col("bank_code") == bank.code)
        mine = without_keys(
            with_keys(spark, mine, keys, f"bank:{bank.code}:person").withColumn(
                "bank_person_id", keyed(F.col("person_id"))
            )
        )
        parts.append(
            without_keys(
                with_keys(spark, mine, keys, f"bank:{bank.code}:match").withColumn("match_hash", keyed(F.col("number")))
            )
        )
    first, *others = parts
    for other in others:
        first = first.unionByName(other)
    return first.drop("number")


def sealed_rows(named: DataFrame, release_id: str) -> DataFrame:
    """Freeze: the release's number and a hash over everything the bank will read."""
    told = [c.name for c in schemas.table("share.credit_file").columns if c.name not in ("row_hash", "release_id")]
    return named.withColumns({"release_id": F.lit(release_id), "row_hash": content(*(F.col(name) for name in told))})
