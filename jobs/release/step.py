"""Build a release: pin its inputs, freeze the rows of each bank, judge them, seal the manifest."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs.errors import CreditFileError
from jobs.gold import rules, step
from jobs.hashing import digest
from jobs.ingest.periods import period
from jobs.keys import Keys
from jobs.link import parameters
from jobs.release import admit, manifest, registry
from schemas import City


def check_role(city: City) -> None:
    """Refuse several banks under bank_internal: that would be credit reporting without a licence (CRR-7)."""
    if city.operator.role == "bank_internal" and len(city.operator.banks) > 1:
        raise CreditFileError("CF-5102", undone="Nothing was built.")


def build(
    spark: SparkSession,
    lake: Path,
    city: City,
    keys: Keys,
    batch: str,
    cutoff: datetime,
    at: datetime,
    fingerprint: str,
) -> dict[str, Any]:
    """Build and validate the release of a batch.

    Args:
        spark: the session.
        lake: the lake.
        city: the profile, with role and banks.
        keys: the operator's.
        batch: reporting period.
        cutoff: the instant consent is judged at.
        at: now, for the registry.
        fingerprint: of the gold runs it stands on.

    Returns:
        The registry's record: release_id, status, banks with rows, counts, content hash.
    """
    check_role(city)
    release_id = registry.number(lake, batch)
    files = tables.read(spark, lake, "gold.credit_file").where(F.col("batch_id") <= batch)
    granted = admit.grants(tables.read(spark, lake, "gold.fact_consent"), [b.code for b in city.operator.banks], cutoff)
    named = admit.pseudonyms(spark, lake, admit.rows(files, granted), keys, city, release_id)
    frozen = admit.sealed_rows(named, release_id).localCheckpoint()
    figures = _figures(frozen)
    if not figures["people"]:  # nobody has a file that may be shown: the release says so, of its batch's last day
        figures |= {
            "as_of_date": step.as_of(period(batch, city.city.timezone).end),
            "known_at": cutoff.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    release = {
        "release_id": release_id,
        "batch": batch,
        "fingerprint": fingerprint,
        "consent_cutoff_at": cutoff.isoformat(),
        "person_count": figures["people"],
        "tiers": figures["tiers"],
        "banks": {b.code: figures["banks"].get(b.code, 0) for b in city.operator.banks},
        "content_hash": figures["content_hash"],
        "built_at": at.isoformat(),
    }
    release = registry.move(lake, release, "DRAFT", at, "job")
    _gates(figures, release_id)
    tables.replace_batch(spark, lake, "release.credit_file", release_id, frozen)
    manifest.seal(lake, _manifest(lake, release, city, figures), keys)
    release = registry.move(lake, release, "VALIDATED", at, "job")
    record(spark, lake, city, release, at)
    return release


def _figures(frozen: DataFrame) -> dict[str, Any]:
    """Counts and the hash over all rows, in one pass; the row hashes are no personal values."""
    found = frozen.agg(
        F.count_distinct("person_id").alias("people"),
        digest(F.col("row_hash")).alias("content_hash"),
        F.count_if(F.size("consent_nos") == 0).alias("unconsented"),
        F.count_if(F.col("match_hash").isNull()).alias("unmatched"),
        F.max("as_of_date").alias("as_of_date"),
        # as text: an instant brought to Python is in the zone of whoever runs the job
        F.date_format(F.max("known_at"), "yyyy-MM-dd'T'HH:mm:ssX").alias("known_at"),
        *(
            F.count_distinct(F.when(F.col("tier_code") == tier, F.col("person_id"))).alias(tier)
            for tier in admit.ADMITTED_TIERS
        ),
    ).first()
    assert found is not None  # noqa: S101  (an aggregate always has one row)
    banks = {row["bank_code"]: row["count"] for row in frozen.groupBy("bank_code").count().toLocalIterator()}
    return found.asDict() | {
        "banks": banks,
        "tiers": {tier: found[tier] for tier in admit.ADMITTED_TIERS},
    }


def _gates(figures: dict[str, Any], release_id: str) -> None:
    """Refuse a release with a row that rests on no grant or carries no match hash."""
    if figures["unconsented"]:
        raise CreditFileError("CF-5201", what=f"{figures['unconsented']} rows", where=release_id)
    if figures["unmatched"]:
        raise CreditFileError("CF-5101", what=f"{figures['unmatched']} rows without match hash", where=release_id)


def _manifest(lake: Path, release: dict[str, Any], city: City, figures: dict[str, Any]) -> dict[str, Any]:
    return {
        "release_id": release["release_id"],
        "batch": release["batch"],
        "as_of_date": str(figures["as_of_date"]),
        "known_at": figures["known_at"],
        "consent_cutoff_at": release["consent_cutoff_at"],
        "operator": {"code": city.operator.code, "role": city.operator.role},
        "impact_assessment_no": "PIA-SANDBOX"
        if city.operator.role == "sandbox"
        else city.labels["impact_assessment_no"],
        "rule_versions": [
            *rules.versions(),
            schemas.rules("purpose")["rule_version_code"],
            *parameters.judged_by(lake),
        ],
        "contract_versions": {source.name: source.version for source in schemas.sources()},
        "person_count": release["person_count"],
        "tiers": release["tiers"],
        "banks": release["banks"],
        "gates": ["CONSENT", "MATCH", "ROLE"],
        "content_hash": release["content_hash"],
    }


def record(spark: SparkSession, lake: Path, city: City, release: dict[str, Any], at: datetime) -> None:
    """Append a release's state to the registry table, once per state."""
    sealed = manifest.verify(lake, release["release_id"])
    row = {
        "release_id": release["release_id"],
        "batch_id": release["batch"],
        "as_of_date": sealed["as_of_date"],
        "known_at": sealed["known_at"],
        "consent_cutoff_at": release["consent_cutoff_at"],
        "rule_version_codes": sealed["rule_versions"],
        "category_code": "ALL",
        "area_code": "ALL",
        "person_count": release["person_count"],
        **{f"{tier.lower()}_count": count for tier, count in release["tiers"].items()},
        "gate_codes": sealed["gates"],
        "impact_assessment_no": sealed["impact_assessment_no"],
        "recipient_codes": list(release["banks"]),
        "content_hash": release["content_hash"],
        "previous_release_id": release.get("previous_release_id"),
        "supersedes_release_id": release.get("supersedes_release_id"),
        "status_code": release["status"],
        "author_name": release.get(f"{release['status'].lower()}_by", "job"),
        "known_from_at": at.isoformat(),
    }
    names = [column.name for column in schemas.table("release.batch").columns]
    kinds = {"person_count": "INT", "t1_count": "INT", "t2_count": "INT", "t3_count": "INT"}
    listed = {c.name: c.physical_type for c in schemas.table("release.batch").columns if c.logical_type == "array"}
    schema = ", ".join(f"{name} {kinds.get(name) or listed.get(name) or 'STRING'}" for name in names)
    frame = spark.createDataFrame([tuple(row[name] for name in names)], schema)
    tables.append_once(spark, lake, "release.batch", f"{release['release_id']}:{release['status']}", frame)
