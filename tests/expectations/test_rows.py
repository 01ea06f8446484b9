"""Each reason a contract can give, as one drawn row: silver's value, what the office wrote (`d_`), and the reason."""

import pytest
from literal import rows

import schemas
from expectations.rows import checks, nullified_sql, reasons_sql

RECEIVED = "2026-10-05"

PERSON = """
    record_id | certificate_no     | certificate_type_code | d_certificate_no   | reasons
    ok        | 31011519900307451X | RID                   | 31011519900307451X | []
    absent    |                    |                       |                    | KEY_NULL certificate_no
    cut       | 3.10115E+17        |                       | 3.10115E+17        | ID_TRUNCATED certificate_no
    short     | 31011519900307451  |                       | 31011519900307451  | ID_LENGTH certificate_no
    letters   | 31011519900O07451X |                       | 31011519900O07451X | ID_CHARSET certificate_no
    no_day    | 310115199902300015 | RID                   | 310115199902300015 | ID_DATE certificate_no
    unborn    | 310115209901010012 | RID                   | 310115209901010012 | ID_FUTURE certificate_no
    too_old   | 310115188001010017 | RID                   | 310115188001010017 | ID_AGE certificate_no
    digit     | 310115199003074512 | RID                   | 310115199003074512 | ID_CHECKSUM certificate_no
    passport  | E12345678          | PAS                   | E12345678          | []
    masked    | 3101**********4512 | MASKED                | 3101**********4512 | []
    """

MONTHS = """
    record_id | period_month | d_period_month | reasons
    ok        | 2026-09-01   | 202609         | []
    no_month  |              | 202613         | MONTH_FORM period_month
    no_key    |              |                | KEY_NULL period_month
    """

PAYMENTS = """
    record_id | paid_date  | d_paid_date | reasons
    ok        | 2026-09-25 | 20260925    | []
    unpaid    |            | 1900-01-01  | []
    no_day    |            | 20260931    | DATE_IMPOSSIBLE paid_date
    same_day  | 2026-10-05 | 20261005    | []
    too_soon  | 2026-10-06 | 20261006    | DATE_FUTURE paid_date
    """

BASES = """
    record_id | base_cny | d_base_cny | reasons
    ok        | 7310.00  | 7310.00    | []
    paused    |          | 0          | []
    withheld  |          |            | []
    letters   |          | 73l0       | VALUE_FORM base_cny
    minus     | -1.00    | -1         | AMOUNT_NEGATIVE base_cny
    """

KINDS = """
    record_id | payment_kind_code | d_payment_kind_code | reasons
    ok        | NORMAL            | 正常                | []
    misspelt  |                   | 正長                | CODE_UNKNOWN payment_kind_code
    no_kind   |                   |                     | REQUIRED_NULL payment_kind_code
    """

CREDIT_CODES = """
    record_id | uscc_no            | d_uscc_no          | reasons
    ok        | 91110000600037341L | 91110000600037341L | []
    short     | 91110000600037341  | 91110000600037341  | USCC_LENGTH uscc_no
    letter    | 9111000060003734IL | 9111000060003734IL | USCC_CHARSET uscc_no
    digit     | 91110000600037341K | 91110000600037341K | USCC_CHECKSUM uscc_no
    inner     | 92310115MA1H8XYQ0D | 92310115MA1H8XYQ0D | USCC_ORG uscc_no
    """

INDUSTRIES = """
    record_id | industry_code | d_industry_code | reasons
    ok        | H62           | H62             | []
    class     | H6210         | H6210           | []
    of_2011   | P8236         | P8236           | []
    letter    | C6210         | C6210           | CODE_UNKNOWN industry_code
    division  | O9910         | O9910           | CODE_UNKNOWN industry_code
    words     | 餐饮          | 餐饮            | VALUE_PATTERN industry_code, CODE_UNKNOWN industry_code
    """

