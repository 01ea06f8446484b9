"""The queue of doubts: who is near somebody and not beyond doubt, what speaks for it, and what a person decides.

A decision is an entry that is never changed: the next linking follows it, and one that takes it back brings both files
back exactly as they were.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import schemas
from jobs import lake as tables
from jobs import masks
from jobs.errors import CreditFileError
from jobs.keys import Keys
from jobs.link import parameters
from jobs.link.identity import TOLD
from jobs.rows import few
from jobs.runs import fingerprint
from jobs.silver.columns.text import folded
from jobs.vault_log import Access
from schemas.spark import stored

OVERRIDE = "link.override"
Row = dict[str, Any]


NOTHING = ("no decision",)


def state(lake: Path) -> tuple[str, ...]:
    """Return what stands for all decisions and the training: by it a linking knows whether it has followed them."""
    return (tuple(row["override_id"] for row in decisions(lake)) or NOTHING) + parameters.mark(lake)


def waiting(lake: Path, source: str | None = None) -> list[Row]:
    """Return what waits for a person, the likeliest first; no JVM."""
    rows = few(lake, "link.review", *([("source", "=", source)] if source else []))
    return sorted(rows, key=lambda row: (-row["match_weight"], row["review_id"]))


def one(lake: Path, review_id: str) -> Row:
    """Return one that waits; CF-3301 if none of this name does. The first characters are enough, if they are one's."""
    found = [row for row in waiting(lake) if row["review_id"].startswith(review_id)]
    if len(found) != 1:
        what = f"{len(found)} begin so" if found else "none of this name waits"
        raise CreditFileError("CF-3301", what=what, where=review_id[:80], undone="Nothing was decided.")
    return found[0]


def decisions(lake: Path) -> list[Row]:
    """Return every decision in its order, and whether it still stands."""
    rows = sorted(few(lake, OVERRIDE), key=lambda row: (row["known_from_at"], row["override_id"]))
    undone = {row["undone_id"] for row in rows}
    return [row | {"stands": row["override_code"] != "UNDO" and row["override_id"] not in undone} for row in rows]


def assignment(lake: Path, record_id: str) -> Row:
    """Return whose a record without a number is: its identity's assignment; CF-3302 if it has one, or is not there."""
    links = few(lake, "link.person_record", ("record_id", "=", record_id))
    if not links or links[0]["link_kind_code"] == "NUMBER":
        what = "it is linked by its number" if links else "no such record is linked"
        raise CreditFileError("CF-3302", what=what, where=record_id[:80], undone="Nothing was decided.")
    link = links[0]
    found = few(lake, "link.assignment", ("identity_hash", "=", link["identity_hash"]))
    return next(row for row in found if row["source"] == link["source"])


def write(
    spark: SparkSession,
    lake: Path,
    code: str,
    about: Row,
    author: str,
    why: str,
    at: datetime,
    undone_id: str | None = None,
) -> Row:
    """Append a decision.

    Args:
        spark: the session.
        lake: the lake.
        code: MUST, CANNOT or UNDO.
        about: source, identity_hash and person_id.
        author: who decides.
        why: one sentence.
        at: now.
        undone_id: the decision an UNDO takes back.
    """
    who = {name: about[name] for name in ("source", "identity_hash", "person_id")}
    named = fingerprint(code, *who.values(), at.isoformat(), undone_id or "")
    entry = {"override_id": named, "override_code": code} | who
    entry |= {"undone_id": undone_id, "author_name": author, "why_text": why, "known_from_at": at}
    tables.append_rows(spark, lake, OVERRIDE, tables.inline(spark, stored(schemas.table(OVERRIDE)), [entry]))
    return entry


def taken_back(lake: Path, override_id: str) -> Row:
    """Return a decision that stands, by its name or its beginning; CF-3303 if there is none."""
    found = [row for row in decisions(lake) if row["stands"] and row["override_id"].startswith(override_id)]
    if len(found) != 1:
        raise CreditFileError("CF-3303", where=override_id[:80], undone="Nothing was decided.")
    return found[0]


def sides(spark: SparkSession, lake: Path, keys: Keys, about: Row) -> dict[str, Row]:
    """Open the two identities of a pair, through the vault's door, and return them masked: `this` and `other`."""
    pair = {
        "this": (about["source"], about["identity_hash"]),
        "other": (about["peer_source_code"], about["peer_identity_hash"]),
    }
    found = {}
    for side, (source, identity) in pair.items():
        name = f"vault.{source}"
        rows = tables.read(spark, lake, name).where(F.col("identity_hash") == identity)
        plain = tables.unsealed(spark, lake, keys, rows, Access("review", (name,), identity, 1))
        told = plain.select(F.from_json("plain_text", TOLD).alias("told"))
        number = F.coalesce("told.certificate_no", "told.masked_certificate_no")
        shown = told.select(
            masks.name(F.trim("told.person_name")).alias("name"),
            masks.certificate(folded(number)).alias("certificate"),
            masks.mobile(folded(F.col("told.mobile_no"))).alias("mobile"),
        ).first()
        found[side] = {"source": source} | (shown.asDict() if shown else {})
    return found
