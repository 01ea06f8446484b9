"""The bench of linking in small: the records are as hard as said, the lake links as a real one, the peers agree."""

import json
import subprocess
import sys

import polars
import pytest

from jobs import cli, keys, pipeline, runs
from jobs.bench import link, link_lake, link_records, targets
from jobs.bench.link import SCRIPTS
from jobs.bench.pairs import agreement
from jobs.clock import SystemClock
from jobs.settings import Settings

ROWS = 1850
"""Of a hundred people: two have 37 records between them."""


@pytest.fixture(scope="module")
def place(spark, tmp_path_factory):
    """The records of seed 7 as lake, plain table and truth."""
    place = tmp_path_factory.mktemp("bench")
    link_lake.make(spark, place, keys.make(place / "lake", 7), ROWS, 7, SystemClock())
    return place


def linked(place, lake, to):
    """Link as the measured child does, and write its answer."""
    pipeline.link(Settings(lake=lake), link_records.DAY)
    live = polars.read_delta(str(lake / "link" / "person_record"))
    assert set(live["batch_id"]) == {link_records.BATCH, link_records.DAY}
    whose = polars.coalesce("person_id", "record_id").alias("cluster_id")
    to.mkdir()
    live.select("record_id", whose).write_parquet(to / "part.parquet")
    return to


@pytest.fixture(scope="module")
def answer(place):
    lake = place / "lake_full"
    link.copied(place / "lake", lake)
    return linked(place, lake, place / "answer_full")


def drawn(place):
    return polars.read_parquet(place / "drawn" / "*.parquet")


def test_so_many_records_of_so_many_people(place):
    rows = drawn(place)
    assert rows.height == rows["record_id"].n_unique() == ROWS
    sizes = rows.group_by("true_id").len()["len"]
    assert (sizes.len(), sizes.min() >= 12, sizes.max() <= 25) == (100, True, True)
    assert set(rows["source"]) == set(link_records.SOURCES)


def test_the_same_seed_makes_the_same_records_on_other_partitions(spark, place):
    again = link_records.records(spark, ROWS, 7).repartition(7).orderBy("record_id").toArrow()
    same = polars.from_arrow(again).drop("event_at")
    assert same.equals(drawn(place).sort("record_id").drop("event_at").select(same.columns))
    other = link_records.records(spark, ROWS, 8).select("record_id").toArrow()
    assert set(other["record_id"].to_pylist()).isdisjoint(same["record_id"])


def test_numbers_are_valid_and_each_persons_own(place):
    from stdnum.cn import ric

    rows = drawn(place).drop_nulls("number")
    whose = rows.group_by("number").agg(polars.col("true_id").n_unique())
    assert set(whose["true_id"]) == {1}
    weights = [pow(2, 17 - place, 11) for place in range(17)]
    for number in whose["number"]:
        total = sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True))
        assert number[17] == "10X98765432"[total % 11]
        assert ric.calc_check_digit(number) == number[17]
    mistyped = drawn(place).filter(polars.col("certificate_no").is_not_null() & polars.col("number").is_null())
    assert all(ric.calc_check_digit(number) != number[17] for number in mistyped["certificate_no"])


def test_most_records_have_a_number_and_the_others_are_hard(spark):
    rows = polars.from_arrow(link_records.records(spark, 60_000, 7).drop("event_at").toArrow())
    full = rows["number"].is_not_null().mean()
    assert 0.82 < full < 0.89
    assert 0.005 < rows["masked_certificate_no"].is_not_null().mean() < 0.02
    assert 0.005 < (rows["batch_id"] == link_records.DAY).mean() < 0.015
    phones = rows.drop_nulls("mobile_no").group_by("mobile_no").agg(polars.col("true_id").n_unique().alias("people"))
    assert 0.03 < (phones["people"] > 1).mean() < 0.2
    assert phones["people"].max() > 5, "a dormitory's"
    names = rows.filter(polars.col("source") == "psb_residence").group_by("person_name")
    assert names.agg(polars.col("true_id").n_unique().alias("people"))["people"].max() > 3, "a common name"