COURIERS = """
    record_id | work_month | d_work_month | order_count | active_days | complaint_ratio | d_complaint_ratio | covered_order_count | reasons
    ok        | 2026-09-01 | 202609       | 900         | 30          | 0.010000        | 0.01              | 880                 | []
    running   | 2026-10-01 | 202610       | 90          | 5           |                 |                   |                     | []
    too_many  | 2026-09-01 | 202609       | 900         | 31          | 0.010000        | 0.01              | 880                 | VALUE_RANGE
    ahead     | 2026-10-01 | 202610       | 90          | 6           | 0.010000        | 0.01              | 90                  | VALUE_RANGE
    not_yet   | 2026-11-01 | 202611       | 90          | 6           |                 |                   |                     | DATE_FUTURE work_month
    summed    | 2026-09-01 | 202609       | 900         | 30          | 0.010000        | 0.01              | 1800                | VALUE_RANGE
    percent   | 2026-09-01 | 202609       | 900         | 30          | 7.000000        | 7                 | 880                 | RATIO_RANGE complaint_ratio
    words     | 2026-09-01 | 202609       | 900         | 30          |                 | 很低              | 880                 | VALUE_FORM complaint_ratio
    """

SITES = """
    record_id | entry_date | d_entry_date | exit_date  | attendance_month | d_attendance_month | attendance_days | d_attendance_days | reasons
    ok        | 2026-03-01 | 20260301     |            | 2026-09-01       | 202609             | 26              | 26                | []
    left      | 2026-03-01 | 20260301     | 2026-09-02 | 2026-09-01       | 202609             | 2               | 2                 | []
    absent    | 2026-03-01 | 20260301     |            | 2026-09-01       | 202609             | 0               | 0                 | []
    backwards | 2026-03-01 | 20260301     | 2026-02-01 | 2026-09-01       | 202609             | 2               | 2                 | DATE_ORDER
    invented  | 2026-03-01 | 20260301     |            | 2026-09-01       | 202609             | 31              | 31                | VALUE_RANGE
    absurd    | 2026-03-01 | 20260301     |            | 2026-08-01       | 202608             | 40              | 40                | VALUE_RANGE attendance_days, VALUE_RANGE
    uncounted | 2026-03-01 | 20260301     |            | 2026-09-01       | 202609             |                 |                   | REQUIRED_NULL attendance_days
    """

CARDS = """
    record_id | issue_date | d_issue_date | valid_to_date | d_valid_to_date | reasons
    ok        | 2026-09-01 | 2026-09-01   | 2028-08-31    | 2028-08-31      | []
    for_ever  | 2026-09-01 | 2026-09-01   |               | 9999-12-31      | []
    expired   | 2026-09-01 | 2026-09-01   | 2026-08-31    | 2026-08-31      | DATE_ORDER
    not_yet   | 2026-10-06 | 2026-10-06   | 2028-10-05    | 2028-10-05      | DATE_FUTURE issue_date
    """

PHONES = """
    record_id | mobile_no     | d_mobile_no   | reasons
    ok        | 13812348000   | 13812348000   | []
    nobody's  | 13800000000   | 13800000000   | []
    ones      | 11111111111   | 11111111111   | []
    landline  | 02162880000   | 021-62880000  | MOBILE_FORM mobile_no
    cut       | 1.3812348E+10 | 1.3812348E+10 | MOBILE_FORM mobile_no
    """

POSTS = """
    record_id | post_start_date | d_post_start_date | post_end_date | joined_date | left_date  | rating_ratio | d_rating_ratio | reasons
    ok        | 2026-03-01      | 2026-03-01        | 2026-09-30    | 2019-05-06  |            | 0.930000     | 0.93           | []
    shop_gone | 2026-03-01      | 2026-03-01        | 2026-09-30    | 2019-05-06  | 2019-05-05 | 0.930000     | 0.93           | DATE_ORDER
    gone      | 2026-03-01      | 2026-03-01        | 2026-02-28    | 2019-05-06  |            | 0.930000     | 0.93           | DATE_ORDER
    minus     | 2026-03-01      | 2026-03-01        |               |             |            | -0.050000    | -0.05          | RATIO_RANGE rating_ratio
    """

