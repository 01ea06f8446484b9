from pyspark.sql import functions as F
from pyspark.testing import assertDataFrameEqual

import schemas
from expectations.rows import reasons_sql
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
        r2        | ABC123456789012    | FPR                   |            |               | WORK                  | 2           | 13800000000 | true
        r3        |                    |                       |            |               |                       |             |             |
    """
    expected = rows(spark, "silver.psb_residence", silver)
    cleaned = clean(delivered(spark, "bronze.psb_residence", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)


def test_a_hukou_code_is_a_division_of_some_year_and_anything_else_is_no_guess(spark):
    bronze = """
        record_id | hukou_code
        r1        | 310115
        r2        | ３４１２２５
        r3        | 310225
        r4        | 510211
        r5        | 169999
        r6        | 3101
        r7        | 310115000000
        r8        | 安徽阜南
        r9        | 无
    """
    silver = """
        record_id | hukou_code
        r1        | 310115
        r2        | 341225
        r3        | 310225
        r4        | 510211
        r5        |
        r6        |
        r7        |
        r8        |
        r9        |
    """
    expected = rows(spark, "silver.psb_residence", silver)
    cleaned = clean(delivered(spark, "bronze.psb_residence", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)


def test_an_unknown_hukou_code_is_a_reason_and_none_at_all_is_not(spark):
    bronze = """
        record_id | hukou_code
        r1        | 310225
        r2        | 169999
        r3        | 无
    """
    expected = """
        record_id | reason_entries
        r1        | []
        r2        | CODE_UNKNOWN hukou_code
        r3        | []
    """
    table = schemas.table("silver.psb_residence")
    of_hukou = "filter(%s, entry -> entry LIKE '%%hukou_code')" % reasons_sql(table, "error")  # noqa: UP031
    drawn = delivered(spark, "bronze.psb_residence", bronze)
    cleaned = clean(drawn).withColumn("received_date", F.lit("2026-09-04").cast("date"))
    found = cleaned.select("record_id", F.expr(of_hukou).alias("reason_entries"))
    assertDataFrameEqual(found, rows(spark, "silver.psb_residence", expected, reason_entries="ARRAY<STRING>"))
