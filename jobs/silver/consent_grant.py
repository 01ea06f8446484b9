"""The consent ledger: who allowed whom to use which kinds of data, for what, and for how long.

A withdrawal or refusal is a later line of the same grant. Wildcards and windows that close before they open are
set aside (PIPL-14, 23).
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, header, identity, numbers, text


def clean(bronze: DataFrame) -> DataFrame:
    """Bring delivered records to the columns of `silver.consent_grant`, in its order."""
    return text.fold(bronze).select(
        "record_id",
        *header.columns(),
        "consent_no",
        "recipient_code",
        text.words(F.col("purpose_codes")).alias("purpose_codes"),
        text.words(F.col("data_kind_codes")).alias("data_kind_codes"),
        text.words(F.col("r14_item_codes")).alias("r14_item_codes"),
        code.of("consent_mode", F.col("mode_code")).alias("mode_code"),
        code.of("consent_fetch", F.col("fetch_code")).alias("fetch_code"),
        numbers.count(F.col("frequency_count")).alias("frequency_count"),
        dates.day(F.col("data_from_date")).alias("data_from_date"),
        dates.day(F.col("data_to_date")).alias("data_to_date"),
        numbers.count(F.col("data_life_days")).alias("data_life_days"),
        dates.instant(F.col("granted_at")).alias("granted_at"),
        dates.instant(F.col("valid_from_at")).alias("valid_from_at"),
        dates.instant(F.col("valid_to_at")).alias("valid_to_at"),
        dates.instant(F.col("withdrawn_at")).alias("withdrawn_at"),
        dates.instant(F.col("refused_at")).alias("refused_at"),
        code.of("consent_form", F.col("form_code")).alias("form_code"),
        text.yes_no(F.col("has_adverse_notice")).alias("has_adverse_notice"),
        text.yes_no(F.col("is_separate_consent")).alias("is_separate_consent"),
        text.yes_no(F.col("is_marketing_consent")).alias("is_marketing_consent"),
        "template_version_code",
        F.lower(F.col("document_hash")).alias("document_hash"),
        "channel_code",
        identity.certificate(F.col("guardian_certificate_no")).alias("guardian_certificate_no"),
        "delivered",
    )