MEMBERS = """
    record_id | cluster_code | entry_date | d_entry_date | exit_date  | reasons
    ok        | NT-JD        | 2026-03-01 | 2026-03-01   | 2026-09-30 | []
    nowhere   |              | 2026-03-01 | 2026-03-01   |            | KEY_NULL cluster_code
    backwards | NT-JD        | 2026-03-01 | 2026-03-01   | 2026-02-28 | DATE_ORDER
    """

BOUNDARIES = """
    record_id | boundary_text                                                     | reasons
    ok        | POLYGON((121.2 31.3, 121.3 31.3, 121.3 31.4, 121.2 31.3))         | []
    two       | MULTIPOLYGON(((1 2, 3 4, 5 6, 1 2)), ((7 8, 9 8, 9 9, 7 8)))      | []
    listed    |                                                                   | []
    a_line    | LINESTRING(121.2 31.3, 121.3 31.3)                                | VALUE_PATTERN boundary_text
    cut_off   | POLYGON((121.2 31.3, 121.3 31                                     | VALUE_PATTERN boundary_text
    words     | 东至沪宜公路，南至永盛路                                          | VALUE_PATTERN boundary_text
    """

RESIDENCE = """
    record_id | issue_date | d_issue_date | valid_to_date | d_valid_to_date | reasons
    ok        | 2026-09-01 | 20260901     | 2027-08-31    | 20270831        | []
    for_ever  | 2026-09-01 | 20260901     |               | 9999-12-31      | []
    unknown   |            | 1900-01-01   |               |                 | DATE_PLACEHOLDER issue_date
    backwards | 2026-09-01 | 20260901     | 2026-08-31    | 20260831        | DATE_ORDER
    """

WILDCARDS = """
    record_id | recipient_code | d_recipient_code | purpose_codes | d_purpose_codes | data_kind_codes | reasons
    ok        | BANK_A         | BANK_A           | 02            | 02              | WORK            | []
    anyone    | *              | *                | 02            | 02              | WORK            | CONSENT_INVALID
    anything  | BANK_A         | BANK_A           | 02            | 02              | WORK, all       | CONSENT_INVALID
    """

WITHDRAWALS = """
    record_id | granted_at       | d_granted_at     | withdrawn_at     | d_withdrawn_at   | reasons
    ok        | 2026-09-01T08:00 | 2026-09-01T08:00 | 2026-09-02T08:00 | 2026-09-02T08:00 | []
    too_early | 2026-09-01T08:00 | 2026-09-01T08:00 | 2026-08-31T08:00 | 2026-08-31T08:00 | CONSENT_INVALID
    not_yet   | 2026-10-06T08:00 | 2026-10-06T08:00 |                  |                  | DATE_FUTURE granted_at
    """

GRANTS = """
    record_id | document_hash | frequency_count | d_frequency_count | reasons
    ok        |               | 12              | 12                | []
    forged    | 12ab          | 12              | 12                | CONSENT_INVALID document_hash
    minus     |               | -1              | -1                | VALUE_RANGE frequency_count
    """

RATES = """
    record_id | rate_ratio | d_rate_ratio | reasons
    ok        | 0.043500   | 4.35%        | []
    free      | 0.000000   | 0            | []
    percent   | 4.350000   | 4.35         | RATIO_RANGE rate_ratio
    minus     | -0.010000  | -1%          | RATIO_RANGE rate_ratio
    """

