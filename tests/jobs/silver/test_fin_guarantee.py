from pyspark.testing import assertDataFrameEqual

from jobs.silver.fin_guarantee import clean
from tests.literal import delivered, rows


def test_a_guarantee_gets_its_shares_and_state(spark):
    """Shares in percent without the sign stay as large as they were written: the row checks refuse them."""
    bronze = """
        record_id | guarantee_no | uscc_no            | guarantee_cny | gov_ratio | bank_ratio | insurer_ratio | firm_ratio | start_date | status_code | fee_ratio
        r1        | G-1          | 92310115ma1h8xyq73 | 300000.00     | 40%       | ２０％     | 0.3           | 0.1        | 20260301   | 在保        | 1%
        r2        | G-2          | 92310115MA1H8XYQ73 | 300,000       | 80        | 20         | 0             | 1%%        | 2026-03-01 | 代偿        | 0.5
        r3        | G-3          | -                  | 30万          | 四成      | 1e-1       | .5            | 1000       | 1900-01-01 | 未定        | 0.0000005
    """
    silver = """
        record_id | guarantee_no | uscc_no            | guarantee_cny | gov_ratio | bank_ratio | insurer_ratio | firm_ratio | start_date | status_code | fee_ratio
        r1        | G-1          | 92310115MA1H8XYQ73 | 300000.00     | 0.400000  | 0.200000   | 0.300000      | 0.100000   | 2026-03-01 | ACTIVE      | 0.010000
        r2        | G-2          | 92310115MA1H8XYQ73 | 300000.00     | 80.000000 | 20.000000  | 0.000000      |            | 2026-03-01 | CALLED      | 0.500000
        r3        | G-3          |                    |               |           |            |               |            |            |             |
    """
    expected = rows(spark, "silver.fin_guarantee", silver)
    cleaned = clean(delivered(spark, "bronze.fin_guarantee", bronze))
    assertDataFrameEqual(cleaned.select(expected.columns), expected)
