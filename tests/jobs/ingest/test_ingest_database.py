"""The database connector against an SQLite file and a PostgreSQL server started for these tests."""

import json
import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from jobs.ingest.landing import folder
from jobs.ingest.rows import as_text
from jobs.ingest.stored import Lines
from jobs.settings import Endpoint

PASSWORD = "canary-password-91"
ROWS = [
    # office_no, name, opened_date, updated_at
    ("b", "张伟", "2026-08-01", "2026-09-02T08:00:00+08:00"),
    ("a", "王芳", "2026-08-01", "2026-09-02T00:00:00+00:00"),
    ("c", None, None, "2026-09-30T23:59:59.999+08:00"),
    ("d", "next month", None, "2026-10-01T00:00:00+08:00"),
    ("e", "month before", None, "2026-08-31T23:59:59+08:00"),
]


@pytest.fixture
def source(contract):
    objects = {"": ("name office_no opened_date", "office_no"), "role": ("office_no role_code", "office_no role_code")}
    return contract("jdbc", "table", objects, watermark_column="updated_at")


@pytest.fixture
def register(tmp_path):
    """An SQLite register, open for the office's own writing."""
    connection = sqlite3.connect(tmp_path / "register of 企业.db", isolation_level=None)
    connection.execute("CREATE TABLE office (office_no TEXT, name TEXT, opened_date TEXT, updated_at TEXT)")
    connection.execute("CREATE TABLE office_role (office_no TEXT, role_code TEXT, updated_at TEXT)")
    connection.executemany("INSERT INTO office VALUES (?, ?, ?, ?)", ROWS)
    connection.execute("INSERT INTO office_role VALUES ('a', 'OWNER', '2026-09-02T00:00:00Z')")
    yield connection
    connection.close()


@pytest.fixture
def file(tmp_path):
    return Endpoint(url=f"jdbc:sqlite:{tmp_path}/register of 企业.db")


def rows_of(lake: Path, receipt, number: int) -> list[dict]:
    lying = folder(lake, "office", receipt.batch, receipt.delivery_no)
    body = b"".join((lying / part.path).read_bytes() for part in receipt.files[number].parts)
    return [json.loads(line) for line in body.splitlines()]


IN_SEPTEMBER = [
    {"name": "王芳", "office_no": "a", "opened_date": "2026-08-01"},
    {"name": "张伟", "office_no": "b", "opened_date": "2026-08-01"},
    {"name": None, "office_no": "c", "opened_date": None},
]


def test_a_windows_changes_are_read_in_the_order_of_change_and_key(register, source, file, run, tmp_path):
    run(source, "2026-08", file)
    (receipt,) = run(source, "2026-09", file).landed
    assert [(f.name, f.object, f.format, f.rows, f.header) for f in receipt.files] == [
        ("office", "", "jsonl", 3, ("name", "office_no", "opened_date")),
        ("office_role", "role", "jsonl", 1, ("office_no", "role_code")),
    ]
    assert sorted(rows_of(tmp_path, receipt, 0), key=lambda row: row["office_no"]) == IN_SEPTEMBER
    assert [row["office_no"] for row in rows_of(tmp_path, receipt, 0)] == ["a", "b", "c"]
    assert rows_of(tmp_path, receipt, 1) == [{"office_no": "a", "role_code": "OWNER"}]
    assert (receipt.rows, receipt.unknown_columns, receipt.missing_columns) == (4, (), ())
    assert run(source, "2026-09", file).landed == ()


@pytest.mark.fault("F18")
def test_the_same_window_again_is_a_duplicate(register, source, file, run):
    run(source, "2026-09", file)
    (receipt,) = run(source, "2026-09", file, again=True).landed
    assert (receipt.delivery_no, receipt.duplicate_of.delivery_no) == (2, 1)


def test_a_table_without_changes_is_a_file_without_parts(register, source, file, run):
    register.execute("DELETE FROM office_role")
    (receipt,) = run(source, "2026-09", file).landed
    assert (receipt.files[1].rows, receipt.files[1].parts) == (0, ())


