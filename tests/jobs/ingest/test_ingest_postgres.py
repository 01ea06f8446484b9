"""The register as a real PostgreSQL database, read through the program itself: what databases do to whoever reads them."""

import json
import os
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

import schemas
from jobs import cli, pipeline
from jobs.clock import FixedClock
from jobs.errors import CreditFileError
from jobs.ingest import step
from jobs.ingest.landing import folder, receipts
from jobs.ingest.patience import Patience
from jobs.ingest.stored import Lines
from jobs.settings import Settings

SOURCE = schemas.source("amr_business")
MAIN, ROLE = "amr_business", "amr_business_role"
PASSWORD = "canary-password-44"
NOON = "2026-09-10T12:00:00+08:00"
LATER = FixedClock(datetime(2027, 1, 5, tzinfo=UTC))
CANARY = "canary-汉族"


@pytest.fixture
def owner(server):
    """The register's own connection; its tables hold what the contract says, as text, and nothing yet."""
    with server.emptied(PASSWORD) as connection:
        for item in SOURCE.objects:
            table(connection, item.bronze.thing)
        yield connection


def table(connection, name, moment="timestamptz", **kinds):
    """Make a table of the contract's columns anew, with other types where a test says so."""
    item = next(item for item in SOURCE.objects if item.bronze.thing == name)
    stated = ", ".join(f"{c.physical_name} {kinds.get(c.name, 'text')}" for c in item.bronze.columns)
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute(f"CREATE TABLE {name} ({stated}, updated_at {moment})")
    connection.execute(f"GRANT SELECT ON {name} TO reader")


def add(connection, number, at=NOON, into=MAIN, **values):
    """Write one record."""
    values = {"source_record_no": str(number), "uscc_no": f"U{number}", **values, "updated_at": at}
    names, marks = map(sql.Identifier, values), [sql.Placeholder()] * len(values)
    query = sql.SQL("INSERT INTO {} ({}) VALUES ({})")
    comma = sql.SQL(", ")
    connection.execute(query.format(sql.Identifier(into), comma.join(names), comma.join(marks)), list(values.values()))


def add_many(connection, count, at=NOON):
    """Write many records of one time."""
    connection.execute(
        f"INSERT INTO {MAIN} (source_record_no, uscc_no, updated_at) SELECT n, 'U' || n, %s FROM generate_series(1, {count}) n",
        (at,),
    )


@pytest.fixture
def lake(tmp_path):
    return tmp_path / "lake"


@pytest.fixture
def settings(server, lake):
    url = f"jdbc:postgresql://127.0.0.1:{server.port}/postgres"
    return Settings(lake=lake, endpoints={MAIN: {"url": url, "username": "reader", "password": PASSWORD}})


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Give the step's own patience other limits, and let it wait shortly."""

    def limit(**limits):
        stated = {"attempts": 4, "first_wait": 0.3, "longest_wait": 2.0, "connect": 5.0, "read": 5.0} | limits
        monkeypatch.setattr(step, "Patience", lambda: Patience(**stated))

    limit()
    return limit


def ingest(settings, batch="2026-09", clock=LATER, again=False):
    """Land a batch and return its newest receipt."""
    pipeline.ingest(settings, MAIN, batch, clock, again=again)
    return receipts(settings.lake, MAIN, batch)[-1]


def read(lake, receipt, number=0):
    """Return a landed table's records."""
    lying = folder(lake, MAIN, receipt.batch, receipt.delivery_no)
    body = b"".join((lying / part.path).read_bytes() for part in receipt.files[number].parts)
    return [json.loads(line) for line in body.splitlines()]


def numbers(lake, receipt, number=0):
    return [row["source_record_no"] for row in read(lake, receipt, number)]


def nothing_landed(lake: Path) -> bool:
    found = [path for path in (lake / "landing").rglob("*") if path.name != ".ingest.lock" and path.is_file()]
    return not found and not list((lake / "landing").rglob("*.part"))