def test_ours_is_right_and_a_day_later_the_same(place, answer):
    told = agreement(answer, place / "truth")
    assert told.precision >= 0.999
    assert told.recall >= targets.RIGHT["recall"]
    lake = place / "lake_day"
    link.copied(place / "lake", lake)
    today = sorted(lake.glob(f"runs/silver/*/{link_records.DAY}.json"))
    kept = {path: path.read_bytes() for path in today}
    assert len(kept) == len(link_records.SOURCES)
    for path in today:
        path.unlink()
    pipeline.link(Settings(lake=lake), link_records.BATCH)
    for path, text in kept.items():
        path.write_bytes(text)
    pipeline.link(Settings(lake=lake), link_records.DAY)
    assert {run.batch for run in runs.read(lake, "link")} == {link_records.BATCH, link_records.DAY}
    once = polars.read_delta(str(place / "lake_full" / "link" / "person_record")).sort("record_id")
    twice = polars.read_delta(str(lake / "link" / "person_record")).sort("record_id")
    same = (once["person_id"] == twice["person_id"]).mean()
    assert same >= targets.SAME_AS_FULL


def test_plain_splink_on_duckdb_does_the_same_work(place, answer):
    to = place / "answer_splink_duckdb"
    command = [sys.executable, SCRIPTS / "splink_duckdb.py", place / "plain", to, place / "plain"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"seconds"' in done.stdout
    told = agreement(to, place / "truth")
    assert told.precision >= targets.RIGHT["precision"]
    assert told.recall >= targets.RIGHT["recall"]
    assert agreement(to, answer).equal >= 0.99


@pytest.mark.slow
def test_the_whole_bench_beside_all_peers(tmp_path, capsys):
    """Five JVMs one after the other, so it is small; each answer was held to the truth on the way."""
    arguments = ["bench", "link", "--rows", "2000", "--runs", "1", "--peers", "--json", "--quiet"]
    assert cli.run([*arguments, "--lake", str(tmp_path / "lake")]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(told["ratios"]) == {"full / splink_spark", "full / splink_duckdb", "day / full", "full peak GB"}
    assert [one["passes"] in (True, False) for one in told["targets"]] == [True, True, True]
    agreements = told["agreements"]
    assert set(agreements) == {"full", "day", "splink_spark", "splink_duckdb"}
    assert agreements["splink_spark"] == agreements["splink_duckdb"]
    assert agreements["splink_spark"]["equal_pairs"] >= 0.99
    kept = tmp_path / "lake" / "runs" / "bench"
    assert {path.name for path in kept.iterdir()} == {"link.jsonl", "link.svg", "link.txt", "link.log"}


@pytest.mark.parametrize(
    ("name", "clusters", "wrong"),
    [
        ("full", "1", True),
        ("full", "true_id", False),
        ("day", "apart", True),
    ],
)
def test_a_wrong_answer_ends_the_bench(place, tmp_path, name, clusters, wrong):
    """One cluster of all records is wrong; the truth is right; a day's answer must be that of all at once."""
    bench = link.Bench(tmp_path, ROWS, Settings(lake=tmp_path / "lake"), tmp_path / "log")
    (tmp_path / "real").mkdir()
    truth = polars.read_parquet(place / "truth" / "*.parquet")
    for folder, rows in (
        ("real/truth", truth),
        ("answer_full", truth),
        (f"answer_{name}", answered(truth, clusters)),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        rows.write_parquet(tmp_path / folder / "part.parquet")
    if not wrong:
        assert bench._compared(name, {"seconds": 1.0})["precision"] == 1.0
        return
    with pytest.raises(Exception, match="CF-8604"):
        bench._compared(name, {"seconds": 1.0})


def answered(truth, clusters):
    if clusters == "1":
        return truth.with_columns(cluster_id=polars.lit("1"))
    if clusters == "apart":  # right in 97 of 100 pairs, and yet not the same
        first = truth["cluster_id"].is_in([str(n) for n in range(2)])
        return truth.with_columns(cluster_id=polars.when(first).then("record_id").otherwise("cluster_id"))
    return truth
