"""Files as they are asked for: of any day as then known, as JSON by its schema, and under rules that do not stand yet."""

import json
import re
import shutil

import jsonschema_rs
import polars
import pytest
import yaml

import schemas
from jobs import cli, people, runs
from jobs.gold import as_of, form
from jobs.gold.features import Moment
from jobs.gold.file import CONTENT
from jobs.gold.fresh import fresh_sources
from jobs.settings import Settings
from schemas import profile

BATCHES = ("2026-07", "2026-08", "2026-09")


def files(lake, batch=BATCHES[-1]):
    """Everybody's newest file up to a batch, as a document."""
    rows = polars.read_delta(str(lake / "gold" / "credit_file")).filter(polars.col("batch_id") <= batch)
    return {row["person_id"]: form.as_json(row) for row in rows.sort("version_count").iter_rows(named=True)}


def linked(lake):
    """Who has a record: of others, who turned out to be somebody else, a last and frozen version stays."""
    return set(polars.read_delta(str(lake / "link" / "person_record"))["person_id"])


def answered(capsys, *words):
    capsys.readouterr()
    status = cli.run([*words, "--json"])
    out, err = capsys.readouterr()
    return status, json.loads(out or err.splitlines()[-1])


@pytest.mark.parametrize("batch", BATCHES[:-1])
def test_what_a_file_said_then_is_what_it_says_of_then_now(spark, demo_lake, batch):
    settings = Settings(lake=demo_lake)
    known = people.known_at(settings, batch)
    rows = polars.read_delta(str(demo_lake / "gold" / "credit_file")).filter(polars.col("batch_id") == batch)
    moment = Moment(rows["as_of_date"].max(), known, fresh_sources(demo_lake, known))
    asked = as_of.files_at(spark, demo_lake, people.city_of(settings), moment)
    now = {row["person_id"]: form.as_json(row.asDict(recursive=True)) for row in asked.collect()}
    then = {person: file for person, file in files(demo_lake, batch).items() if person in linked(demo_lake)}
    assert now.keys() == then.keys()
    assert {p: {name: now[p][name] for name in CONTENT} for p in now} == {
        p: {name: then[p][name] for name in CONTENT} for p in then
    }


def test_every_file_is_a_document_of_the_published_schema(demo_lake):
    schema = json.loads((schemas.HERE / "docs" / form.SCHEMA_NAME).read_text("utf-8"))
    judge = jsonschema_rs.validator_for(schema)
    wrong = {p: [str(e) for e in judge.iter_errors(document)] for p, document in files(demo_lake).items()}
    assert {p: errors for p, errors in wrong.items() if errors} == {}
    document = dict(next(iter(files(demo_lake).values())))
    assert not judge.is_valid(document | {"tier_code": "T9"})
    assert not judge.is_valid(document | {"name_text": "张伟"})
    assert not judge.is_valid({name: value for name, value in document.items() if name != "newcomer"})


def test_a_file_is_asked_for_by_its_person(demo_lake, capsys):
    person, first = next((p, file) for p, file in files(demo_lake, BATCHES[0]).items() if p in linked(demo_lake))
    ask = ("explain", "file", person, "--lake", str(demo_lake))
    assert answered(capsys, *ask) == (0, files(demo_lake)[person])
    assert answered(capsys, *ask, "--as-of", first["as_of_date"], "--known-at", first["known_at"]) == (0, first)
    status, told = answered(capsys, *ask, "--as-of", "2026-06-15", "--known-at", "2026-09-20T00:00:00Z")
    assert (status, told["as_of_date"], told["known_at"]) == (0, "2026-06-15", "2026-09-20T00:00:00Z")
    assert "content_hash" not in told, "a file that nobody built has no hash"
    status, problem = answered(capsys, *ask, "--as-of", "2026-06-15", "--known-at", "2020-01-01T00:00:00Z")
    assert (status, problem["error"]["code"]) == (2, "CF-4202")