def in_mid_fetch(monkeypatch, act):
    """Act once, when the first rows have been stored; the list tells whether it came to that."""
    acted = []
    plain = Lines.write

    def write(self, chunk):
        plain(self, chunk)
        if not acted:
            acted.append(len(chunk))
            act()

    monkeypatch.setattr(Lines, "write", write)
    return acted


def stopped(code, settings, **more):
    with pytest.raises(CreditFileError) as caught:
        ingest(settings, **more)
    assert caught.value.code == code, caught.value
    assert nothing_landed(settings.lake)
    return str(caught.value)


# ---- F44: the database is away, or ends what it began ----


@pytest.mark.fault("F44")
def test_the_program_says_what_is_wrong_while_the_server_is_down_and_the_same_command_lands_it_after(
    server, owner, settings, patient, monkeypatch, capsys
):
    patient(attempts=2, first_wait=0.01)
    add(owner, 1)
    monkeypatch.setenv("CREDITFILE_LAKE", str(settings.lake))
    connection = {"conn_type": "postgres", "host": "127.0.0.1", "port": server.port, "schema": "postgres"}
    monkeypatch.setenv("AIRFLOW_CONN_AMR_BUSINESS", json.dumps(connection | {"login": "reader", "password": PASSWORD}))
    command = ["run", "ingest", MAIN, "--batch", "2026-09", "--json"]
    server.stop()
    try:
        assert cli.run(command) == 5
        told = capsys.readouterr().out
        assert "CF-1301" in told
        assert PASSWORD not in told
        assert nothing_landed(settings.lake)
    finally:
        server.start()
    assert cli.run(command) == 0
    (receipt,) = receipts(settings.lake, MAIN)
    assert numbers(settings.lake, receipt) == ["1"]


@pytest.mark.fault("F44")
def test_a_server_stopped_at_once_in_mid_fetch_is_waited_for_and_read_from_the_start(
    server, owner, settings, monkeypatch, lake, caplog
):
    add_many(owner, 12_000)
    back = threading.Thread(target=lambda: (time.sleep(0.5), server.start()))

    def crash():
        server.stop("immediate")
        back.start()

    acted = in_mid_fetch(monkeypatch, crash)
    receipt = ingest(settings)
    back.join()
    assert acted
    assert "CF-1301" in caplog.text
    assert len(set(numbers(lake, receipt))) == receipt.files[0].rows == 12_000


@pytest.mark.fault("F44")
def test_a_session_ended_in_mid_fetch_leaves_nothing_of_its_half_in_the_second_reading(
    owner, settings, monkeypatch, lake, caplog
):
    add_many(owner, 12_000)

    def end():
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'creditfile'")
        owner.execute(f"DELETE FROM {MAIN} WHERE source_record_no::int <= 3000")

    acted = in_mid_fetch(monkeypatch, end)
    receipt = ingest(settings)
    assert acted
    assert "CF-1301 AdminShutdown; try 2 follows" in caplog.text
    assert sorted(map(int, numbers(lake, receipt))) == list(range(3001, 12_001))


@pytest.mark.fault("F44")
def test_a_statement_that_takes_too_long_is_ended_by_the_server(owner, settings, patient):
    add_many(owner, 3)
    owner.execute(f"ALTER TABLE {MAIN} RENAME TO slow")
    owner.execute(f"CREATE VIEW {MAIN} AS SELECT slow.* FROM slow, LATERAL pg_sleep(1)")
    owner.execute(f"GRANT SELECT ON {MAIN} TO reader")
    patient(attempts=2, first_wait=0.01, delivery=0.3)
    assert "QueryCanceled" in stopped("CF-1301", settings)
    patient(attempts=2, first_wait=0.01)
    assert ingest(settings).rows == 3