RENEWALS = """
    record_id | renewal_of_loan_no | applied_at       | d_applied_at     | grant_date | d_grant_date | reasons
    ok        | D1                 | 2026-06-01T01:00 | 2026-06-01T01:00 | 2026-06-01 | 2026-06-01   | []
    first     |                    | 2026-06-02T01:00 | 2026-06-02T01:00 | 2026-06-01 | 2026-06-01   | []
    too_early | D1                 | 2026-06-02T01:00 | 2026-06-02T01:00 | 2026-06-01 | 2026-06-01   | RENEWAL_BEFORE_GRANT
    not_paid  | D1                 | 2026-06-02T01:00 | 2026-06-02T01:00 |            |              | RENEWAL_BEFORE_GRANT
    """

ARREARS = """
    record_id | status_code | d_status_code | adverse_start_date | adverse_end_date | notice_date | provided_date | reasons
    ok        | OPEN        | 正常          | 2026-06-01         |                  | 2026-07-10  | 2026-07-10    | []
    paid      | SETTLED     | 结清          | 2026-06-01         | 2026-08-15       | 2026-07-10  | 2026-09-05    | []
    none      | SETTLED     | 结清          |                    |                  |             | 2026-09-05    | []
    untold    | OPEN        | 正常          | 2026-06-01         |                  |             | 2026-07-10    | ADV_NO_NOTICE
    too_late  | OPEN        | 正常          | 2026-06-01         |                  | 2026-07-11  | 2026-07-10    | ADV_NO_NOTICE
    no_end    | SETTLED     | 结清          | 2026-06-01         |                  | 2026-07-10  | 2026-09-05    | ADV_END_MISSING
    lost      | WRITTEN_OFF | 核销          | 2026-06-01         |                  | 2026-07-10  | 2026-09-05    | []
    backwards | SETTLED     | 结清          | 2026-06-01         | 2026-05-15       | 2026-07-10  | 2026-09-05    | DATE_ORDER
    """

STREETS = """
    record_id | street_code | d_street_code | longitude_value | d_longitude_value | reasons
    ok        | 310115005   | 310115005     | 121.5447        | 121.5447          | []
    name      | 陆家嘴      | 陆家嘴        | 121.5447        | 121.5447          | VALUE_PATTERN street_code
    minutes   | 310115005   | 310115005     | 12132.6800      | 12132.68          | VALUE_RANGE longitude_value
    """

DEPOSITS = """
    record_id | deposit_band | d_deposit_band | charged_cny | d_charged_cny | reasons
    ok        | 10000-50000  | 10000-50000    | 0.00        | 0             | []
    most      | 500000+      | 500000+        | 10.00       | 10            | []
    sum       | 12345.67     | 12345.67       | 10.00       | 10            | VALUE_PATTERN deposit_band
    returned  |              |                | -10.00      | -10           | AMOUNT_NEGATIVE charged_cny
    """

SHARES = """
    record_id | gov_ratio | bank_ratio | insurer_ratio | guarantor_ratio | firm_ratio | reasons
    ok        | 0.4       | 0.2        | 0.1           | 0.2             | 0.1        | []
    two_only  | 0.8       | 0.2        |               |                 |            | []
    thirds    | 0.3333    | 0.3333     | 0.3333        |                 |            | []
    open      |           |            |               |                 |            | []
    missing   | 0.4       | 0.2        | 0.1           | 0.2             |            | SHARE_SUM
    too_much  | 0.4       | 0.2        | 0.1           | 0.2             | 0.1002     | SHARE_SUM
    percent   | 80        | 20         | 0             | 0               | 0          | RATIO_RANGE gov_ratio, RATIO_RANGE bank_ratio
    """

MASKS = """
    record_id | masked_certificate_no | d_masked_certificate_no | reasons
    four      | 3101**********451X    | 3101**********451x      | []
    six       | 310115********4512    | 310115********4512      | []
    absent    |                       |                         | KEY_NULL masked_certificate_no
    unmasked  | 31011519900307451X    | 31011519900307451X      | ID_CHARSET masked_certificate_no
    too_open  | 310115199*****4512    | 310115199*****4512      | ID_CHARSET masked_certificate_no
    """

