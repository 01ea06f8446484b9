"""Labels against what was really delivered, read by other means than those that made them."""

import csv
import json
from collections import defaultdict
from datetime import date, datetime
from functools import cache

import pytest
from city_reader import Spot, truth

import schemas
from jobs import city

HEADER = {"batch_no", "source_record_no", "extracted_at"}
PLACEHOLDERS = {"1900-01-01", "9999-12-31", "19000101", "99991231"}
WIDE = (
    {0xFF10 + n: str(n) for n in range(10)} | {0xFF21 + n: chr(65 + n) for n in range(26)} | {0xFF08: "(", 0xFF09: ")"}
)


def object_of(spot: Spot) -> schemas.SourceObject:
    return schemas.source(spot.source).object(spot.object)


def columns_of(spot: Spot) -> list[str]:
    return [column.name for column in object_of(spot).bronze.columns]


def keys_of(spot: Spot) -> tuple[str, ...]:
    return object_of(spot).silver.primary_key


def fields_of(spot: Spot, line: bytes) -> list[str]:
    """The fields of a line of CSV, by the encoding of its office."""
    return next(csv.reader([line.decode(schemas.source(spot.source).server.encoding)]))


@pytest.fixture(scope="module")
def values(contents) -> dict[Spot, dict[str, object]]:
    """Every record that can be read, as column -> value."""
    found = {}
    for spot, content in contents.items():
        if isinstance(content, bytes):
            try:
                fields = fields_of(spot, content)
            except UnicodeDecodeError:
                continue
            names = columns_of(spot)
            if len(fields) == len(names):
                found[spot] = {name: value or None for name, value in zip(names, fields, strict=True)}
        else:
            found[spot] = content
    return found


@pytest.fixture(scope="module")
def owners(home) -> dict[str, int]:
    found = {}
    for row in truth(home, "identifier"):
        if row["kind"] in ("CERTIFICATE", "CERTIFICATE_15"):
            found[row["value"]] = row["true_person"]
    return found


def canonical(number: object) -> str:
    return str(number).translate(WIDE).upper()


def test_the_offices_write_the_columns_of_the_contracts(values):
    for spot, value in values.items():
        assert list(value) == columns_of(spot)


def test_lines_that_cannot_be_read_are_those_labelled_so(records, contents, values):
    unread = {spot for spot in contents if spot not in values and spot.delivery_no == 1}
    labelled = {s for s, label in records.items() if label["fault"] in ("PARSE_LINE", "SHIFTED_COLUMN", "ENCODING")}
    assert unread == labelled
    for spot in unread:
        label = records[spot]
        more = {"PARSE_LINE": -3, "SHIFTED_COLUMN": 1}.get(label["fault"])
        if more is None:
            assert label["reason_code"] == "ENCODING"
        else:
            assert len(fields_of(spot, contents[spot])) == len(columns_of(spot)) + more
            assert label["reason_code"] == "PARSE_LINE"


def test_a_certificate_is_its_owners_unless_labelled(records, values, owners):
    stated = set()
    for spot, value in values.items():
        label = records[spot]
        if "certificate_no" not in value or spot.delivery_no == 2:
            continue
        has_number = bool(value["certificate_no"])
        stated.add((spot.source, has_number))
        assert has_number == (label["link_class"] not in ("NO_NUMBER", "MASKED", "NOT_LINKABLE")), spot
        if not has_number:
            continue
        is_known = owners.get(canonical(value["certificate_no"])) == label["true_person"]
        assert is_known == (label["fault"] != "NUMBER_TYPO"), spot
        if label["fault"] == "NUMBER_TYPO":
            assert label["link_class"] == "NUMBER_TYPO"
            if object_of(spot).silver.column("certificate_no").required:
                assert (label["ends_in"], label["reason_code"]) == ("quarantine", "ID_CHECKSUM")
            elif schemas.source(spot.source).loads_by_ledger:
                assert (label["ends_in"], label["reason_code"]) == ("suppressed", "NO_CONSENT")
        assert (label["link_class"] == "RID15") == (
            len(canonical(value["certificate_no"])) == 15 and value["certificate_type_code"] == "RID"
        )
    assert {has_number for _, has_number in stated} == {True, False}


def test_a_key_is_empty_where_labelled_and_only_there(records, values):
    for spot, value in values.items():
        if spot.delivery_no == 1:
            empty = [name for name in keys_of(spot) if value[name] in (None, "", "NULL", "-")]
            assert bool(empty) == (records[spot]["fault"] == "KEY_NULL"), spot


