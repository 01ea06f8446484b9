"""Why something is as it is: the records behind a person's file, and the life of one record. No value of a person."""

from datetime import UTC, date, datetime
from typing import Any

from jobs import quarantine
from jobs.errors import CreditFileError
from jobs.link import explained, review
from jobs.rows import few
from jobs.settings import Settings

Row = dict[str, Any]


def _find(settings: Settings, name: str, column: str, value: str) -> list[dict[str, Any]]:
    return few(settings.lake, name, (column, "=", value))


def person(settings: Settings, person_id: str) -> dict[str, Any]:
    """Return a person's versions with their verdicts and reasons, and how many records of each source stand behind.

    Raises:
        CreditFileError: CF-4202 if there is no file of this person.
    """
    versions = sorted(_find(settings, "gold.credit_file", "person_id", person_id), key=lambda v: v["version_count"])
    if not versions:
        raise CreditFileError("CF-4202", what=person_id)
    links = _find(settings, "link.person_record", "person_id", person_id)
    made = _find(settings, "link.ledger", "person_id", person_id)
    sources: dict[str, dict[str, int]] = {}
    for link in links:
        per = sources.setdefault(link["source"], {})
        per[link["link_kind_code"]] = per.get(link["link_kind_code"], 0) + 1
    return {
        "person_id": person_id,
        "file_no": versions[-1]["file_no"],
        "versions": [_version(version) for version in versions],
        "records": sources,
        "ledger": [
            {
                "entry": e["entry_code"],
                "record_id": e["record_id"],
                "reasons": e["reason_codes"],
                "by": e["author_name"],
                "other_person_id": e["other_person_id"],
                "known_from_at": e["known_from_at"].isoformat(),
            }
            for e in sorted(made, key=lambda entry: entry["known_from_at"])
        ],
        "identities": [
            {
                "source": row["source"],
                "kind": row["link_kind_code"],
                "match_weight": row["match_weight"],
                "weights": explained.waterfall(row["evidence"]),
            }
            for row in _find(settings, "link.assignment", "person_id", person_id)
        ],
    }


def file(settings: Settings, person_id: str, as_of: date | None = None, known_at: datetime | None = None) -> Row:
    """Return a person's file as of any day, known at any instant, in the form that `credit_file.schema.json` describes.

    A version that was built at (T, K) is answered as it stands; any other question is computed from the facts, and so
    has no number, no version and no hash.

    Args:
        settings: where to work.
        person_id: whose.
        as_of: T; the newest version's without it.
        known_at: K, in UTC if it states no zone; the newest version's without it.

    Raises:
        CreditFileError: CF-4202 if there is no file of this person, or nothing was known of the person at K.
    """
    from jobs.gold import form

    versions = _find(settings, "gold.credit_file", "person_id", person_id)
    if not versions:
        raise CreditFileError("CF-4202", what=person_id)
    newest = max(versions, key=lambda version: version["version_count"])
    day = as_of or newest["as_of_date"]
    at = (known_at or newest["known_at"]).replace(tzinfo=(known_at or newest["known_at"]).tzinfo or UTC)
    for version in versions:
        if (version["as_of_date"], version["known_at"]) == (day, at):
            return form.as_json(version)
    return form.as_json(_computed(settings, person_id, day, at))


def _computed(settings: Settings, person_id: str, day: date, at: datetime) -> Row:
    """Compute one person's file from the stored facts; the only part that starts a JVM."""
    from jobs.context import city_of, spark_of
    from jobs.gold.as_of import files_at
    from jobs.gold.features import Moment
    from jobs.gold.fresh import fresh_sources

    moment = Moment(day, at, fresh_sources(settings.lake, at))
    found = files_at(spark_of(settings), settings.lake, city_of(settings), moment, person_id).first()
    if found is None:
        raise CreditFileError("CF-4202", what=f"{person_id}: nothing was known of the person then")
    return found.asDict(recursive=True) | {"known_at": at}  # an instant brought to Python is in this machine's zone


def _version(version: dict[str, Any]) -> dict[str, Any]:
    newcomer = version["newcomer"] or {}
    return {
        "version": version["version_count"],
        "as_of": version["as_of_date"].isoformat(),
        "known_at": version["known_at"].isoformat(),
        "newcomer": newcomer.get("newcomer_status_code"),
        "newcomer_basis": newcomer.get("newcomer_basis_codes"),
        "categories": version["category_codes"],
        "category_reasons": version["category_reason_codes"],
        "tier": version["tier_code"],
        "tier_reasons": version["tier_reason_codes"],
        "completeness": str(version["completeness_ratio"]),
        "rule_versions": version["rule_version_codes"],
        "records": len(version["record_ids"]),
    }


def link(settings: Settings, record_id: str) -> dict[str, Any]:
    """Return why a record is whose it is: kind of link, weights, what it was compared with, decisions and doubts.

    Raises:
        CreditFileError: CF-3304 if the record is in no linking.
    """
    links = _find(settings, "link.person_record", "record_id", record_id)
    if not links:
        raise CreditFileError("CF-3304", what=record_id)
    found = links[0]
    about = (found["source"], found["identity_hash"])
    told = {name: found[name] for name in ("record_id", "source", "person_id", "link_kind_code", "batch_id")}
    told["known_from_at"] = found["known_from_at"].isoformat()
    if found["link_kind_code"] == "NUMBER":
        return told | {"why": "its valid issued number is the person's"}
    assigned = [
        row for row in _find(settings, "link.assignment", "identity_hash", about[1]) if row["source"] == about[0]
    ]
    doubts = [row for row in _find(settings, "link.review", "identity_hash", about[1]) if row["source"] == about[0]]
    decided = [row for row in review.decisions(settings.lake) if (row["source"], row["identity_hash"]) == about]
    for row in assigned:
        told |= {"match_weight": row["match_weight"], "rule_version": row["rule_version_code"]}
        told |= {"compared_with": row["peer_source_code"], "weights": explained.waterfall(row["evidence"])}
    told["waits_for_review"] = [
        {"review_id": row["review_id"], "person_id": row["person_id"], "why": row["reason_codes"]} for row in doubts
    ]
    names = ("override_id", "override_code", "person_id", "author_name", "why_text", "stands")
    told["decisions"] = [{name: row[name] for name in names} for row in decided]
    return told


def record(settings: Settings, record_id: str) -> dict[str, Any]:
    """Return the life of one record: where it was delivered, what became of it, and whose it is.

    Raises:
        CreditFileError: CF-2304 if bronze holds no such record.
    """
    for source, item in quarantine.objects():
        delivered = _find(settings, item.bronze.name, "record_id", record_id)
        if not delivered:
            continue
        row = delivered[0]
        aside = _find(settings, f"quarantine.{item.silver.thing}", "record_id", record_id)
        links = _find(settings, "link.person_record", "record_id", record_id)
        return {
            "record_id": record_id,
            "source": source,
            "object": item.name,
            "place": {key: row[key] for key in ("batch_id", "delivery_no", "file", "line")},
            "received_at": row["known_from_at"].isoformat(),
            "became": aside[0]["disposition_code"] if aside else "SILVER",
            "reasons": aside[0]["reason_codes"] if aside else [],
            "link": {"kind": links[0]["link_kind_code"], "person_id": links[0]["person_id"]} if links else None,
            "delivered": quarantine.masked(item.bronze, row),
        }
    raise CreditFileError("CF-2304", what=record_id)