CASE_ENDS = """
    record_id | close_kind_code | d_close_kind_code | performance_code | d_performance_code | performed_date | d_performed_date | closed_date | d_closed_date | reasons
    open      |                 |                   | NONE             | 全部未履行         |                |                  |             |               | []
    performed | PERFORMED       | 执行完毕          | FULL             | 全部履行           | 2026-09-01     | 20260901         |             |               | []
    closed    | SETTLED         | 和解              |                  |                    |                |                  | 2026-09-01  | 20260901      | []
    no_assets | NO_ASSETS       | 终本              | NONE             | 全部未履行         |                |                  |             |               | []
    no_day    | SETTLED         | 和解              |                  |                    |                |                  |             |               | ADV_END_MISSING
    no_end    | PERFORMED       | 执行完毕          |                  |                    |                | 9999-12-31       |             |               | ADV_END_MISSING
    all_paid  |                 |                   | FULL             | 全部履行           |                |                  |             |               | ADV_END_MISSING
    """

CASE_DAYS = """
    record_id | filed_date | d_filed_date | published_date | d_published_date | term_end_date | d_term_end_date | age_count | d_age_count | reasons
    ok        | 2026-01-05 | 20260105     | 2026-02-01     | 20260201         | 2028-02-01    | 20280201        | 35        | 35          | []
    backwards | 2026-01-05 | 20260105     | 2026-01-04     | 20260104         |               |                 |           |             | DATE_ORDER
    no_filing |            |              |                |                  |               |                 |           |             | REQUIRED_NULL filed_date
    age       | 2026-01-05 | 20260105     |                |                  |               |                 | 305       | 305         | VALUE_RANGE age_count
    """

PENALTIES = """
    record_id | uscc_no            | d_uscc_no          | decided_date | d_decided_date | performed_date | d_performed_date | listed_date | d_listed_date | removed_date | d_removed_date | amount_cny | d_amount_cny | reasons
    firm      | 91310115MA1K3ABC99 | 91310115MA1K3ABC99 | 2026-01-05   | 20260105       | 2026-02-01     | 20260201         |             |               |              |                | 500.00     | 500          | []
    person    |                    |                    | 2026-01-05   | 20260105       |                |                  |             |               |              |                |            |              | []
    mistyped  | 91310115MA1K3ABC98 | 91310115MA1K3ABC98 | 2026-01-05   | 20260105       |                |                  |             |               |              |                |            |              | USCC_CHECKSUM uscc_no
    too_early |                    |                    | 2026-01-05   | 20260105       | 2026-01-04     | 20260104         |             |               |              |                |            |              | DATE_ORDER
    relisted  |                    |                    | 2026-01-05   | 20260105       |                |                  | 2026-01-05  | 20260105      | 2025-12-31   | 20251231       |            |              | DATE_ORDER
    fine      |                    |                    | 2026-01-05   | 20260105       |                |                  |             |               |              |                | -500.00    | -500         | AMOUNT_NEGATIVE amount_cny
    """

PROJECTS = """
    record_id | unit_count | d_unit_count | occupied_count | d_occupied_count | reasons
    full      | 400        | 400          | 400            | 400              | []
    overfull  | 400        | 400          | 401            | 401              | VALUE_RANGE
    minus     | 400        | 400          | -1             | -1               | VALUE_RANGE occupied_count
    """

GRADES = """
    record_id | rating_year | d_rating_year | rating_code | d_rating_code | reasons
    ok        | 2025        | 2025          | A           | A级           | []
    no_year   |             | 25            | A           | A级           | VALUE_FORM rating_year
    too_old   | 1998        | 1998          | A           | A级           | VALUE_RANGE rating_year
    no_grade  | 2025        | 2025          |             | E             | CODE_UNKNOWN rating_code
    """

