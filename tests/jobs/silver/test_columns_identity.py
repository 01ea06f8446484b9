"""The golden vectors of the identifiers (domain.md, section 3.2), word for word, on a day in 2025.

Each number goes the product's way: folded, brought to its canonical form, judged by the rules that a contract states.
"""

import importlib
import re

import pytest
from literal import delivered
from pyspark.sql import functions as F

import schemas
from expectations.predicates import PREDICATES
from expectations.rows import reasons_sql

DAY = "2025-06-30"

CERTIFICATES = """
    delivered           | says                                                     | canonical          | kind
    11010519491231002X  | ok                                                       | 11010519491231002X | RID
    31011519900307451X  | ok, WARN ID_REGION_BIRTH (Pudong's code is younger than the birth) | 31011519900307451X | RID
    31011519900307451x  | ok, same as X                                            | 31011519900307451X | RID
    ３１０１１５１９９００３０７４５１Ｘ | ok, same                                     | 31011519900307451X | RID
    310225199001010019  | ok (retired 南汇县)                                      | 310225199001010019 | RID
    310103199001010015  | ok (retired 卢湾区)                                      | 310103199001010015 | RID
    510211199001010018  | ok (old 重庆)                                            | 510211199001010018 | RID
    310225198001010014  | ok (list begins 1982: no WARN)                           | 310225198001010014 | RID
    510211198001010013  | ok, same                                                 | 510211198001010013 | RID
    310103198001010010  | ok                                                       | 310103198001010010 | RID
    310151199001010016  | ok, WARN ID_REGION_BIRTH (崇明区)                        | 310151199001010016 | RID
    110101200002290018  | ok (leap day)                                            | 110101200002290018 | RID
    169999199001010011  | ok, WARN ID_REGION_UNKNOWN                               | 169999199001010011 | RID
    110101190002290011  | ERROR ID_DATE (1900 is no leap year)                     | 110101190002290011 | RID
    310115199902300015  | ERROR ID_DATE                                            | 310115199902300015 | RID
    340104900230001     | ERROR ID_DATE                                            | 340104199002300016 | RID15
    310115209901010012  | ERROR ID_FUTURE                                          | 310115209901010012 | RID
    310115188001010017  | ERROR ID_AGE                                             | 310115188001010017 | RID
    310115199003074512  | ERROR ID_CHECKSUM (is X)                                 | 310115199003074512 | RID
    31011519900307451   | ERROR ID_LENGTH                                          | 31011519900307451  |
    3.10115E+17         | ERROR ID_TRUNCATED                                       | 3.10115E+17        |
    3101**********4512  | MASKED                                                   | 3101**********4512 | MASKED
    340104900101001     | RID15 → 340104199001010017                               | 340104199001010017 | RID15
    310115900307451     | → 31011519900307451X                                     | 31011519900307451X | RID15
    340104000101997     | WARN ID_15_AMBIGUOUS, not upgraded                       | 340104000101997    | RID15
    810000199501010015  | HMT ok                                                   | 810000199501010015 | HMT
    820000200001010016  | HMT ok                                                   | 820000200001010016 | HMT
    830000198802290021  | HMT ok                                                   | 830000198802290021 | HMT
    931840198507040010  | FPR 2023 ok                                              | 931840198507040010 | FPR
    ABC123456789012     | FPR 2017 ok (pattern)                                    | ABC123456789012    | FPR
    """
"""`says` is the page's own text. What is "same as" another number, or becomes it, has that number's warnings."""

CODES = """
    delivered           | says
    91110000600037341L  | USCC ok (inner 600037341 ok)
    91310115MA1K3ABC99  | USCC ok
    92310115MA1H8XYQ73  | USCC ok (个体户)
    93310115MA1GKL261D  | USCC ok
    91110000600037341K  | ERROR USCC_CHECKSUM
    92310115MA1H8XYQ0D  | ERROR USCC_ORG (inner must be 7)
    """

MOBILES = """
    delivered           | says
    13812348000         | ok
    12812348000         | ERROR MOBILE_FORM
    """

CARDS = """
    delivered           | says
    6228480123456789015 | card ok
    6228480123456789016 | card wrong
    """


def lines(text):
    """The cells of a drawn table, by heading."""
    head, *body = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(head, cells, strict=True)) for cells in body]


def cleaned(spark, source, column, numbers, stated=None):
    """What a source's cleaner makes of numbers delivered in one column; `record_id` is the number."""
    clean = importlib.import_module(f"jobs.silver.{source}").clean
    head, body = f"record_id | {column}", [f"'{number}' | '{number}'" for number in numbers]
    if stated is not None:
        head, body = f"{head} | certificate_type_code", [f"{line} | {stated}" for line in body]
    text = "\n".join([head, *body])
    return clean(delivered(spark, f"bronze.{source}", text)).withColumn("received_date", F.lit(DAY).cast("date"))