@pytest.mark.fault("F44")
def test_a_server_that_freezes_in_mid_fetch_is_left_and_asked_anew(owner, settings, patient, monkeypatch, lake, caplog):
    """A frozen process keeps no statement timeout, and the kernel answers for it: only our own limit helps."""
    add_many(owner, 12_000)
    patient(first_wait=0.01, delivery=2.0, read=0.5)
    frozen = []

    def freeze():
        (pid,) = owner.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'creditfile'").fetchone()
        os.kill(pid, signal.SIGSTOP)
        frozen.append(pid)

    in_mid_fetch(monkeypatch, freeze)
    try:
        receipt = ingest(settings)
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    assert len(frozen) == 1
    assert "CF-1301" in caplog.text
    assert len(set(numbers(lake, receipt))) == receipt.files[0].rows == 12_000


@pytest.mark.fault("F44")
def test_a_locked_table_is_waited_for_and_then_told(owner, settings, patient):
    add(owner, 1)
    patient(attempts=2, first_wait=0.01, read=0.2)
    with owner.transaction():
        owner.execute(f"LOCK TABLE {ROLE} IN ACCESS EXCLUSIVE MODE")
        assert "LockNotAvailable" in stopped("CF-1301", settings)
    assert ingest(settings).rows == 1


@pytest.mark.fault("F44")
def test_without_a_free_connection_we_try_again_until_there_is_one(owner, settings, patient, lake, caplog):
    add(owner, 1)
    owner.execute("ALTER ROLE reader CONNECTION LIMIT 0")
    patient(attempts=2, first_wait=0.01)
    assert "no free connection" in stopped("CF-1301", settings)
    patient()
    free = threading.Timer(0.2, lambda: owner.execute("ALTER ROLE reader CONNECTION LIMIT -1"))
    free.start()
    assert ingest(settings).rows == 1
    free.join()
    assert "CF-1301 no free connection; try 2 follows" in caplog.text


# ---- F45: rows change while they are read ----


@pytest.mark.fault("F45")
def test_both_tables_are_of_one_instant_whatever_is_written_meanwhile(owner, settings, monkeypatch, lake):
    add_many(owner, 12_000)
    add(owner, 1, into=ROLE)

    def change():
        owner.execute(f"UPDATE {MAIN} SET entity_name = 'changed', updated_at = updated_at + interval '1 day'")
        owner.execute(f"DELETE FROM {ROLE}")
        add(owner, 77_777)

    acted = in_mid_fetch(monkeypatch, change)
    receipt = ingest(settings)
    assert acted
    assert [file.rows for file in receipt.files] == [12_000, 1]
    assert len(set(numbers(lake, receipt))) == 12_000
    assert {row["entity_name"] for row in read(lake, receipt)} == {None}


@pytest.mark.fault("F45")
def test_a_view_that_no_snapshot_holds_still_is_refused(owner, settings, patient):
    owner.execute(f"DROP TABLE {MAIN}")
    columns = ", ".join(f"NULL::text AS {c.physical_name}" for c in SOURCE.objects[0].bronze.columns)
    owner.execute(
        f"CREATE VIEW {MAIN} AS SELECT {columns}, '{NOON}'::timestamptz AS updated_at"
        " FROM generate_series(1, 1 + (extract(epoch FROM clock_timestamp()) * 1000000)::bigint % 30000)"
    )
    owner.execute(f"GRANT SELECT ON {MAIN} TO reader")
    patient(attempts=2, first_wait=0.01)
    assert "counted" in stopped("CF-1302", settings)


# ---- F46: a clock as watermark ----


@pytest.mark.fault("F46")
def test_records_of_one_and_the_same_time_are_neither_missed_nor_read_twice_at_a_windows_edge(owner, settings, lake):
    edge = "2026-10-01T00:00:00+08:00"
    add_many(owner, 6_000, edge)
    add(owner, 9_001, "2026-09-30T23:59:59.999999+08:00")
    first, second = ingest(settings, "2026-09"), ingest(settings, "2026-10")
    assert numbers(lake, first) == ["9001"]
    assert sorted(map(int, numbers(lake, second))) == list(range(1, 6_001))