DISPUTES = """
    record_id | target_source_code | d_target_source_code | received_at      | d_received_at    | resolved_at      | d_resolved_at    | reasons
    ok        | court_enforcement  | 失信被执行人         | 2026-09-01T08:00 | 2026-09-01T08:00 | 2026-09-20T08:00 | 2026-09-20T08:00 | []
    whole     |                    |                      | 2026-09-01T08:00 | 2026-09-01T08:00 |                  |                  | []
    nowhere   |                    | 消费记录             | 2026-09-01T08:00 | 2026-09-01T08:00 |                  |                  | CODE_UNKNOWN target_source_code
    backwards |                    |                      | 2026-09-01T08:00 | 2026-09-01T08:00 | 2026-08-31T08:00 | 2026-08-31T08:00 | DATE_ORDER
    """

FUND = """
    record_id | employer_ratio | d_employer_ratio | first_month | d_first_month | paid_to_month | d_paid_to_month | reasons
    ok        | 0.07           | 7%               | 2023-11-01  | 202311        | 2026-08-01    | 202608          | []
    percent   | 7              | 7                | 2023-11-01  | 202311        | 2026-08-01    | 202608          | RATIO_RANGE employer_ratio
    one       | 1              | 1                | 2023-11-01  | 202311        | 2026-08-01    | 202608          | RATIO_RANGE employer_ratio
    minus     | -0.07          | -0.07            | 2023-11-01  | 202311        | 2026-08-01    | 202608          | RATIO_RANGE employer_ratio
    letters   |                | 七               | 2023-11-01  | 202311        | 2026-08-01    | 202608          | VALUE_FORM employer_ratio
    backwards | 0.07           | 0.07             | 2026-09-01  | 202609        | 2026-08-01    | 202608          | DATE_ORDER
    """

FILINGS = """
    record_id  | tax_cny | d_tax_cny | is_annual_settlement | d_is_annual_settlement | filed_date | d_filed_date | reasons
    ok         | 144.00  | 144.00    | false                | 否                     | 2026-09-12 | 20260912     | []
    given_back | -260.00 | -260.00   | true                 | 是                     | 2026-04-10 | 20260410     | []
    minus      | -144.00 | -144.00   | false                | 否                     | 2026-09-12 | 20260912     | AMOUNT_NEGATIVE tax_cny
    unsaid     | 144.00  | 144.00    |                      |                        | 2026-09-12 | 20260912     | REQUIRED_NULL is_annual_settlement
    """

REGISTRATIONS = """
    record_id | contract_start_date | d_contract_start_date | contract_end_date | d_contract_end_date | exit_date  | d_exit_date | reasons
    ok        | 2025-03-01          | 20250301              | 2026-02-28        | 20260228            | 2025-11-30 | 20251130    | []
    open      | 2025-03-01          | 20250301              |                   | 9999-12-31          |            |             | []
    backwards | 2025-03-01          | 20250301              | 2025-02-28        | 20250228            |            |             | DATE_ORDER
    left      | 2025-03-01          | 20250301              |                   |                     | 2025-02-01 | 20250201    | DATE_ORDER
    not_yet   | 2025-03-01          | 20250301              |                   |                     | 2026-10-06 | 20261006    | DATE_FUTURE exit_date
    """