def codes_of(spot: Spot) -> dict[str, str]:
    """The code list of each column of one code, by the contract."""
    columns = object_of(spot).silver.columns
    return {c.name: c.code_list for c in columns if c.code_list and c.physical_type == "STRING"}


@cache
def known(listed: str) -> set[str]:
    """What an office may write for a code list: its codes and the fixes to them."""
    return {canonical(text) for text in (*schemas.codes(listed), *schemas.fixes(listed))}


def test_codes_are_known_where_labelled_so(records, values):
    for spot, value in values.items():
        unknown = [
            name
            for name, listed in codes_of(spot).items()
            if value[name] not in (None, "", "NULL", "-") and canonical(value[name]) not in known(listed)
        ]
        if spot.delivery_no == 1:
            assert unknown == ([records[spot]["fault_column"]] if records[spot]["fault"] == "CODE_UNKNOWN" else []), (
                spot
            )


def read_date(text: object) -> date | None:
    digits = str(text).replace("-", "")[:8]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def test_dates_are_what_their_labels_say(records, values):
    for spot, value in values.items():
        label = records[spot]
        dates = {name: text for name, text in value.items() if name.endswith("_date") and text}
        odd = {name for name, text in dates.items() if read_date(text) is None}
        meaningless = {name for name, text in dates.items() if text in PLACEHOLDERS}
        if spot.delivery_no == 1:
            column = {label["fault_column"]}
            assert odd == (column if label["fault"] == "DATE_IMPOSSIBLE" else set()), spot
            assert meaningless == (column if label["fault"] == "DATE_PLACEHOLDER" else set()), spot


def test_clean_records_keep_time_in_order(records, values, home):
    pairs = [
        ("issue_date", "valid_to_date"),
        ("residence_start_date", "residence_end_date"),
        ("lease_start_date", "lease_end_date"),
        ("role_start_date", "role_end_date"),
        ("granted_at", "withdrawn_at"),
        ("valid_from_at", "valid_to_at"),
    ]
    past = ("birth_date", "issue_date", "paid_date", "established_date", "hukou_date", "death_date", "endorsed_date")
    past += ("residence_start_date", "granted_at")
    for spot, value in values.items():
        label = records[spot]
        if label["reason_code"] in (None, "NO_CONSENT") and label["fault"] != "DATE_PLACEHOLDER":
            day = city.received_at(spot.source, spot.batch).date()
            assert all(read_date(value[name]) <= day for name in past if value.get(name)), spot
            for first, second in pairs:
                if value.get(first) and value.get(second):
                    assert str(value[first]) <= str(value[second]), (spot, first)
            assert datetime.fromisoformat(str(value["event_at"])) <= datetime.fromisoformat(str(value["extracted_at"]))


def content_of(spot: Spot, value: dict[str, object]) -> str:
    kept = {name: canonical(text) if name == "certificate_no" else text for name, text in value.items()}
    return json.dumps([spot.source, spot.object, {name: text for name, text in kept.items() if name not in HEADER}])


def place(spot: Spot) -> tuple[str, int, str, int]:
    return spot.batch, spot.delivery_no, spot.file, spot.line


def test_equal_content_is_labelled_a_duplicate_of_an_earlier_record(records, values):
    seen: dict[str, Spot] = {}
    for spot in sorted(values, key=place):
        label = records[spot]
        if spot.delivery_no == 2 or label["ends_in"] == "quarantine":
            continue
        content = content_of(spot, values[spot])
        assert (content in seen) == (label["fault"] == "EXACT_DUPLICATE"), spot
        if content in seen:
            named = (label["duplicate_of_batch"], label["duplicate_of_file"], label["duplicate_of_line"])
            assert (seen[content].batch, seen[content].file, seen[content].line) == named
            if seen[content].batch < spot.batch:  # what was not loaded could not be recognised months later
                assert records[seen[content]]["ends_in"] == "silver"
        else:
            seen[content] = spot


def test_corrections_and_deletions_name_a_record_of_the_same_key(records, values):
    for spot, label in records.items():
        if label["fault"] in ("CORRECTED", "DELETED"):
            before = Spot(
                spot.source, spot.object, label["corrects_batch"], 1, label["corrects_file"], label["corrects_line"]
            )
            keys = [[canonical(values[s][name]) for name in keys_of(spot)] for s in (before, spot)]
            assert keys[0] == keys[1]
            assert place(before) < place(spot)
            assert values[before]["event_at"] < values[spot]["event_at"]
            assert values[spot]["operation_code"] == ("D" if label["fault"] == "DELETED" else "U")
            if label["fault"] == "DELETED":
                assert {records[before]["ends_in"], label["ends_in"]} == {"silver"}
                assert before.batch < spot.batch


