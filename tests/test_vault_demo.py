"""The vault on a small city: after a new key and one person's end nothing has leaked, and releases can still be built."""

import json
import shutil

import polars
import pytest

from jobs import cli
from tests.test_demo import test_no_identifier_stands_anywhere_outside_the_restricted_zone as find_no_identifier

SOURCES = "psb_residence,hrss_social_insurance"
BATCH = "2026-09"


@pytest.mark.slow
def test_a_city_gets_a_new_key_loses_a_person_and_leaks_nothing(spark, tmp_path, capsys):
    lake = tmp_path / "lake"

    def call(*arguments):
        capsys.readouterr()
        status = cli.run([*arguments, "--lake", str(lake), "--quiet", "--json"])
        return status, json.loads(capsys.readouterr().out)

    assert call("demo", "--people", "100", "--seed", "5", "--sources", SOURCES)[0] == 0
    find_no_identifier(lake)
    assert call("vault", "rotate", "--why", "yearly", "--yes")[0] == 0
    before = polars.read_delta(str(lake / "release" / "credit_file"))
    person = sorted(before["person_id"])[0]
    assert call("vault", "shred", person, "--why", "case 12", "--yes")[0] == 0
    find_no_identifier(lake)
    for built in ("runs/release", "release", "share"):
        shutil.rmtree(lake / built)
    status, told = call("release", "build", "--batch", BATCH)
    assert (status, told["status"]) == (0, "VALIDATED")
    after = polars.read_delta(str(lake / "release" / "credit_file"))
    told_apart = ("person_id", "bank_code", "match_hash", "bank_person_id", "row_hash")
    kept = before.filter(polars.col("person_id") != person)
    assert sorted(after.select(told_apart).iter_rows()) == sorted(kept.select(told_apart).iter_rows())
    assert len(before) > len(after) > 0
