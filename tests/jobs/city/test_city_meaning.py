"""What the truth says that loaded records mean, against the bytes that were delivered and the contracts' code lists."""

import json
import re
from collections import Counter

import pytest
from city_reader import Spot, truth

import schemas
from jobs.city.meaning import Meaning, day, flag, month
from jobs.city.sources import desks
from schemas.codes import codes

DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@pytest.fixture(scope="module")
def meant(home) -> dict[Spot, dict]:
    return {
        Spot(row["source"], row["object"], row["batch_id"], row["delivery_no"], row["file"], row["line"]): row
        for row in truth(home, "delivered")
    }


@pytest.mark.parametrize(
    ("written", "found"),
    [("2026-09-30", "2026-09-30"), ("20260930", "2026-09-30"), ("9999-12-31", None), ("19000101", None)],
)
def test_days(written, found):
    assert day(written) == found


@pytest.mark.parametrize("written", ["202609", "2026-09"])
def test_months_are_their_first_day(written):
    assert month(written) == "2026-09-01"


@pytest.mark.parametrize(("written", "found"), [("是", True), (True, True), ("否", False), (False, False)])
def test_yes_and_no(written, found):
    assert flag(written) is found


def test_a_code_is_itself_or_one_of_the_offices_words_and_anything_else_is_no_code():
    told = Meaning(codes={"status_code": {"ACTIVE": ("缴存", "正常缴存"), "CLOSED": "销户"}})
    said = [told.read({"status_code": 0}, [word])["status_code"] for word in ("ACTIVE", "正常缴存", "销户", "")]
    assert said == ["ACTIVE", "ACTIVE", "CLOSED", None]
    with pytest.raises(KeyError):
        told.read({"status_code": 0}, ["冻结"])


def test_every_loaded_record_of_a_told_type_has_one_meaning_and_no_other_record_has(records, meant):
    types = {(layout.source, layout.object) for desk in desks() for layout in desk.meant}
    loaded = {spot for spot, label in records.items() if label["ends_in"] == "silver" and spot[:2] in types}
    assert meant.keys() == loaded
    assert Counter(spot[:2] for spot in loaded).keys() == types


def test_whose_a_record_is_and_when_it_was_known_agree_with_its_label(home, records, meant):
    received = json.loads((home / "truth" / "manifest.json").read_text("utf-8"))["received_at"]
    for spot, row in meant.items():
        assert row["true_person"] == records[spot]["true_person"]
        assert f"{row['known_from_at']:%Y-%m-%dT%H:%M:%SZ}" == received[spot.source][spot.batch]
        assert row["event_at"] < row["known_from_at"]


def test_values_are_of_the_type_that_the_column_is_kept_as(meant):
    for spot, row in meant.items():
        for column, value in json.loads(row["meant"]).items():
            if value is None:
                continue
            if column.endswith(("_date", "_month")):
                assert DATE.fullmatch(value), (spot, column)
            elif column.endswith("_at"):
                assert value.endswith("+00:00"), (spot, column)
            elif column.endswith(("_count", "_days")):
                assert type(value) is int, (spot, column)
            elif column.startswith(("is_", "has_")):
                assert type(value) is bool, (spot, column)
            else:
                assert type(value) is str, (spot, column)


def test_codes_are_codes_of_the_lists_that_the_contracts_name(meant):
    told = {(*spot[:2], column, value) for spot, row in meant.items()
            for column, value in json.loads(row["meant"]).items() if column.endswith("_code")}  # fmt: skip
    listed = 0
    for source, object_, column, value in told:
        silver = {one.name: one for one in schemas.source(source).object(object_).silver.columns}
        name = silver[column].code_list if column in silver else None
        if name and value is not None:
            listed += 1
            assert value in codes(name), (source, column, value)
    assert listed > 50


def test_the_delivered_text_is_the_meaning_where_it_is_no_word_and_no_placeholder(contents, meant):
    """JSON is delivered as told: numbers of contracts and businesses must stand in the bytes."""
    compared = 0
    for spot, row in meant.items():
        content = contents[spot]
        if isinstance(content, bytes):
            continue
        for column, value in json.loads(row["meant"]).items():
            if column.endswith("_no"):
                compared += 1
                assert (content[column] or None) == value
    assert compared > 1000