def test_a_deletion_of_an_unknown_key_is_labelled_so(records, values):
    known = {
        (spot.source, spot.object, *(canonical(value[name]) for name in keys_of(spot)))
        for spot, value in values.items()
        if value["operation_code"] != "D"
    }
    deletions = [spot for spot, value in values.items() if value["operation_code"] == "D" and spot.delivery_no == 1]
    assert deletions
    for spot in deletions:
        is_known = (spot.source, spot.object, *(canonical(values[spot][name]) for name in keys_of(spot))) in known
        assert records[spot]["fault"] == ("DELETED" if is_known else "DELETE_UNKNOWN_KEY")


def test_late_records_happened_before_their_delivery_began(records, values):
    late = [spot for spot, label in records.items() if label["fault"] == "LATE"]
    assert late
    for spot in late:
        begins = {"2026-08": "2026-08-01", "2026-09": "2026-09-01"}[spot.batch]
        assert str(values[spot]["event_at"]) < begins


def test_records_without_a_live_grant_are_suppressed(records, values, home):
    """A second reading of the ledger: straight from the delivered grants that are labelled silver."""
    needs = {source.name: source for source in schemas.sources() if source.loads_by_ledger}
    versions = defaultdict(list)
    for spot, value in values.items():
        is_entered = spot.source == "consent_grant" and records[spot]["ends_in"] == "silver"
        if is_entered and value["recipient_code"] == "OPERATOR-SH":
            owner = records[spot]["true_person"]
            versions[owner, value["consent_no"]].append((value["event_at"], spot.batch, value))
    grants = defaultdict(list)
    for (owner, _), found in versions.items():
        grants[owner].append(sorted(found, key=lambda version: version[:2]))

    def is_live(owner: int, spot: Spot) -> bool:
        now, found_live = city.received_at(spot.source, spot.batch), []
        for found in grants[owner]:
            heard = [value for _, batch, value in found if batch <= spot.batch]
            kind, item = needs[spot.source].data_kind_code, needs[spot.source].r14_item
            if heard and kind in heard[-1]["data_kind_codes"] and (not item or item in heard[-1]["r14_item_codes"]):
                start, *ends = (heard[-1][name] for name in ("valid_from_at", "valid_to_at", "withdrawn_at"))
                end = min(datetime.fromisoformat(text) for text in ends if text)
                found_live.append(datetime.fromisoformat(start) <= now < end)
        return any(found_live)

    def is_public(spot: Spot) -> bool:
        grade = values[spot] if spot.source == "tax_enterprise_rating" else {"rating_code": "", "uscc_no": ""}
        return str(grade["rating_code"]).startswith("A") and not str(grade["uscc_no"]).startswith("92")

    seen = set()
    for spot, label in records.items():
        is_judged = spot.source in needs and "person_name" in columns_of(spot)
        if is_judged and label["ends_in"] in ("silver", "suppressed"):
            has_number = label["link_class"] not in ("NUMBER_TYPO", "NO_NUMBER", "MASKED")
            is_loaded = (has_number and is_live(label["true_person"], spot)) or is_public(spot)
            assert label["ends_in"] == ("silver" if is_loaded else "suppressed"), spot
            assert label["reason_code"] == (None if is_loaded else "NO_CONSENT")
            seen.add((spot.source, label["ends_in"]))
    assert {ends for _, ends in seen} == {"silver", "suppressed"}
    assert {source for source, _ in seen} == set(needs)


def test_truth_of_consent_is_half_open_and_names_what_ended_it(home):
    rows = truth(home, "consent")
    assert {row["bank"] for row in rows} == {"OPERATOR-SH", "bank-a", "bank-b"}
    assert all(row["valid_from"] < row["valid_to"] for row in rows if row["ended_by"] != "WITHDRAWN")
    assert all(row["withdrawn_at"] == row["valid_to"] for row in rows if row["ended_by"] == "WITHDRAWN")
    people = {row["true_person"] for row in truth(home, "person")}
    for bank in ("bank-a", "bank-b"):
        share = len({row["true_person"] for row in rows if row["bank"] == bank}) / len(people)
        assert 0.25 < share < 0.65


def test_every_person_has_every_month_and_one_primary_category(home):
    months = defaultdict(list)
    for row in truth(home, "person_month"):
        months[row["true_person"]].append(row["month"])
        assert row["primary_category"] in row["categories"]
        assert row["is_newcomer"] <= bool({"H1", "H2"} & set(row["newcomer_basis"]))
    assert {len(found) for found in months.values()} == {36}
    assert len(months) == len(truth(home, "person"))
