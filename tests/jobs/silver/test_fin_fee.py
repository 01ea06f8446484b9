from pyspark.testing import assertDataFrameEqual

from jobs.silver.fin_fee import clean
from tests.literal import delivered, rows


def test_a_fee_gets_its_kind_sums_and_the_accounts_grades(spark):
    """A sum given back stands negative until the row checks meet it; a sum in place of a band stays for them too."""
    bronze = """
        record_id | account_no          | fee_kind_code | fee_month | standard_cny | charged_cny | account_class_code | verify_level_code | risk_grade_code | is_exempt | deposit_band
        r1        | 6217 0012 3456 7890 | 年费          | 202606    | 10.00        | 0           | Ⅱ类              | 4                 | 低              | 是        | 10000-50000
        r2        | 6217001234567891    | 收单          | 2026-06   | 38元         | -38.00      | I                  | 面签              | h               | 否        | 12345.67
        r3        | 6217001234567892    | 小费          | 2026年6月 | 1.005        | 十          | 四类               | 5                 | 高危            |           | -
    """
    silver = """
        record_id | account_no       | fee_kind_code | fee_month  | standard_cny | charged_cny | account_class_code | verify_level_code | risk_grade_code | is_exempt | deposit_band
        r1        | 6217001234567890 | CARD_ANNUAL   | 2026-06-01 | 10.00        | 0.00        | II                 | 4                 | L               | true      | 10000-50000
        r2        | 6217001234567891 | ACQUIRING     | 2026-06-01 | 38.00        | -38.00      | I                  | 4                 | H               | false     | 12345.67
        r3        | 6217001234567892 |               | 2026-06-01 |              |             |                    |                   |                 |           |
    """
    expected = rows(spark, "silver.fin_fee", silver)
    cleaned = clean(delivered(spark, "bronze.fin_fee", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