@pytest.mark.fault("F31")
@pytest.mark.fault("F48")
def test_columns_that_were_not_agreed_are_named_and_never_read(register, source, file, run, landed, tmp_path):
    register.execute("ALTER TABLE office ADD COLUMN hobby_text TEXT DEFAULT 'canary'")
    register.execute("ALTER TABLE office_role RENAME COLUMN role_code TO role")
    (receipt,) = run(source, "2026-09", file).landed
    assert receipt.unknown_columns == ("hobby_text", "role.role")
    assert receipt.missing_columns == ("role.role_code",)
    lying = folder(tmp_path, "office", "2026-09", 1)
    assert not [path for path in lying.iterdir() if b"canary" in path.read_bytes()]


@pytest.mark.fault("F46")
@pytest.mark.parametrize("stated", [None, "", "yesterday"])
def test_a_row_without_a_readable_time_is_not_passed_over(register, source, file, run, refused, landed, stated):
    register.execute("UPDATE office SET updated_at = ? WHERE office_no = 'b'", (stated,))
    assert "rows without one: 1" in str(refused("CF-1303", run, source, "2026-09", file))
    assert landed() == []


def test_a_register_without_the_table_the_watermark_or_the_file(register, source, file, run, refused, tmp_path):
    register.execute("ALTER TABLE office_role DROP COLUMN updated_at")
    refused("CF-1303", run, source, "2026-09", file)
    register.execute("DROP TABLE office_role")
    refused("CF-1304", run, source, "2026-09", file)
    refused("CF-1301", run, source, "2026-09", Endpoint(url=f"jdbc:sqlite:{tmp_path}/gone.db"))
    assert not (tmp_path / "gone.db").exists()


@pytest.mark.fault("F44")
def test_a_locked_register_is_waited_for_and_then_told(register, source, file, run, refused, landed, patience):
    register.execute("BEGIN EXCLUSIVE")
    refused("CF-1301", run, source, "2026-09", file, patience=patience(connect=0.05))
    assert landed() == []
    register.execute("ROLLBACK")
    assert run(source, "2026-09", file).rows == 5


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("as is ", "as is "),
        (True, "true"),
        (7, "7"),
        (Decimal("7310.00"), "7310.00"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 9, 30), "2026-09-30"),
        (datetime(2026, 9, 30, 8, tzinfo=timezone(timedelta(hours=8))), "2026-09-30T00:00:00+00:00"),
        (datetime(2026, 9, 30, 8), "2026-09-30T08:00:00"),
        (["甲", Decimal("1.50")], '["甲", "1.50"]'),
        (b"\x00\xff", "00ff"),
    ],
)
@pytest.mark.fault("F47")
def test_values_become_text(value, text):
    assert as_text(value) == text


# ---- PostgreSQL ----


@pytest.fixture
def owner(server):
    """The office's own connection, with the register filled anew."""
    with server.emptied(PASSWORD) as connection:
        connection.execute("CREATE TABLE office (office_no text, name text, opened_date date, updated_at timestamptz)")
        connection.execute("CREATE TABLE office_role (office_no text, role_code text, updated_at timestamptz)")
        connection.execute("GRANT SELECT ON office, office_role TO reader")
        for row in ROWS:
            connection.execute("INSERT INTO office VALUES (%s, %s, %s, %s)", row)
        connection.execute("INSERT INTO office_role VALUES ('a', 'OWNER', '2026-09-02T00:00:00Z')")
        yield connection


@pytest.fixture
def database(server):
    return Endpoint(url=f"jdbc:postgresql://127.0.0.1:{server.port}/postgres", username="reader", password=PASSWORD)


def test_postgresql_gives_the_same_bytes_as_sqlite(owner, register, database, file, source, run):
    (first,) = run(source, "2026-09", file).landed
    (second,) = run(source, "2026-09", database, again=True).landed
    assert second.rows == 5
    assert second.duplicate_of.delivery_no == first.delivery_no


def test_dates_that_python_does_not_know_pass_as_written(owner, database, source, run, tmp_path):
    owner.execute("UPDATE office SET opened_date = 'infinity' WHERE office_no = 'a'")
    owner.execute("UPDATE office SET opened_date = '0044-03-15 BC' WHERE office_no = 'b'")
    (receipt,) = run(source, "2026-09", database).landed
    found = {row["office_no"]: row["opened_date"] for row in rows_of(tmp_path, receipt, 0)}
    assert (found["a"], found["b"]) == ("infinity", "0044-03-15 BC")


def _interrupt_once(monkeypatch, act) -> list[int]:
    """Act once, in the middle of the reading: after the first rows have been stored."""
    done: list[int] = []
    plain = Lines.write

    def write(self, chunk):
        plain(self, chunk)
        if not done:
            done.append(len(chunk))
            act()

    monkeypatch.setattr(Lines, "write", write)
    return done


