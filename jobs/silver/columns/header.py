"""The common header of each delivery (domain.md, section 4.3): alike in every source."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.silver.columns import code, dates, identity


def business() -> list[Column]:
    """Header of records that name no person: the office's record number, operation and times."""
    return [
        F.col("source_record_no"),
        code.of("operation", F.col("operation_code")).alias("operation_code"),
        dates.instant(F.col("event_at")).alias("event_at"),
        dates.instant(F.col("extracted_at")).alias("extracted_at"),
    ]


def columns() -> list[Column]:
    """Header of records about a person: certificate and name beside the rest."""
    stated = code.of("certificate_type", F.col("certificate_type_code"))
    number, operation, happened, extracted = business()
    return [
        number,
        operation,
        F.coalesce(identity.certificate_type(stated, F.col("certificate_no")), stated).alias("certificate_type_code"),
        identity.certificate(F.col("certificate_no"), stated).alias("certificate_no"),
        F.col("person_name"),
        happened,
        extracted,
    ]
