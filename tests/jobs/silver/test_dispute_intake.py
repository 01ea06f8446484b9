from pyspark.testing import assertDataFrameEqual

from jobs.silver.dispute_intake import clean
from tests.literal import delivered, rows


def test_a_dispute_names_its_source_in_any_way_offices_write_it(spark):
    bronze = """
        record_id | dispute_no | target_source_code    | claim_code | claim_text       | received_at               | channel_code | resolution_code | resolved_at
        r1        | YY-1       | hrss_social_insurance | 信息遗漏   | 8月  没有记录    | 2025-09-01T10:00:00+08:00 | 窗口         |                 |
        r2        | YY-2       | 失信被执行人          | NOT_MINE   | 同名同姓         | 2025-09-01T10:00:00Z      | portal       | 已更正          | 2025-09-10T10:00:00+08:00
        r3        | YY-3       | 消费记录              | 生气       | 无               | 2025-09-01 10:00:00       | 传真         | 已收到          | 2025-09-10
    """
    silver = """
        record_id | dispute_no | target_source_code    | claim_code | claim_text       | received_at         | channel_code | resolution_code | resolved_at
        r1        | YY-1       | hrss_social_insurance | MISSING    | 8月  没有记录    | 2025-09-01T02:00:00 | COUNTER      |                 |
        r2        | YY-2       | court_enforcement     | NOT_MINE   | 同名同姓         | 2025-09-01T10:00:00 | PORTAL       | CORRECTED       | 2025-09-10T02:00:00
        r3        | YY-3       |                       |            |                  |                     |              |                 |
    """
    expected = rows(spark, "silver.dispute_intake", silver)
    cleaned = clean(delivered(spark, "bronze.dispute_intake", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
