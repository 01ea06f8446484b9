"""Quarantine that comes back: a mended code list, the same command twice, and nothing lost or counted twice (F58)."""

import json
import shutil
import sys

import polars
import pytest

import schemas
from jobs import cli, runs
from jobs.silver import rulebook
from tests.office import Desk

SOURCE, OFFICE_WORD = "hrss_social_insurance", "正常申报"
LISTS = sys.modules["schemas.codes"]


@pytest.fixture
def mend(tmp_path, monkeypatch):
    """Teach the list of payments a word of the office, in a copy of the lists."""
    copy = tmp_path / "codes"
    shutil.copytree(LISTS.HERE, copy)
    monkeypatch.setattr(LISTS, "HERE", copy)
    monkeypatch.setattr(rulebook, "LISTS", copy)

    def teach():
        path = copy / "fixes" / "payment_kind.csv"
        path.write_text(path.read_text("utf-8") + f"{OFFICE_WORD},NORMAL\n", "utf-8")
        schemas.fixes.cache_clear()

    yield teach
    schemas.fixes.cache_clear()


@pytest.fixture(scope="module")
def refined(spark, tmp_path_factory):
    """Two months: in the first two records with a word no list knows and one wrong month; then one of the two again."""
    desk = Desk(tmp_path_factory.mktemp("replay") / "lake")
    desk.consents(people=range(1, 5))
    strange = {"payment_kind_code": OFFICE_WORD}
    first = [desk.record(SOURCE, 1), *(desk.record(SOURCE, n, **strange) for n in (2, 3))]
    desk.deliver(SOURCE, "2026-01", [*first, desk.record(SOURCE, 4, period_month="209913")])
    desk.deliver(SOURCE, "2026-02", [desk.record(SOURCE, 2), desk.record(SOURCE, 4)])
    for batch in ("2026-01", "2026-02"):
        cli.run(["run", SOURCE, "bronze", "silver", "--batch", batch, "--quiet", "--lake", str(desk.lake)])
    return desk.lake


@pytest.fixture
def desk(refined, tmp_path):
    """The two months in a lake of the test's own."""
    shutil.copytree(refined, tmp_path / "lake")
    return Desk(tmp_path / "lake")


@pytest.fixture
def replay(desk, capsys):
    """Run the verb: its exit and its JSON."""

    def run(*told):
        capsys.readouterr()
        status = cli.run(["quarantine", "replay", SOURCE, *told, "--json", "--quiet", "--lake", str(desk.lake)])
        return status, json.loads(capsys.readouterr().out)

    return run


def tree(lake):
    """Every file of the lake with its bytes."""
    return {path.relative_to(lake): path.read_bytes() for path in lake.rglob("*") if path.is_file()}


def state(desk, layer):
    rows = desk.table(f"{layer}.{SOURCE}")
    return sorted(map(str, rows.select(sorted(rows.columns)).rows()))


def counts(desk, batch):
    return runs.find(desk.lake, "silver", SOURCE, batch).counts


MOVED = [{"reason": "CODE_UNKNOWN", "to": "SILVER", "to_reason": "", "records": 2}]


