"""How a bench measures: turns, lines, spread, memory of a tree, targets, and what it draws."""

import json
import sys
from datetime import UTC, datetime

import pytest

from jobs import cli
from jobs.bench import drawing, link, machine, measured, rounds, start_lake, targets
from jobs.clock import FixedClock
from jobs.context import quiet
from jobs.errors import CreditFileError

CLOCK = FixedClock(datetime(2026, 10, 1, tzinfo=UTC))


def spread_of(median, **more):
    both = {"seconds": median, **more}
    return {name: {"min": value, "median": value, "max": value} for name, value in both.items()}


def test_turns_go_forwards_and_backwards_and_each_run_is_a_line(tmp_path):
    seen = []
    contenders = {name: lambda name=name: seen.append(name) or {"seconds": len(seen)} for name in ("a", "b")}
    lines = tmp_path / "bench" / "x.jsonl"
    found = rounds.rounds(lines, {"bench": "x"}, contenders, 3, CLOCK, quiet)
    assert seen == ["a", "b", "b", "a", "a", "b"]
    assert found == {"a": [{"seconds": 1}, {"seconds": 4}, {"seconds": 5}], "b": [{"seconds": n} for n in (2, 3, 6)]}
    told = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [(line["contender"], line["run"], line["seconds"]) for line in told][:3] == [
        ("a", 1, 1),
        ("b", 1, 2),
        ("b", 2, 3),
    ]
    assert {line["at"] for line in told} == {"2026-10-01T00:00:00+00:00"}


def test_spread():
    runs = [{"seconds": 3.0, "peak_mb": 5}, {"seconds": 1.0, "peak_mb": 7}, {"seconds": 2.5, "peak_mb": 6}]
    assert rounds.spread(runs) == {
        "seconds": {"min": 1.0, "median": 2.5, "max": 3.0},
        "peak_mb": {"min": 5, "median": 6, "max": 7},
    }


def test_the_memory_of_all_processes_of_a_run_counts(tmp_path):
    held = "import time; held = bytearray(80 * 2**20); [n * n for n in range(10**7)]; time.sleep(0.9)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {held!r}]); print('{{\"seconds\": 2}}')"
    told = measured.run([sys.executable, "-c", parent], tmp_path / "log")
    assert told["seconds"] == 2
    assert told["peak_mb"] > 90
    assert told["wall"] > 0.9
    assert 0.1 < told["cpu"] <= told["wall"] * 2
    assert told["jvm_mb"] == 0


def test_a_run_that_fails_ends_the_bench_and_its_words_are_in_the_log(tmp_path):
    with pytest.raises(CreditFileError) as told:
        measured.run([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path / "log")
    assert told.value.code == "CF-8603"
    assert "no such thing" in (tmp_path / "log").read_text()


def test_ratios_are_medians_over_medians_under_the_names_of_the_targets():
    figures = {
        "full": spread_of(80.0, peak_mb=4000.0),
        "day": spread_of(6.0),
        "splink_spark": spread_of(100.0),
        "splink_duckdb": spread_of(10.0),
    }
    ratios = link.compared(figures)
    assert ratios == {
        "full / splink_spark": 0.8,
        "full / splink_duckdb": 8.0,
        "day / full": 0.075,
        "full peak GB": 4.19,
    }
    assert {target.figure for target in targets.TARGETS if target.bench == "link"} <= set(ratios)


def test_a_target_passes_falls_short_or_was_not_measured():
    told = targets.judged("link", {"full / splink_spark": 1.0, "day / full": 0.11})
    assert [(one["figure"], one["passes"]) for one in told] == [
        ("full / splink_spark", True),
        ("day / full", False),
        ("full peak GB", None),
    ]
    assert [line.split(":")[0] for line in drawing.verdicts(told)] == ["pass", "fall short", "not measured"]


def test_the_chart_has_its_table_beside_it(tmp_path):
    figures = {"full": spread_of(80.0, start=6.0, peak_mb=4000.0), "day": spread_of(6.5)}
    svg, text = drawing.draw(tmp_path / "link", "Linking", figures, targets.judged("link", {"day / full": 0.081}))
    assert svg.read_text().startswith("<svg")
    assert "80.00" in svg.read_text()
    table = text.read_text()
    assert "full  80.00    80.00" in table
    assert "pass: day / full 0.081 (at most 0.1)" in table


def test_the_machine_is_described_and_not_named():
    import socket

    facts = machine.facts()
    assert facts["cores"] >= 1
    assert facts["versions"]["splink"] == "5.0.0"
    assert socket.gethostname() not in json.dumps(facts)


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CREDITFILE_LAKE", str(tmp_path / "lake"))

    def run(*arguments):
        status = cli.run(list(arguments))
        return status, capsys.readouterr().out

    return run


def test_bench_start_measures_both_and_keeps_them(call, tmp_path):
    status, out = call("bench", "start", "--runs", "2", "--json", "--quiet")
    assert status == 0
    told = json.loads(out.splitlines()[-1])
    assert set(told["ratios"]) == {"help seconds", "status seconds"}
    assert all(0 < seconds < 60 for seconds in told["ratios"].values())
    assert [one["limit"] for one in told["targets"]] == [0.4, 1.5]
    kept = tmp_path / "lake" / "runs" / "bench"
    assert {path.name for path in kept.iterdir()} == {"start.jsonl", "start.svg", "start.txt", "start.log"}
    assert len((kept / "start.jsonl").read_text().splitlines()) == 4


def test_the_made_lake_is_one_that_status_reads_whole(call, tmp_path):
    start_lake.make(tmp_path / "lake")
    status, out = call("status", "--json")
    told = json.loads(out)
    assert status == 0
    assert {item["status"] for item in told["items"]} == {"done"}
    assert len(told["items"]) == len(told["scorecard"]) * len(start_lake.BATCHES)
    assert len(told["people"]) == 6


@pytest.mark.parametrize("command", ["bench link", "bench start"])
def test_a_dry_run_writes_nothing(call, command, tmp_path):
    status, out = call(*command.split(), "--dry-run", "--json")
    assert (status, json.loads(out)["format"]) == (0, "creditfile.bench/1")
    assert not (tmp_path / "lake").exists()


def test_peers_need_a_clone(call, monkeypatch, tmp_path):
    monkeypatch.setattr(link, "SCRIPTS", tmp_path / "nowhere")
    assert call("bench", "link", "--peers")[0] == 2