def reasons(frame, source, column):
    """Errors and warnings of one column by number, each as the contract's rules give them."""
    table = schemas.table(f"silver.{source}")
    lists = [f"{reasons_sql(table, severity)} AS {severity}" for severity in ("error", "warning")]
    found = frame.selectExpr("record_id", *lists).collect()
    return {
        row[0]: tuple([e.split(" ")[0] for e in row[at] if e.endswith(f" {column}")] for at in (1, 2)) for row in found
    }


def said(level, *words):
    return sorted({code for text in words for code in re.findall(rf"{level} ([A-Z0-9_]+)", text)})


def test_every_golden_certificate_number_gets_its_canonical_form_kind_and_reasons(spark):
    """A number with an error is set aside, whatever warnings there are besides."""
    page = lines(CERTIFICATES)
    frame = cleaned(spark, "hrss_social_insurance", "certificate_no", [line["delivered"] for line in page])
    given = reasons(frame, "hrss_social_insurance", "certificate_no")
    forms = {row[0]: row[1:] for row in frame.select("record_id", "certificate_no", "certificate_type_code").collect()}
    for line in page:
        errors, warnings = given[line["delivered"]]
        same = [other["says"] for other in page if other["canonical"] == line["canonical"]]
        assert errors == said("ERROR", line["says"]), line
        assert errors or warnings == said("WARN", *same), line
        assert forms[line["delivered"]] == (line["canonical"], line["kind"] or None), line


@pytest.mark.parametrize(
    ("source", "column", "text"), [("amr_business", "uscc_no", CODES), ("assn_catering", "mobile_no", MOBILES)]
)
def test_every_golden_credit_code_and_mobile_number_gets_its_reasons(spark, source, column, text):
    page = lines(text)
    given = reasons(cleaned(spark, source, column, [line["delivered"] for line in page]), source, column)
    assert given == {line["delivered"]: (said("ERROR", line["says"]), said("WARN", line["says"])) for line in page}


def test_every_golden_card_number_is_told_right_or_wrong(spark):
    page = lines(CARDS)
    frame = spark.createDataFrame([(line["delivered"], line["says"]) for line in page], "delivered STRING, says STRING")
    found = frame.selectExpr("says", f"{PREDICATES['bank_card']('delivered', {})} AS is_bad").collect()
    assert {row["says"]: row["is_bad"] for row in found} == {"card ok": False, "card wrong": True}
    assert len(found) == 2


FORMS = """
    delivered              | stated | canonical          | kind   | errors
    310115 19900307 451x   |        | 31011519900307451X | RID    |
    \u2019310115199003074\u200b51X | | 31011519900307451X | RID    |
    31011519900307451Ⅹ     |        | 31011519900307451X | RID    |
    \u202d31011519900307451X\u202c | | 31011519900307451X | RID   |
    31011519900O07451X     |        | 31011519900O07451X |        | ID_CHARSET
    31011519900307451Ω     | RID    | 31011519900307451Ω | RID    | ID_CHARSET
    31011519900307A        |        | 31011519900307A    |        | ID_CHARSET
    3.1E+17                | RID    | 3.1E+17            | RID    | ID_TRUNCATED
    340104900230997        |        | 340104900230997    | RID15  | ID_DATE
    310115880230999        |        | 310115880230999    | RID15  | ID_DATE
    e12345678              | PAS    | E12345678          | PAS    |
    H1234567890            | PAS    | H1234567890        | PAS    |
    12345678               | PAS    | 12345678           | PAS    |
    12345678               |        | 12345678           |        | ID_LENGTH
    123456789012345        | PAS    | 123456789012345    | PAS    |
    E123                   | PAS    | E123               | PAS    | ID_LENGTH
    E1234567*              | PAS    | E1234567*          | PAS    | ID_CHARSET
    11010519491231002X     | PAS    | 11010519491231002X | RID    |
    810000199501010015     | RID    | 810000199501010015 | HMT    |
    931840198513450013     | RID    | 931840198513450013 | FPR    | ID_CHECKSUM
    ABC123456789012        | PAS    | ABC123456789012    | PAS    |
    310115********451X     |        | 310115********451X | MASKED |
    31**************12     | MASKED | 31**************12 | MASKED | ID_CHARSET
    310115*****4512        |        | 310115*****4512    |        | ID_CHARSET
    11010519491231002X     | RID15  | 11010519491231002X | RID    |
    """


def test_the_office_s_kind_holds_where_the_layout_fits_it_and_spaces_and_marks_go(spark):
    page = lines(FORMS)
    for stated in sorted({line["stated"] for line in page}):
        mine = {line["delivered"]: line for line in page if line["stated"] == stated}
        frame = cleaned(spark, "hrss_social_insurance", "certificate_no", [*mine], stated).localCheckpoint()
        given = reasons(frame, "hrss_social_insurance", "certificate_no")
        for row in frame.select("record_id", "certificate_no", "certificate_type_code").collect():
            line = mine[row["record_id"]]
            found = (row["certificate_no"], row["certificate_type_code"] or "", ", ".join(given[row["record_id"]][0]))
            assert found == (line["canonical"], line["kind"], line["errors"]), line