RESIDENTS = """
    record_id   | certificate_no     | person_name | gender_code | birth_date | mobile_no   | reasons
    ok          | 11010519491231002X | 阿依古丽·买买提 | 2       | 1949-12-31 | 13812348000 | []
    unstated    | 11010519491231002X |             |             |            |             | []
    unsaid      | 11010519491231002X |             | 9           |            |             | []
    no_number   |                    | 王芳        | 1           | 1950-01-01 |             | []
    century     | 340104000101997    | 王芳        | 2           | 2000-01-01 |             | ID_15_AMBIGUOUS certificate_no
    nowhere     | 169999199001010011 | 王芳        | 1           | 1990-01-01 |             | ID_REGION_UNKNOWN certificate_no
    young_code  | 31011519900307451X | 王芳        | 1           | 1990-03-07 |             | ID_REGION_BIRTH certificate_no
    other       | 11010519491231002X | 王芳        | 1           | 1949-12-30 |             | ID_GENDER certificate_no, ID_BIRTH certificate_no
    foreigner   | 931840198507040010 | 王芳        | 2           | 1985-07-05 |             | ID_GENDER certificate_no, ID_BIRTH certificate_no
    typo        | 169999199001010012 | 王芳        | 2           | 1990-01-01 |             | ID_CHECKSUM certificate_no, ID_REGION_UNKNOWN certificate_no, ID_GENDER certificate_no
    short       | 16999919900101001  | 王芳        | 2           | 1990-01-02 |             | ID_LENGTH certificate_no
    rare        |                    | 王\ue863     |             |            |             | NAME_PUA person_name
    nobody's    |                    |             |             |            | 13800000000 | MOBILE_PLACEHOLDER mobile_no
    """
"""Warnings: the row stays."""

DRAWN = {
    "silver.hrss_social_insurance": (PERSON, MONTHS, PAYMENTS, BASES, KINDS),
    "silver.amr_business": (CREDIT_CODES, INDUSTRIES),
    "silver.assn_catering": (PHONES, POSTS),
    "silver.assn_construction": (SITES,),
    "silver.assn_delivery": (COURIERS,),
    "silver.assn_domestic_service": (CARDS,),
    "silver.park_membership": (MEMBERS,),
    "silver.park_membership_cluster": (BOUNDARIES,),
    "silver.psb_residence": (RESIDENCE,),
    "silver.hpf_contribution": (FUND,),
    "silver.tax_income_filing": (FILINGS,),
    "silver.hrss_employment": (REGISTRATIONS,),
    "silver.consent_grant": (WILDCARDS, WITHDRAWALS, GRANTS),
    "silver.fin_loan": (RATES, RENEWALS, ARREARS),
    "silver.fin_loan_branch": (STREETS,),
    "silver.fin_fee": (DEPOSITS,),
    "silver.fin_guarantee": (SHARES,),
    "silver.court_enforcement": (MASKS, CASE_ENDS, CASE_DAYS),
    "silver.amr_penalty": (PENALTIES,),
    "silver.hmb_rental_contract_project": (PROJECTS,),
    "silver.tax_enterprise_rating": (GRADES,),
    "silver.dispute_intake": (DISPUTES,),
}


def cleaned(spark, name, text):
    """What a cleaner would make of a drawn table; columns not drawn are null, and nothing was written there."""
    table = schemas.table(name)
    delivered = sorted({column.sources[0].split(".")[-1] for column in table.columns})
    written = {f"d_{column}": "STRING" for column in delivered}
    drawn = rows(spark, name, text, reasons="ARRAY<STRING>", **written)

    def given(name, kind="STRING"):
        return name if name in drawn.columns else f"CAST(NULL AS {kind})"

    others = [f"{given(c.name, c.physical_type)} AS {c.name}" for c in table.columns if c.name not in drawn.columns]
    struct = ", ".join(f"{given(f'd_{name}')} AS {name}" for name in delivered)
    return drawn.selectExpr("*", *others, f"struct({struct}) AS delivered", f"DATE'{RECEIVED}' AS received_date")


def judged(spark, name, text, severity="error"):
    """Reasons by row: drawn ones, and given ones about drawn columns or the whole row."""
    frame = cleaned(spark, name, text)
    drawn = text.strip().splitlines()[0]
    found = frame.selectExpr("record_id", "reasons", f"{reasons_sql(schemas.table(name), severity)} AS given").collect()
    names = [column.strip() for column in drawn.split("|")]
    given = {row["record_id"]: [e for e in row["given"] if " " not in e or e.split(" ")[1] in names] for row in found}
    return {row["record_id"]: row["reasons"] for row in found}, given


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in DRAWN.items() for text in texts])
def test_a_row_gets_exactly_the_reasons_drawn_beside_it(spark, name, text):
    expected, given = judged(spark, name, text)
    assert given == expected