@pytest.mark.fault("F58")
def test_after_a_rule_fix_rows_move_once_and_their_history_stays(desk, mend, replay, capsys, spark):
    assert desk.reasons(SOURCE, "2026-01") == [
        (3, "CODE_UNKNOWN", "payment_kind_code"),
        (4, "CODE_UNKNOWN", "payment_kind_code"),
        (5, "MONTH_FORM", "period_month"),
    ]
    status, told = replay()
    assert (status, told["error"]["code"]) == (4, "CF-2302"), "by the same rules nothing would change"
    mend()

    before = tree(desk.lake)
    status, told = replay("--dry-run")
    assert (status, told["dry_run"]) == (0, True)
    assert told["items"] == [{"source": SOURCE, "batch": "2026-01", "moved": 2, "moves": MOVED}]
    assert tree(desk.lake) == before, "a dry run writes nothing"

    status, told = replay("--reason", "CODE_UNKNOWN")
    assert (status, told["format"]) == (0, "creditfile.quarantine.replay/1")
    assert told["items"][0] == {"source": SOURCE, "batch": "2026-01", "moved": 2, "moves": MOVED}
    assert told["items"][1] == {"source": SOURCE, "batch": "2026-02", "moved": 0, "moves": []}
    assert desk.reasons(SOURCE, "2026-01") == [(5, "MONTH_FORM", "period_month")]
    sums = {"received": 4, "silver": 3, "quarantine": 1, "duplicate": 0, "suppressed": 0}
    assert counts(desk, "2026-01") == sums
    sums = {"received": 2, "silver": 1, "quarantine": 0, "duplicate": 1, "suppressed": 0}
    assert counts(desk, "2026-02") == sums, "what the later batch says again is a duplicate now"

    after = state(desk, "silver"), state(desk, "quarantine"), state(desk, "history")
    status, told = replay()
    assert (status, told["error"]["code"]) == (4, "CF-2302")
    assert (state(desk, "silver"), state(desk, "quarantine"), state(desk, "history")) == after, "rows move once"

    history = desk.table(f"history.{SOURCE}")
    assert history["to_code"].to_list() == ["SILVER", "SILVER"]
    assert history["from_reason_codes"].to_list() == [["CODE_UNKNOWN"], ["CODE_UNKNOWN"]]
    record = history["record_id"][0]
    assert cli.run(["quarantine", "show", record, "--json", "--lake", str(desk.lake)]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["disposition"], shown["line"]) == (
        "SILVER",
        desk.table(f"bronze.{SOURCE}").filter(polars.col("record_id") == record)["line"][0],
    )
    assert [(move["from"], move["to"]) for move in shown["history"]] == [("QUARANTINE", "SILVER")]
    assert "王小明" not in json.dumps(shown, ensure_ascii=False)


@pytest.mark.fault("F58")
def test_a_replayed_lake_holds_what_a_new_one_under_the_mended_rules_holds(desk, mend, replay, tmp_path, spark):
    mend()
    assert replay()[0] == 0
    new = Desk(tmp_path / "new")
    shutil.copytree(desk.lake / "landing", new.lake / "landing")
    shutil.copytree(desk.lake / "keys", new.lake / "keys") if (desk.lake / "keys").is_dir() else None
    for source, batch in (("consent_grant", "2025-12"), (SOURCE, "2026-01"), (SOURCE, "2026-02")):
        cli.run(["run", source, "bronze", "silver", "--batch", batch, "--quiet", "--lake", str(new.lake)])
    for layer in ("silver", "quarantine", "bronze"):
        named = [name for name in desk.table(f"{layer}.{SOURCE}").columns if not name.startswith("sealed")]
        mine, fresh = (lake.table(f"{layer}.{SOURCE}").select(sorted(named)).rows() for lake in (desk, new))
        assert sorted(map(str, mine)) == sorted(map(str, fresh))
    assert [counts(desk, batch) for batch in ("2026-01", "2026-02")] == [
        counts(new, batch) for batch in ("2026-01", "2026-02")
    ]


def test_other_batches_and_reasons_are_left_alone_and_a_wrong_reason_is_told(desk, mend, replay, capsys):
    mend()
    assert replay("--batch", "2026-02")[1]["error"]["code"] == "CF-2302", "nothing is set aside there"
    assert replay("--reason", "ID_CHECKSUM")[1]["error"]["code"] == "CF-2302"
    status, told = replay("--reason", "NO_SUCH")
    assert (status, told["error"]["code"]) == (2, "USAGE")


def test_a_listing_says_reason_age_and_owner(desk, capsys):
    found = {}
    for told in ([], ["--batch", "2026-02"], ["--reason", "MONTH_FORM"]):
        assert cli.run(["quarantine", "ls", SOURCE, *told, "--json", "--lake", str(desk.lake)]) == 0
        items = json.loads(capsys.readouterr().out)["items"]
        found[" ".join(told)] = [(item["batch"], item["reason"], item["column"], item["records"]) for item in items]
    unknown, month = ("2026-01", "CODE_UNKNOWN", "payment_kind_code", 2), ("2026-01", "MONTH_FORM", "period_month", 1)
    assert found == {"": [unknown, month], "--batch 2026-02": [], "--reason MONTH_FORM": [month]}
    assert {item["owner"] for item in items} == {schemas.source(SOURCE).owner}
    assert all(item["age_days"] >= 0 for item in items)