@pytest.mark.fault("F46")
def test_a_record_committed_after_its_window_was_read_comes_with_the_next_one_and_once(
    server, owner, settings, lake, caplog
):
    add(owner, 1, "2026-09-30T23:59:00+08:00")
    with psycopg.connect(server.owner_login) as long:
        add(long, 2, "2026-09-30T23:58:00+08:00")  # its time is that of its beginning
        first = ingest(settings, "2026-09")
        long.commit()
    add(owner, 3, "2026-10-05T00:00:00+08:00")
    second = ingest(settings, "2026-10")
    third = ingest(settings, "2026-11")
    assert [numbers(lake, receipt) for receipt in (first, second)] == [["1"], ["2", "3"]]
    assert third.rows == 0
    assert "committed late, records of earlier windows: 1" in caplog.text
    assert first.rows + second.rows + third.rows == owner.execute(f"SELECT count(*) FROM {MAIN}").fetchone()[0]


@pytest.mark.fault("F46")
def test_a_record_changed_and_changed_back_late_is_landed_again(server, owner, settings, lake):
    """It looks like the record landed before; only the time of its change tells that it is another."""
    add(owner, 1, "2026-09-30T23:40:00+08:00", entity_name="甲")
    ingest(settings, "2026-09")
    owner.execute(f"UPDATE {MAIN} SET updated_at = '2026-09-30T23:50:00+08:00'")
    assert numbers(lake, ingest(settings, "2026-10")) == ["1"]
    assert ingest(settings, "2026-11").rows == 0


@pytest.mark.fault("F46")
def test_a_batch_asked_before_its_end_leaves_nothing_out_between_it_and_the_next(owner, settings, lake, monkeypatch):
    add(owner, 1, "2026-09-10T09:00:00+08:00")
    noon = datetime(2026, 9, 10, 4, tzinfo=UTC)
    first = ingest(settings, "2026-09-10", FixedClock(noon))
    assert first.before == noon
    add(owner, 2, "2026-09-10T11:30:00+08:00")  # committed late, before we asked by its time
    add(owner, 3, "2026-09-10T12:00:00+08:00")
    second = ingest(settings, "2026-09-11")
    assert (numbers(lake, first), numbers(lake, second)) == (["1"], ["2", "3"])


@pytest.mark.fault("F46")
@pytest.mark.parametrize("moment", ["infinity", "-infinity", None])
def test_a_record_whose_time_no_window_holds_stops_the_batch(owner, settings, moment):
    add(owner, 1, moment)
    assert "rows without one: 1" in stopped("CF-1303", settings)


@pytest.mark.fault("F46")
@pytest.mark.fault("F47")
def test_a_watermark_without_a_zone_is_meant_in_the_citys(owner, settings, lake):
    table(owner, MAIN, "timestamp")
    for number, at in enumerate(("2026-08-31 23:59:59", "2026-09-01 00:00:00", "2026-09-30 23:59:59", "2026-10-01"), 1):
        add(owner, number, at)
    ingest(settings, "2026-08")
    assert numbers(lake, ingest(settings, "2026-09")) == ["2", "3"]


@pytest.mark.fault("F46")
def test_a_watermark_that_is_no_time_is_refused(owner, settings):
    table(owner, MAIN, "text")
    add(owner, 1, "2026-09-10")
    assert "it is no time but text" in stopped("CF-1303", settings)


# ---- F47: values that Python, or anybody, has trouble with ----

