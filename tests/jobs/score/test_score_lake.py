"""A card from a lake: 240 loans whose borrowers had worked for eighteen months or not at all; and what the verbs say."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta

import pytest

import schemas
from jobs import cli, keys
from jobs import lake as tables
from jobs.errors import CreditFileError
from jobs.gold import step
from jobs.gold.facts import MADE_OF, shaped
from jobs.gold.features import Moment
from jobs.score import card, learn, report
from jobs.score.rule import rule
from tests.contents import tables as contents

CITY = schemas.city("shanghai")
KNOWN = datetime(2026, 4, 2, tzinfo=UTC)
AS_OF = date(2026, 3, 31)
PEOPLE = 240

BORROWERS = f"""
    SELECT lpad(hex(id * 2654435761 % 4294967296), 8, '0') AS mark, id,
           id % 3 > 0 AS works,
           CASE WHEN id % 3 > 0 THEN id % 15 = 1 ELSE id % 5 < 3 END AS fails,
           CASE WHEN id % 2 = 0 THEN DATE'2025-01-15' ELSE DATE'2025-02-15' END AS grant_date
    FROM range({PEOPLE})
"""
"""Every third never worked, and of those three in five fail; of the others one in ten."""

USUAL = """repeat(mark, 4) AS person_id, TIMESTAMP'2026-03-01' AS known_from_at, array(mark) AS record_ids,
           1 AS priority_count"""

ROWS = {
    "link.person_record": """SELECT mark AS record_id, 'fin_loan' AS source, repeat(mark, 4) AS person_id,
        'NUMBER' AS link_kind_code, true AS has_number, '2026-03' AS batch_id, TIMESTAMP'2026-03-01' AS known_from_at
        FROM b""",
    "gold.fact_loan": f"""SELECT {USUAL}, 'fin_loan' AS source_code, concat('bank-', id % 2) AS institution_code,
        mark AS loan_no, 'PERSON' AS borrower_kind_code, grant_date FROM b""",
    "gold.fact_loan_month": f"""SELECT {USUAL}, 'fin_loan' AS source_code, concat('bank-', id % 2) AS institution_code,
        mark AS loan_no, add_months(trunc(grant_date, 'month'), CAST(nth AS INT)) AS period_month,
        CASE WHEN fails AND nth = 4 THEN 61 ELSE 0 END AS dpd_days FROM b CROSS JOIN (SELECT id AS nth FROM range(14))""",
    "gold.fact_work_month": f"""SELECT {USUAL}, 'hrss_social_insurance' AS source_code, 'SI' AS work_kind_code,
        false AS is_backpaid, add_months(DATE'2023-07-01', CAST(nth AS INT)) AS period_month
        FROM b CROSS JOIN (SELECT id AS nth FROM range(18)) WHERE works""",
    "gold.fact_residence_spell": f"""SELECT {USUAL}, 'psb_residence' AS source_code, mark AS registration_no,
        true AS is_permit, DATE'2022-01-01' AS valid_from_date, DATE'2022-01-01' AS residence_start_date,
        CASE WHEN id % 4 = 0 THEN '310104' ELSE '310115' END AS district_code,
        TIMESTAMP'2022-01-01' AS event_at FROM b""",
    "gold.fact_person_trait": f"""SELECT {USUAL}, 'psb_residence' AS source_code, 'RID' AS certificate_type_code,
        CASE WHEN id % 2 = 0 THEN 'M' ELSE 'F' END AS gender_code, DATE'1990-05-05' AS birth_date,
        DATE'2022-01-01' AS valid_from_date FROM b""",
    "gold.fact_hukou_entry": f"""SELECT {USUAL}, 'psb_residence' AS source_code, '341200' AS hukou_code,
        TIMESTAMP'2022-01-01' AS event_at FROM b""",
}


def build(spark, lake, only="true", files_of=None):
    """A lake with links, facts and files of people, as gold leaves it; files made before are copied."""
    spark.sql(BORROWERS).where(only).createOrReplaceTempView("b")
    for name, text in ROWS.items():
        tables.overwrite(spark, lake, name, shaped(spark.sql(text), name))
    if files_of is not None:
        shutil.copytree(tables.where(files_of, "gold.credit_file"), tables.where(lake, "gold.credit_file"))
        return lake
    facts = {name: tables.read(spark, lake, name) for name in MADE_OF}
    mine = keys.make(lake, seed=7)
    files = step.files(spark, lake, CITY, mine, "2026-03", Moment(AS_OF, KNOWN), facts)
    tables.replace_batch(spark, lake, "gold.credit_file", "2026-03", files)
    return lake


@pytest.fixture(scope="module")
def lake(spark, tmp_path_factory):
    return build(spark, tmp_path_factory.mktemp("score") / "lake")


@pytest.fixture(scope="module")
def trained(spark, lake):
    return learn.train(spark, lake, CITY)


def measure(model, name, sample="ALL", category="ALL"):
    found = [
        row["measure_value"]
        for row in model.measures
        if (row["measure_name"], row["sample_code"], row["category_code"]) == (name, sample, category)
    ]
    assert len(found) == 1
    return found[0]


def expected():
    """Good and bad loans by who works, counted in Python."""
    told = {}
    for index in range(PEOPLE):
        works = index % 3 > 0
        fails = index % 15 == 1 if works else index % 5 < 3
        told[works, fails] = told.get((works, fails), 0) + 1
    return told


def test_the_card_finds_what_was_put_into_the_lake(trained):
    used = {row["variable_name"] for row in trained.rows if row["is_used"]}
    assert used & {"work_months_24_count", "work_streak_count"}
    bins = [row for row in trained.rows if row["variable_name"] == "work_months_24_count" and row["bin_level"]]
    assert [(row["from_value"], row["to_value"]) for row in bins] == [(None, 17), (17, None)]
    assert bins[0]["woe_value"] < 0 < bins[1]["woe_value"]
    kept_out = measure(trained, "bad", "HOLDOUT") + measure(trained, "good", "HOLDOUT")
    assert sum(row["good_count"] + row["bad_count"] for row in bins) == PEOPLE - kept_out


def test_every_loan_is_counted_and_nobody_on_both_sides(trained):
    told = expected()
    assert measure(trained, "bad") == told[True, True] + told[False, True] == measure(trained, "outcome:BAD")
    assert measure(trained, "good") == told[True, False] + told[False, False] == measure(trained, "outcome:GOOD")
    for name in ("good", "bad"):
        parts = measure(trained, name, "TRAIN"), measure(trained, name, "HOLDOUT")
        assert all(parts)
        assert sum(parts) == measure(trained, name)


def test_the_months_before_the_grant_count_and_those_of_the_grant_do_not(spark, lake, trained):
    """January's borrowers have 18 months of work by 31 December; of February's one has left the window of 24."""
    assert {row["from_value"] for row in trained.rows if row["variable_name"] == "work_months_24_count"} == {None, 17}


def test_the_same_lake_gives_the_same_card_to_the_letter(spark, lake, trained, tmp_path):
    assert learn.train(spark, build(spark, tmp_path / "elsewhere", files_of=lake), CITY) == trained
    fewer = learn.train(spark, build(spark, tmp_path / "fewer", "id <> 7", lake), CITY)
    assert fewer.version != trained.version


def test_only_variables_of_the_expert_card_stand_in_it(trained):
    named = {row["variable_name"] for row in trained.rows} - {"constant"}
    assert named == {each["name"] for each in schemas.rules("scorecard")["variables"]}
    assert not named & set(schemas.rules("scorecard")["never"])
    assert {row["kind_code"] for row in trained.rows} == {"TRAINED"}


def test_spark_gives_the_points_that_the_card_states(spark, lake, trained):
    terms = [card.term(row) for row in trained.rows]
    people = report.people(spark, lake, terms, rule())
    points = {}
    for (_, given), count in people.points.items():
        points[given] = points.get(given, 0) + count
    constant = terms[0].points
    by_bin = {(t.bin.variable, t.bin.place): t.points for t in terms}
    placed = {}
    for (_, name, place), count in people.places.items():
        placed[name, place] = placed.get((name, place), 0) + count
    total = PEOPLE * constant + sum(count * by_bin[bin_] for bin_, count in placed.items())
    assert abs(float(total) - sum(given * count for given, count in points.items())) <= PEOPLE / 2
    assert sum(points.values()) == PEOPLE


def test_too_few_outcomes_teach_nothing(spark, lake, tmp_path):
    small = build(spark, tmp_path / "small", "id < 100", lake)
    before = contents(small)
    with pytest.raises(CreditFileError) as held:
        learn.train(spark, small, CITY)
    assert held.value.code == "CF-4301"
    bad = sum((i % 15 == 1) if i % 3 else (i % 5 < 3) for i in range(100))
    assert f"{bad} bad and {100 - bad} good loans" in held.value.problem.what
    assert contents(small) == before


def test_a_lake_without_files_has_no_outcomes(spark, tmp_path):
    with pytest.raises(CreditFileError) as held:
        learn.train(spark, tmp_path, CITY)
    assert held.value.code == "CF-4301"


def call(capsys, lake, *arguments):
    status = cli.run([*arguments, "--json", "--lake", str(lake)])
    out, err = capsys.readouterr()
    return status, json.loads(out or err)


def test_the_verbs(spark, lake, trained, capsys, tmp_path):
    assert call(capsys, lake, "score", "card")[0] == 2
    assert call(capsys, lake, "score", "card")[1]["error"]["code"] == "CF-4303"
    before = contents(lake)

    status, told = call(capsys, lake, "score", "train", "--why", "yearly", "--dry-run")
    assert (status, told["version"], told["is_new"]) == (0, trained.version, False)
    assert contents(lake) == before
    assert call(capsys, lake, "score", "train", "--why", "yearly")[0] == 2, "nobody was asked"

    for is_new in (True, False):
        status, told = call(capsys, lake, "score", "train", "--why", "yearly", "--by", "zhang", "--yes")
        assert (status, told["version"], told["is_new"]) == (0, trained.version, is_new)
    kept = card.newest(lake)
    assert len(kept) == len(trained.rows)
    assert {(row["author_name"], row["why_text"]) for row in kept} == {("zhang", "yearly")}
    assert {name: value for name, value in contents(lake).items() if "score_" not in name} == before

    page = tmp_path / "card.html"
    status, told = call(capsys, lake, "score", "card", "--html", str(page))
    assert status == 0
    assert (told["kind"], told["is_in_force"], told["version"]) == ("TRAINED", False, trained.version)
    assert told["limits"][-1].startswith("Everybody in this lake is invented")
    everybody = told["drift"][0]
    assert (everybody["category"], everybody["loans"], everybody["people"]) == ("ALL", PEOPLE, PEOPLE)
    assert everybody["csi"]["work_months_24_count"] > 0.25, "the work of 2023 and 2024 has left the window by now"
    by_axis = {row["axis"]: row for row in told["parity"]}
    assert {group["group"]: group["people"] for group in by_axis["gender_code"]["groups"]} == {"M": 120, "F": 120}
    assert [group["group"] for group in by_axis["age_band"]["groups"]] == ["35-44"]
    assert by_axis["district_code"]["small_groups"] == 0
    text = page.read_text("utf-8")
    assert trained.version in text
    assert "invented" in text
    assert 'src="http' not in text
    assert not any(f"{i * 2654435761 % 2**32:08X}" * 2 in text + json.dumps(told) for i in range(PEOPLE))


def test_the_newest_card_is_shown(spark, lake, trained):
    was = card.newest(lake)[0]["known_from_at"]
    later = learn.Trained("other", [row | {"model_version_code": "other"} for row in trained.rows], [])
    assert learn.write(spark, lake, later, "li", "again", was + timedelta(days=1))
    assert {row["model_version_code"] for row in card.newest(lake)} == {"other"}
