import hashlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from city_reader import MONTHS, Spot, truth

from jobs import city

MEASURED = {
    "NUMBER_TYPO": "number_typo",
    "EXACT_DUPLICATE": "duplicate",
    "CORRECTED": "corrected",
    "CODE_UNKNOWN": "code_unknown",
}


HABITS = {"PHONE_ATTACK", "LANDLORD_ACCOUNT"}
"""Labels of what people do; nothing is wrong with such a record."""


def bytes_of(home: Path) -> dict[str, str]:
    files = sorted(path for path in home.rglob("*") if path.is_file() and "keys" not in path.parts)
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def build_elsewhere(lake: Path, **environment: str) -> None:
    program = "import sys; from pathlib import Path; from jobs import city; city.build(Path(sys.argv[1]), 40, 3)"
    command = [sys.executable, "-c", program, str(lake)]
    subprocess.run(command, check=True, env={**os.environ, **environment})


def test_one_seed_gives_the_same_bytes_in_another_process_zone_and_hash_seed(tmp_path):
    build_elsewhere(tmp_path / "a", PYTHONHASHSEED="1", TZ="America/New_York", LC_ALL="C")
    build_elsewhere(tmp_path / "b", PYTHONHASHSEED="77", TZ="Asia/Kolkata", LC_ALL="C.UTF-8")
    assert bytes_of(tmp_path / "a" / "city") == bytes_of(tmp_path / "b" / "city")


def test_another_seed_gives_another_city(tmp_path):
    first, second = (city.build(tmp_path / str(seed), 20, seed) for seed in (1, 2))
    assert {file["sha256"] for file in first.files} != {file["sha256"] for file in second.files}


def test_an_equal_city_is_left_as_it_is_and_another_replaces_it(tmp_path):
    first = city.build(tmp_path, 15, 4)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert city.build(tmp_path, 15, 4) == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before
    assert city.build(tmp_path, 16, 4).people == 16
    assert {row["true_person"] for row in truth(tmp_path / "city", "person")} == set(range(16))


@pytest.mark.parametrize(
    ("people", "difficulty", "months"), [(0, 1, MONTHS), (5, 4, MONTHS), (5, 1, ("2026-09", "2026-08"))]
)
def test_impossible_wishes_are_refused(tmp_path, people, difficulty, months):
    with pytest.raises(ValueError, match="must be"):
        city.build(tmp_path, people, 1, months, difficulty)


def test_every_record_is_labelled_exactly_once(home, records, contents):
    assert len(truth(home, "record")) == len(records)
    assert records.keys() == contents.keys()


def test_the_manifest_counts_what_truth_holds(lake, records):
    manifest = city.read_manifest(lake / "city")
    counted = Counter((spot.source, spot.batch, label["ends_in"]) for spot, label in records.items())
    stated = {
        (source, batch, ends): count
        for source, batches in manifest.records.items()
        for batch, found in batches.items()
        for ends, count in found.items()
    }
    assert stated == dict(counted)
    made = Counter(label["fault"] for label in records.values() if label["fault"])
    assert manifest.faults["made"] == dict(made)


def test_an_easy_city_has_no_fault(tmp_path):
    city.build(tmp_path, 60, 5, MONTHS, 0.0)
    found = truth(tmp_path / "city", "record")
    assert {label["fault"] for label in found} <= {None, "RESENT", *HABITS}
    assert {label["variant"] for label in found} <= {None, "TWO_JOBS"}
    assert {label["ends_in"] for label in found if label["fault"] is None} <= {"silver", "suppressed"}


def test_faults_reach_their_rates_and_grow_with_difficulty(lake, tmp_path):
    harder = city.build(tmp_path, 250, 11, MONTHS, 2.0)
    usual = city.read_manifest(lake / "city")
    base = sum(count for b in usual.records.values() for ends in b.values() for count in ends.values())
    base -= usual.faults["made"]["RESENT"]
    for fault, rate in MEASURED.items():
        made, asked = usual.faults["made"][fault], usual.faults["asked_share"][rate] * base
        assert abs(made - asked) < max(0.2 * asked, 4 * asked**0.5), fault
        assert harder.faults["made"][fault] > 1.6 * usual.faults["made"][fault], fault


def test_consent_comes_before_everything_it_decides():
    for batch in (*MONTHS, "2026-09-30"):
        at = {source: city.received_at(source, batch) for source in ("consent_grant", "psb_residence")}
        assert at["consent_grant"] < at["psb_residence"]
        assert at["psb_residence"].utcoffset().total_seconds() == 0


def test_the_last_file_of_the_bureau_is_sent_twice(records):
    twice = {spot: label for spot, label in records.items() if spot.delivery_no == 2}
    assert {spot.batch for spot in twice} == {"2026-09"}
    for spot, label in twice.items():
        first = Spot("hrss_social_insurance", "", label["duplicate_of_batch"], 1, label["duplicate_of_file"], spot.line)
        assert label["fault"] == "RESENT"
        assert label["ends_in"] == "duplicate"
        assert label["duplicate_of_line"] == spot.line
        assert records[first]["source_record_no"] == label["source_record_no"]