WRITTEN = [
    ("numeric", "NaN", "NaN"),
    ("numeric", "Infinity", "Infinity"),
    ("numeric", "1e40", "1" + "0" * 40),
    ("numeric(18,2)", "7310", "7310.00"),
    ("float8", "NaN", "NaN"),
    ("float8", "-Infinity", "-Infinity"),
    ("float8", "1e300", "1" + "0" * 300),
    ("float8", "0.1", "0.1"),
    ("bigint", "9223372036854775807", "9223372036854775807"),
    ("date", "infinity", "infinity"),
    ("date", "0044-03-15 BC", "0044-03-15 BC"),
    ("date", "20260-01-01", "20260-01-01"),
    ("timestamptz", "infinity", "infinity"),
    ("timestamptz", "0044-03-15 00:00:00+00 BC", "0044-03-15 00:00:00+00 BC"),
    ("timestamptz", "2026-09-03 08:00:00+08", "2026-09-03T00:00:00+00:00"),
    ("timestamp", "2026-09-03 08:00:00", "2026-09-03T08:00:00"),
    ("timestamp", "-infinity", "-infinity"),
    ("time", "24:00:00", "24:00:00"),
    ("interval", "999999999 days", "P999999999D"),
    ("char(8)", "甲", "甲"),
    ("char(8)[]", "{甲}", '["甲"]'),
    ("date[]", "{infinity,2026-09-03}", '["infinity", "2026-09-03"]'),
    ("jsonb", '{"a": 1e400}', '{"a": 1' + "0" * 400 + "}"),
    ("text", " as is ", " as is "),
]


@pytest.mark.fault("F47")
@pytest.mark.parametrize(("kind", "stored", "text"), WRITTEN, ids=[f"{k} {s[:12]}" for k, s, _ in WRITTEN])
def test_a_value_comes_as_text_that_says_what_the_database_holds(owner, settings, lake, kind, stored, text):
    table(owner, MAIN, established_date=kind)
    add(owner, 1, established_date=stored)
    add(owner, 2)
    found = {row["source_record_no"]: row["established_date"] for row in read(lake, ingest(settings))}
    assert found == {"1": text, "2": None}


@pytest.mark.fault("F47")
@pytest.mark.parametrize("text", ["infinity", "-infinity", "0044-03-15BC", "20260-01-01", "NaN", "Infinity"])
def test_what_is_no_day_and_no_amount_has_no_shape_that_silver_reads(text):
    """Silver reads a day or an amount by its shape; what has none is null and set aside by its reason."""
    import re

    from jobs.silver.columns.dates import DAY_FORMS, INSTANT, MONTH_FORMS

    shapes = [*DAY_FORMS, *MONTH_FORMS, INSTANT]
    assert not [shape for shape in shapes if re.match(shape.replace(r"\z", r"\Z"), text)]


@pytest.mark.fault("F47")
def test_a_time_without_a_zone_is_no_instant_for_silver():
    import re

    from jobs.silver.columns.dates import INSTANT

    shape = INSTANT.replace(r"\z", r"\Z")
    assert re.match(shape, "2026-09-03T00:00:00+00:00")
    assert not re.match(shape, "2026-09-03T08:00:00")


# ---- F48: an account that may do or see too much ----


@pytest.mark.fault("F48")
def test_only_the_contracts_columns_are_ever_asked_for(server, owner, settings, lake):
    owner.execute(f"ALTER TABLE {MAIN} ADD COLUMN ethnic_group_text text DEFAULT '{CANARY}'")
    owner.execute(f"ALTER TABLE {ROLE} ADD COLUMN hobby_text text DEFAULT '{CANARY}'")
    add(owner, 1)
    add(owner, 1, into=ROLE)
    before = len(server.asked())
    receipt = ingest(settings)
    asked = server.asked()[before:]
    assert receipt.unknown_columns == ("ethnic_group_text", "role.hobby_text")
    assert [line for line in asked if "uscc_no" in line]
    assert not [line for line in asked if "ethnic_group_text" in line or "hobby_text" in line or "*" in strip(line)]
    assert not [path for path in lake.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]


def strip(line):
    return line.replace("count(*)", "")