@pytest.fixture
def changed(tmp_path):
    """A tier rule that asks for more: twenty months of work for T1, nine for T2."""
    rule = yaml.safe_load((schemas.HERE / "rules" / "tier.yaml").read_text("utf-8"))
    rule["rule_version_code"] = "tier-3.0"
    for piece in rule["pieces"]:
        piece["when"] = piece["when"].replace("base_months_24_count >= 12", "base_months_24_count >= 20")
    for tier in rule["tiers"]:
        if "when" in tier:
            tier["when"] = tier["when"].replace("work_months_12_count >= 6", "work_months_12_count >= 9")
    place = tmp_path / "tier.yaml"
    place.write_text(yaml.safe_dump(rule, allow_unicode=True, sort_keys=False), "utf-8")
    return place


@pytest.fixture
def stand(monkeypatch, tmp_path):
    """Lets a rule file stand as if it were the shipped one, until the test ends."""

    def instead(file):
        home = tmp_path / "home"
        shutil.copytree(schemas.HERE / "rules", home / "rules")
        shutil.copytree(schemas.HERE / "cities", home / "cities")
        shutil.copy(file, home / "rules" / file.name)
        monkeypatch.setattr(profile, "HERE", home)
        schemas.rules.cache_clear()

    yield instead
    monkeypatch.undo()
    schemas.rules.cache_clear()


def test_what_a_rule_would_move_is_what_it_moves(demo_lake, changed, stand, tmp_path, capsys):
    lake = tmp_path / "lake"
    shutil.copytree(demo_lake, lake)
    before = files(lake)
    stood = {path: path.stat().st_mtime_ns for path in lake.rglob("*") if path.is_file()}
    status, plan = answered(capsys, "plan", "--rules", str(changed), "--lake", str(lake))
    assert status == (4 if plan["held"] else 0)
    assert {path: path.stat().st_mtime_ns for path in lake.rglob("*") if path.is_file()} == stood, "nothing is written"
    tiers = {item["person_id"]: (item["tier_before"], item["tier_after"]) for item in plan["items"]}
    assert tiers
    assert sum(move["people"] for move in plan["moves"]["tier"]) == len(tiers)
    assert plan["moves"]["category"] == plan["moves"]["band"] == []
    stand(changed)
    people.gold(Settings(lake=lake), BATCHES[-1])
    after = files(lake)
    moved = {p: (before[p]["tier_code"], after[p]["tier_code"]) for p in after}
    assert {p: change for p, change in moved.items() if change[0] != change[1]} == tiers


def test_a_plan_says_what_is_wrong_with_a_rule_file(demo_lake, changed, capsys):
    changed.write_text(changed.read_text("utf-8") + "colour: red\n", "utf-8")
    status, problem = answered(capsys, "plan", "--rules", str(changed), "--lake", str(demo_lake))
    assert (status, problem["error"]["code"]) == (3, "CF-4101")
    assert "tier.yaml:" in problem["error"]["what"]
    status, problem = answered(
        capsys, "plan", "--rules", str(changed.with_name("nobody.yaml")), "--lake", str(demo_lake)
    )
    assert (status, problem["error"]["code"]) == (3, "CF-4101")


def test_how_files_are_spread_is_kept_for_each_batch(demo_lake):
    rows = polars.read_delta(str(demo_lake / "gold" / "file_monitor"))
    assert set(rows["batch_id"]) == {*BATCHES}
    for batch in BATCHES:
        told = files(demo_lake, batch).values()
        of_batch = rows.filter(polars.col("batch_id") == batch)
        tiers = of_batch.filter(polars.col("figure_name") == "tier_code")
        assert dict(tiers.select("value_code", "person_count").filter(polars.col("person_count") > 0).iter_rows()) == {
            tier: sum(one["tier_code"] == tier for one in told) for tier in {one["tier_code"] for one in told}
        }
        drift = of_batch["psi_value"].is_null()
        assert drift.all() == (batch == BATCHES[0])
    page = (demo_lake / "docs" / "quality" / "files.html").read_text("utf-8")
    assert "population stability index" in page
    assert not re.search(r"<(?:script|link)[^>]+(?:src|href)=", page), "it opens without a network"


def test_gold_knows_its_run(demo_lake):
    assert [run.batch for run in runs.read(demo_lake, "gold")] == [*BATCHES]
