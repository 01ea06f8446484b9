"""A person with a hundred thousand facts does not stop a run, and changes nobody else's file."""

import time
from datetime import UTC, date, datetime
from random import Random

import pytest
from drawn_lives import life
from oracle.known import CADENCES
from pyspark.sql import functions as F
from told_rows import Drawn

import schemas
from schemas.spark import stored

AS_OF, KNOWN_AT = date(2026, 9, 30), datetime(2026, 10, 3, tzinfo=UTC)
PEOPLE = [record for number in range(50) for record in life(Random(9_000 + number), f"p{number:02d}")]
HEAVY = "heavy"
FACTS = 100_000
SECONDS = 60
"""What the heavy person may add to a run. Measured: 12 to 16 s on 2 cores that were busy with other work."""


def lines(spark, name, count, said):
    """So many silver rows of one table, all of the heavy person: `said` in SQL over their number `id`."""
    usual = {
        "record_id": f"concat('{name}-', id)",
        "key_hash": f"concat('{name}-', id)",
        "operation_code": "'I'",
        "event_at": "TIMESTAMP '2022-09-01' + make_dt_interval(CAST(id % 1400 AS INT))",
        "known_from_at": "TIMESTAMP '2022-09-02' + make_dt_interval(CAST(id % 1400 AS INT))",
        "batch_id": "'2026-09'",
        "delivery_no": "1",
    }
    kinds = {field.name: field.dataType for field in stored(schemas.table(f"silver.{name}")).fields}
    columns = [F.expr((usual | said).get(column, "NULL")).cast(kind).alias(column) for column, kind in kinds.items()]
    return spark.range(count).select(*columns)


MONTH = "add_months(DATE'2016-10-01', CAST(id % 120 AS INT))"
DAY = "date_add(DATE'2012-01-01', CAST(id % 5000 AS INT))"
HEAVY_LINES = {
    "hrss_social_insurance": (40_000, {"insurance_kind_code": "'PENSION'", "payment_kind_code": "'NORMAL'",
                                       "employer_uscc_no": "concat('E', id DIV 120)", "period_month": MONTH}),
    "utility_payment": (30_000, {"bill_month": MONTH, "due_date": f"{MONTH}", "paid_date": f"{MONTH}"}),
    "psb_residence": (10_000, {"registration_no": "concat('DJ', id DIV 2000)", "issue_date": DAY, "permit_hash": "'p'",
                               "residence_start_date": DAY, "valid_to_date": f"date_add({DAY}, 364)",
                               "hukou_code": "'340104'", "hukou_date": DAY, "district_code": "'310115'",
                               "is_cancelled": "false"}),
    "hmb_rental_contract": (10_000, {"filing_no": "concat('ZL', id)", "lease_start_date": DAY,
                                     "lease_end_date": f"date_add({DAY}, 200)", "district_code": "'310115'",
                                     "rent_due_count": "6", "rent_on_time_count": "6"}),
    "fin_loan": (5_000, {"institution_code": "'B01'", "loan_no": "concat('DK', id DIV 20)", "snapshot_month": MONTH,
                         "adverse_start_date": "date_add(DATE'2023-01-01', CAST(id % 300 AS INT))",
                         "notice_date": DAY, "provided_date": DAY}),
    "court_enforcement": (5_000, {"case_no": "concat('ZX', id)", "kind_code": "'EXECUTED'", "filed_date": DAY}),
}  # fmt: skip


class Heavy(Drawn):
    """The drawn people, and beside them one of whom a hundred thousand records are known."""

    def read(self, name):
        rows = super().read(name)
        if name == "link.person_record":
            for source, (count, _) in HEAVY_LINES.items():
                ids = self.spark.range(count).select(
                    F.concat(F.lit(f"{source}-"), "id").alias("record_id"),
                    F.lit(source).alias("source"),
                    F.lit(HEAVY).alias("person_id"),
                    F.lit(True).alias("has_number"),
                    F.lit(datetime(2026, 9, 2, tzinfo=UTC)).alias("known_from_at"),
                )
                rows = rows.unionByName(ids, allowMissingColumns=True)
        source = name.removeprefix("silver.")
        return rows.unionByName(lines(self.spark, source, *HEAVY_LINES[source])) if source in HEAVY_LINES else rows


def built(lake):
    start = time.monotonic()
    rows = lake.files(AS_OF, KNOWN_AT, CADENCES).collect()
    return {row["person_id"]: row for row in rows}, time.monotonic() - start


@pytest.fixture(scope="module")
def files(spark):
    return built(Drawn(spark, PEOPLE)), built(Heavy(spark, PEOPLE))


def test_a_hundred_thousand_facts_of_one_person_are_a_file_in_time(files):
    assert sum(count for count, _ in HEAVY_LINES.values()) == FACTS
    (_, alone), (found, seconds) = files
    assert seconds - alone < SECONDS
    file = found[HEAVY]
    assert len(file["record_ids"]) >= FACTS - 5_000
    assert (file["work"]["work_months_24_count"], file["features"]["adverse_open_count"]) == (24, 5_000 + 5_000)


def test_everybody_elses_file_is_as_without_the_heavy_person(files):
    (alone, _), (found, _) = files
    others = {person: row for person, row in found.items() if person != HEAVY}
    assert len(others) > 45
    assert others == alone