@pytest.mark.fault("F48")
def test_an_account_that_is_granted_the_agreed_columns_alone_reads_them(owner, settings, lake):
    for item in SOURCE.objects:
        name = item.bronze.thing
        owner.execute(f"ALTER TABLE {name} ADD COLUMN religion_text text DEFAULT '{CANARY}'")
        owner.execute(f"REVOKE SELECT ON {name} FROM reader")
        columns = ", ".join([*(column.physical_name for column in item.bronze.columns), "updated_at"])
        owner.execute(f"GRANT SELECT ({columns}) ON {name} TO reader")
    add(owner, 1)
    receipt = ingest(settings)
    assert (receipt.rows, receipt.unknown_columns, receipt.missing_columns) == (1, (), ())
    assert doctored(settings) == [("ok", None)]


def doctored(settings):
    from jobs import doctor

    found = [each for each in doctor.examine(settings, (MAIN,), LATER) if each.check == "accounts"]
    return [(each.verdict, each.code) for each in found]


GRANTS = [
    (f"GRANT INSERT ON {MAIN} TO reader", f"may write {MAIN}"),
    (f"GRANT UPDATE (uscc_no) ON {MAIN} TO reader", f"may write {MAIN}"),
    (f"GRANT TRUNCATE ON {ROLE} TO reader", f"may write {ROLE}"),
    ("GRANT CREATE ON SCHEMA public TO reader", "may create tables"),
    ("ALTER ROLE reader CREATEROLE", "may create roles"),
    ("ALTER ROLE reader SUPERUSER", "is a superuser"),
    ("CREATE TABLE neighbours (a text); GRANT SELECT ON neighbours TO reader", "sees neighbours"),
    (f"ALTER TABLE {MAIN} ADD COLUMN religion_text text", f"sees {MAIN}.religion_text"),
]


@pytest.mark.fault("F48")
@pytest.mark.parametrize(("grant", "seen"), GRANTS, ids=[seen for _, seen in GRANTS])
def test_the_doctor_warns_of_an_account_that_may_do_or_see_more_than_agreed(
    owner, settings, monkeypatch, capsys, server, grant, seen
):
    monkeypatch.setenv("CREDITFILE_LAKE", str(settings.lake))
    connection = {"conn_type": "postgres", "host": "127.0.0.1", "port": server.port, "schema": "postgres"}
    monkeypatch.setenv("AIRFLOW_CONN_AMR_BUSINESS", json.dumps(connection | {"login": "reader", "password": PASSWORD}))
    owner.execute(grant)
    cli.run(["doctor", "--json"])
    told = capsys.readouterr().out
    (found,) = [item for item in json.loads(told)["items"] if item["check"] == "accounts"]
    assert (found["verdict"], found["code"]) == ("warn", "CF-1306")
    assert seen in found["seen"]
    assert PASSWORD not in told


@pytest.mark.fault("F48")
def test_the_doctor_says_that_an_account_has_what_is_agreed_and_nothing_more(owner, settings):
    assert doctored(settings) == [("ok", None)]


@pytest.mark.fault("F48")
def test_the_doctor_tells_an_agreed_table_that_the_account_does_not_see(owner, settings):
    owner.execute(f"REVOKE SELECT ON {ROLE} FROM reader")
    assert doctored(settings) == [("warn", "CF-1304")]


@pytest.mark.fault("F48")
def test_the_doctor_tells_a_refused_login_and_a_silent_database_without_stopping(server, owner, settings):
    owner.execute("ALTER ROLE reader PASSWORD 'another'")
    assert doctored(settings) == [("warn", "CF-1305")]
    server.stop()
    try:
        assert doctored(settings) == [("warn", "CF-1301")]
    finally:
        server.start()


@pytest.mark.fault("F48")
def test_our_own_session_could_not_write_if_it_wanted_to(server, owner, settings):
    """Whatever the account may do, the transaction is for reading only."""
    from jobs.ingest.database import opener

    owner.execute(f"GRANT INSERT ON {MAIN} TO reader")
    endpoint = settings.endpoint(MAIN)
    with opener(endpoint, MAIN)(endpoint, Patience(), MAIN) as snapshot, pytest.raises(errors.ReadOnlySqlTransaction):
        add(snapshot._connection, 1)
