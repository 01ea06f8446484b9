from pyspark.testing import assertDataFrameEqual

from jobs.silver.psb_residence import clean
from tests.literal import delivered, rows


def test_a_registration_gets_its_codes_dates_and_phone(spark):
    bronze = """
        record_id | certificate_no     | issue_date | valid_to_date | residence_reason_code | gender_code | mobile_no      | is_cancelled
        r1        | 810000199501010015 | 2026-09-03 | 20270902      | 务工                  | 男          | +8613812348000 | 否
        r2        | ABC123456789012    | 20260230   | 9999-12-31    | WORK                  | F           | 13800000000    | 1
        r3        |                    | 1900-01-01 |               | 旅游                  | 3           | N/A            | maybe
    """
    silver = """
        record_id | certificate_no     | certificate_type_code | issue_date | valid_to_date | residence_reason_code | gender_code | mobile_no   | is_cancelled
        r1        | 810000199501010015 | HMT                   | 2026-09-03 | 2027-09-02    | WORK                  | 1           | 13812348000 | false
        r2        | ABC123456789012    | FPR                   |            |               | WORK                  | 2           |             | true
        r3        |                    |                       |            |               |                       |             |             |
    """
    expected = rows(spark, "silver.psb_residence", silver)
    cleaned = clean(delivered(spark, "bronze.psb_residence", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