def test_every_reason_a_contract_can_give_is_drawn_here():
    """One is drawn below, because its text is long."""
    drawn = "".join(text for texts in DRAWN.values() for text in texts)
    stated = {check.reason for source in schemas.sources() for item in source.objects for check in checks(item.silver)}
    assert {reason for reason in stated if reason not in drawn + RESIDENTS} == {"TEXT_OVERSIZE"}


def test_a_text_over_its_length_is_set_aside_and_one_at_its_length_is_not(spark):
    text = f"""
        record_id | employer_name | d_employer_name | reasons
        ok        | {"长" * 200}  | x               | []
        poison    | {"长" * 201}  | x               | TEXT_OVERSIZE employer_name
        """
    expected, given = judged(spark, "silver.hrss_social_insurance", text)
    assert given == expected


def test_a_number_no_key_needs_is_taken_away_with_a_warning(spark):
    text = """
        record_id | certificate_no     | certificate_type_code | reasons
        ok        | 11010519491231002X | RID                   | []
        digit     | 110105194912310028 | RID                   | ID_CHECKSUM certificate_no
        century   | 340104000101997    | RID15                 | ID_15_AMBIGUOUS certificate_no
        """
    expected, given = judged(spark, "silver.psb_residence", text, severity="warning")
    assert given == expected
    kept = nullified_sql(schemas.table("silver.psb_residence"))["certificate_no"]
    frame = cleaned(spark, "silver.psb_residence", text).selectExpr("record_id", f"{kept} AS kept").collect()
    assert {row["record_id"]: row["kept"] for row in frame} == {
        "ok": "11010519491231002X",
        "digit": None,
        "century": None,
    }


def test_a_warning_stands_beside_the_row_that_stays(spark):
    expected, given = judged(spark, "silver.psb_residence", RESIDENTS, severity="warning")
    assert given == expected
    drawn = cleaned(spark, "silver.psb_residence", RESIDENTS)
    taken = nullified_sql(schemas.table("silver.psb_residence"))
    kept = drawn.selectExpr(
        "record_id", *(f"{sql} IS NULL AND {name} IS NOT NULL AS {name}" for name, sql in taken.items())
    )
    gone = {(row["record_id"], name) for row in kept.collect() for name in taken if row[name]}
    assert gone == {
        ("century", "certificate_no"),
        ("typo", "certificate_no"),
        ("short", "certificate_no"),
        ("nobody's", "mobile_no"),
    }


def test_a_code_of_an_expired_catalogue_is_taken_away_and_the_words_stay(spark):
    text = """
        record_id | occupation_code | occupation_text | reasons
        present   | 6-18-01-01      | 车工            | []
        expired   | X2-10-02-05     | 车工            | VALUE_PATTERN occupation_code
        short     | 6-18-01         | 车工            | VALUE_PATTERN occupation_code
        """
    expected, given = judged(spark, "silver.hrss_skill_certificate", text, severity="warning")
    assert given == expected
    kept = nullified_sql(schemas.table("silver.hrss_skill_certificate"))["occupation_code"]
    frame = cleaned(spark, "silver.hrss_skill_certificate", text).selectExpr("record_id", f"{kept} AS kept").collect()
    assert {row["record_id"]: row["kept"] for row in frame} == {"present": "6-18-01-01", "expired": None, "short": None}


def test_reasons_stand_in_the_contracts_order(spark):
    text = """
        record_id | period_month | d_period_month | base_cny | d_base_cny | paid_date | d_paid_date | reasons
        r1        |              | x              | -1.00    | -1         |           | x           | []
        """
    _, given = judged(spark, "silver.hrss_social_insurance", text)
    assert given == {"r1": ["MONTH_FORM period_month", "DATE_IMPOSSIBLE paid_date", "AMOUNT_NEGATIVE base_cny"]}
