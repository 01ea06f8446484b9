from pyspark.testing import assertDataFrameEqual

from jobs.silver.consent_grant import clean
from tests.literal import delivered, rows


def test_a_grant_gets_its_lists_and_instants(spark):
    bronze = """
        record_id | purpose_codes | granted_at                | withdrawn_at | form_code | document_hash | has_adverse_notice
        r1        | ["02","03"]   | 2026-09-03T09:00:00+08:00 |              | 电子书面  | ABCDEF        | true
        r2        | 02;53         | 2026-09-03T01:00:00Z      | 2026-09-04   | SPOKEN    |               | 0
    """
    silver = """
        record_id | purpose_codes | granted_at           | withdrawn_at | form_code          | document_hash | has_adverse_notice
        r1        | 02, 03        | 2026-09-03T01:00:00  |              | ELECTRONIC_WRITTEN | abcdef        | true
        r2        | 02, 53        | 2026-09-03T01:00:00  |              |                    |               | false
    """
    expected = rows(spark, "silver.consent_grant", silver)
    cleaned = clean(delivered(spark, "bronze.consent_grant", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
