"""Our linkage rules as plain Splink settings over plain columns: for the peers of `creditfile bench link`.

Same comparisons, same blocking rules, same probabilities, as `schemas/rules/linkage.yaml` has them; beside them an exact
valid number, which our linker settles before Splink: as the first blocking rule, and as the highest level of `number`.
Left out, because Splink has none of it: that a pair must rest on two agreements (a masked number on three), the name
among them; that a person must be clearly nearer than the next; that two numbers never meet over a third record; the cap
on phones that too many share; the frozen frequencies (Splink counts them in the data); people who stay the same from
day to day, the review queue, the reasons behind each link.
"""

import json
from pathlib import Path

import yaml

RULES = Path(__file__).parents[3] / "schemas" / "rules" / "linkage.yaml"
SAME_NUMBER = {
    "sql_condition": "certificate_no_l = certificate_no_r",
    "label_for_charts": "same number",
    "m_probability": 0.98,
    "u_probability": 1e-9,
}

COLUMNS = """
    record_id, source, certificate_no, name, sound, name_set, substr(name, 1, 1) AS surname,
    coalesce(name LIKE '%?%', false) AS is_lossy, mobile, account, gender_code, born_first_year, born_last_year,
    event_at AS seen_from_at, event_at AS seen_to_at,
    CASE WHEN certificate_no IS NOT NULL THEN 'FULL' WHEN written_no LIKE '%*%' THEN 'MASKED'
         WHEN written_no IS NOT NULL THEN 'WRONG' END AS number_kind_code,
    CASE WHEN whole_no IS NOT NULL THEN concat(substr(whole_no, 1, 14)) END AS region_birth,
    CASE WHEN whole_no IS NOT NULL THEN concat(substr(whole_no, 1, 6), substr(whole_no, 15, 4)) END AS region_tail,
    CASE WHEN whole_no IS NOT NULL THEN substr(whole_no, 7, 12) END AS birth_tail,
    CASE WHEN whole_no IS NOT NULL THEN concat(substr(whole_no, 1, 6), substr(whole_no, 15, 4))
         WHEN written_no LIKE '______*%' AND written_no NOT LIKE '_____*%'
         THEN concat(substr(written_no, 1, 6), substr(written_no, 15, 4)) END AS mask_six,
    CASE WHEN whole_no IS NOT NULL THEN concat(substr(whole_no, 1, 5), substr(whole_no, 15, 4))
         WHEN written_no LIKE '_____*%' AND written_no NOT LIKE '____*%'
         THEN concat(substr(written_no, 1, 5), substr(written_no, 15, 4)) END AS mask_five,
    CASE WHEN whole_no IS NOT NULL THEN concat(substr(whole_no, 1, 4), substr(whole_no, 15, 4))
         WHEN written_no LIKE '____*%' THEN concat(substr(written_no, 1, 4), substr(written_no, 15, 4)) END AS mask_four
"""
"""Columns as the rules name them, of the plain table; runs on Spark and on DuckDB. All numbers have 18 characters."""

WHOLE = "coalesce(certificate_no, CASE WHEN written_no NOT LIKE '%*%' THEN written_no END) AS whole_no"


def query(table: str) -> str:
    """Return the SQL that brings the plain table to the columns of the rules."""
    return f"SELECT {COLUMNS} FROM (SELECT *, {WHOLE} FROM {table})"


def settings() -> dict:
    """Return Splink's settings for records instead of identities: no hashes, a number instead of a person."""
    text = json.dumps(yaml.safe_load(RULES.read_text("utf-8"))["settings"])
    plain = json.loads(text.replace("_hash", "").replace("person_id", "certificate_no"))
    number = next(each for each in plain["comparisons"] if each["output_column_name"] == "number")
    number["comparison_levels"].insert(1, SAME_NUMBER)
    blocking = plain["blocking_rules_to_generate_predictions"]
    return plain | {
        "unique_id_column_name": "record_id",
        "blocking_rules_to_generate_predictions": ["l.certificate_no = r.certificate_no", *blocking],
        "additional_columns_to_retain": [],
        "retain_intermediate_calculation_columns": False,
        "retain_matching_columns": False,
    }


def threshold() -> float:
    """Return the match weight from which our linker links by itself."""
    return float(yaml.safe_load(RULES.read_text("utf-8"))["thresholds"]["auto_weight"])
