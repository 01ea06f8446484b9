"""Bad information (不良信息, CRR-44) with the day the behaviour ended: from then the five years of article 16 run.

The rules are those of domain.md, section 2.2. What depends on the day asked about (status, whether it may be shown) is
computed where it is asked; an event whose end nobody has told is open and has no expiry.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.gold.facts.finance import LOAN
from jobs.gold.facts.record import KNOWN, ONLY_SOURCE, concerning, owned, standing

EXPIRES_AFTER_YEARS = 5
"""征信业管理条例 art. 16."""

EVENT = (
    "adverse_id",
    "person_id",
    "uscc_no",
    "adverse_kind_code",
    "court_kind_code",
    "institution_code",
    "record_no",
    "start_date",
    "end_date",
    "notice_date",
    "provided_date",
    "published_date",
    "removed_date",
    "hidden_date",
    "term_end_date",
    "repaired_date",
    "relief_code",
    *KNOWN,
)
CLOSED_BY_PAYING = ("PERFORMED", "SETTLED")


def _event(rows: DataFrame, said: dict[str, Column]) -> DataFrame:
    """Rows with what a source says of an event, and with those of its columns that it states."""
    made = rows.withColumns(said)
    return made.select(*(name for name in EVENT if name in made.columns))


def penalties(decided: DataFrame, links: DataFrame) -> DataFrame:
    """Penalties of persons and firms: they end with the day of performance; the day of repair stands beside it.

    Args:
        decided: `stated` rows of `silver.amr_penalty`.
        links: whose records they are.
    """
    return _event(
        concerning(decided.where("kind_code = 'PENALTY'"), links, "amr_penalty"),
        {
            "adverse_id": F.col("key_hash"),
            "adverse_kind_code": F.lit("ADMIN_PENALTY"),
            "record_no": F.col("document_no"),
            "start_date": F.col("decided_date"),
            "end_date": F.col("performed_date"),
        },
    )


def enforcements(court_enforcement: DataFrame, links: DataFrame) -> DataFrame:
    """Cases under enforcement and entries of the list of dishonest debtors, of whom a record could be linked to.

    They end with the day of performance, else with the closing of a case by performance or settlement. A case closed
    for want of assets (终本) has not ended.
    """
    is_paid = F.col("close_kind_code").isin(*CLOSED_BY_PAYING)
    return _event(
        owned(court_enforcement, links, "court_enforcement"),
        {
            "adverse_id": F.col("key_hash"),
            "adverse_kind_code": F.lit("COURT_ENFORCEMENT"),
            "court_kind_code": F.col("kind_code"),
            "record_no": F.col("case_no"),
            "start_date": F.col("filed_date"),
            "end_date": F.coalesce("performed_date", F.when(is_paid, F.col("closed_date"))),
        },
    )


def arrears(lines: DataFrame) -> DataFrame:
    """Arrears of loans, one event per loan and first day, by what the newest line that names it says.

    They end when the bank says they were paid or the debt was settled; a loan that was written off has no such day.
    Relief stays with the event once a line that names it has told of it.

    Args:
        lines: rows of `jobs.gold.facts.finance.loan_lines`.
    """
    named = lines.where("adverse_start_date IS NOT NULL")
    event = (*LOAN, "adverse_start_date")
    said = ("person_id", "uscc_no", "adverse_end_date", "notice_date", "relief_code")
    events = standing(named, event, ("snapshot_month",), said, noted=("provided_date",), lasting=("relief_code",))
    return _event(
        events,
        {
            "adverse_id": F.concat_ws("/", *event),
            "adverse_kind_code": F.lit("LOAN"),
            "record_no": F.col("loan_no"),
            "start_date": F.col("adverse_start_date"),
            "end_date": F.col("adverse_end_date"),
            "source_code": F.lit("fin_loan"),
            "priority_count": F.lit(ONLY_SOURCE),
        },
    )


def dated(events: DataFrame) -> DataFrame:
    """Events, valid from their first to their last day, with the last day on which they may be kept."""
    end = F.col("end_date")
    return events.withColumns(
        {
            "valid_from_date": F.col("start_date"),
            "valid_to_date": end,
            "expires_date": F.add_months(end, 12 * EXPIRES_AFTER_YEARS),
        }
    )