@pytest.mark.fault("F44")
def test_a_connection_killed_in_mid_fetch_begins_again_from_one_new_snapshot(
    owner, database, source, run, monkeypatch, tmp_path, caplog
):
    owner.execute(
        "INSERT INTO office SELECT 'x' || n, NULL, NULL, '2026-09-10T00:00:00Z' FROM generate_series(1, 12000) n"
    )

    def kill():
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'creditfile'")

    interrupted = _interrupt_once(monkeypatch, kill)
    (receipt,) = run(source, "2026-09", database).landed
    assert interrupted
    assert "CF-1301 AdminShutdown; try 2 follows" in caplog.text
    assert receipt.files[0].rows == 12_004
    assert len({row["office_no"] for row in rows_of(tmp_path, receipt, 0)}) == 12_004


@pytest.mark.fault("F45")
def test_changes_made_during_the_reading_are_not_half_seen(owner, database, source, run, monkeypatch):
    def change():
        owner.execute("DELETE FROM office_role")
        owner.execute("UPDATE office SET name = 'changed'")

    interrupted = _interrupt_once(monkeypatch, change)
    (receipt,) = run(source, "2026-09", database).landed
    assert interrupted
    assert [file.rows for file in receipt.files] == [4, 1]


@pytest.mark.fault("F44")
def test_a_lock_is_waited_for_and_then_told(owner, database, source, run, refused, landed, patience):
    with owner.transaction():
        owner.execute("LOCK TABLE office_role IN ACCESS EXCLUSIVE MODE")
        refused("CF-1301", run, source, "2026-09", database, patience=patience(attempts=2, read=0.1))
    assert landed() == []


@pytest.mark.fault("F54")
def test_a_refused_login_shows_no_password(owner, database, source, run, refused):
    wrong = database.model_copy(update={"url": database.url, "username": "nobody"})
    error = refused("CF-1305", run, source, "2026-09", wrong)
    assert PASSWORD not in str(error) + repr(error)


@pytest.mark.fault("F48")
def test_a_table_the_account_may_not_read(owner, database, source, run, refused, landed):
    owner.execute("REVOKE SELECT ON office_role FROM reader")
    refused("CF-1304", run, source, "2026-09", database)
    assert landed() == []


def test_a_database_that_is_down_or_misspelt(source, run, refused):
    down = Endpoint(url="jdbc:postgresql://127.0.0.1:9/postgres", username="reader", password=PASSWORD)
    refused("CF-1301", run, source, "2026-09", down)
    typo = Endpoint(url="jdbc:postgresql://127.0.0.1:9/postgres?sslmod=require", username="reader")
    assert "sslmod" in str(refused("CF-9001", run, source, "2026-09", typo))


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        ("ALTER TABLE office ADD COLUMN religion_text TEXT", "CF-2401", "heading religion: RELIGION"),
        ("ALTER TABLE office_role ADD COLUMN 诊断 TEXT", "CF-2401", "heading 诊断: DISEASE"),
        ("UPDATE office SET opened_date = '糖尿病' WHERE office_no = 'a'", "CF-2403", "values opened_date: DISEASE"),
        ("UPDATE office SET name = 'I10' WHERE office_no = 'a'", "CF-2403", ""),
    ],
)
def test_what_the_law_forbids_ends_the_reading(register, contract, file, run, refused, landed, change, code, told):
    objects = {"": ("full_name=name office_no opened_date", "office_no"), "role": ("office_no role_code", "office_no")}
    source = contract("jdbc", "table", objects, watermark_column="updated_at")
    register.execute(change)
    assert told in str(refused(code, run, source, "2026-09", file))
    assert landed() == ["office/2026-09/1.refused.json"]


def test_a_column_without_purpose_is_never_selected_and_named(register, source, file, run, tmp_path):
    register.execute("ALTER TABLE office ADD COLUMN 民族 TEXT DEFAULT 'canary'")
    (receipt,) = run(replace(source, strip_columns=("民族",)), "2026-09", file).landed
    assert (receipt.stripped_columns, receipt.unknown_columns) == (("民族",), ())
    lying = folder(tmp_path, "office", "2026-09", 1)
    assert not [path for path in lying.iterdir() if b"canary" in path.read_bytes()]
