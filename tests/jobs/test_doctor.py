"""The doctor: each trouble is found, told with the command that mends it, and nothing is written while looking."""

import json
import os
import shlex
import socket
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from jobs import cli, doctor, keys, session
from jobs.clock import FixedClock
from jobs.settings import Settings

SOURCES = ("psb_residence",)
NOON = FixedClock(datetime(2026, 11, 23, 12, tzinfo=UTC))


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith(("CREDITFILE_", "AIRFLOW_CONN_", "JAVA_HOME"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def lake(tmp_path):
    return tmp_path / "lake"


def told(findings):
    return {finding.check: finding for finding in findings}


def program(folder: Path, name: str, prints: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{prints}\nEND\n")
    path.chmod(0o755)


@pytest.mark.fault("F87")
@pytest.mark.parametrize(
    ("modules", "seen"),
    [
        (None, "no java on the PATH"),
        ("java.base@17.0.15", "lacks jdk.incubator.vector"),
        ("java.base@11.0.2\njdk.incubator.vector@11.0.2", "Java 11.0.2"),
        ("java.base@25\njdk.incubator.vector@25", "Java 25"),
    ],
)
def test_an_unfit_java_is_told_with_what_to_install(monkeypatch, tmp_path, modules, seen):
    home = tmp_path / "jdk"
    if modules:
        program(home / "bin", "java", modules)
    monkeypatch.setenv("JAVA_HOME", str(home))
    (found,) = doctor.java()
    assert (found.verdict, found.code) == ("fail", "CF-9201")
    assert seen in found.seen
    assert "openjdk-17-jdk-headless" in found.fix


@pytest.mark.parametrize("version", ["17.0.15", "21"])
def test_a_fit_java_passes(monkeypatch, tmp_path, version):
    program(tmp_path / "bin", "java", f"java.base@{version}\njdk.incubator.vector@{version}")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert [found.verdict for found in doctor.java()] == ["ok"]


@pytest.mark.fault("F87")
def test_a_missing_or_damaged_jar_is_told_with_the_command_that_fetches_it(monkeypatch, tmp_path):
    monkeypatch.setattr(session, "jars", tuple)
    (missing,) = doctor.jars()
    assert missing.verdict == "warn"
    assert missing.fix == doctor.FETCH_JARS
    (script,) = shlex.split(missing.fix)[2:]
    compile(script, "fix", "exec")
    assert callable(session.start)
    damaged = tmp_path / "delta.jar"
    damaged.write_bytes(b"PK\x03\x04 cut off")
    monkeypatch.setattr(session, "jars", lambda: (damaged,))
    (found,) = doctor.jars()
    assert (found.verdict, found.code) == ("fail", "CF-9201")
    assert str(damaged) in found.fix


@pytest.mark.fault("F87")
def test_a_stand_in_for_pyspark_is_found(monkeypatch):
    other = [SimpleNamespace(metadata={"Name": "pyspark-client"})]
    monkeypatch.setattr(doctor.importlib.metadata, "distributions", lambda: other)
    (found,) = doctor.packages()
    assert (found.verdict, found.fix) == ("fail", "uv sync --reinstall-package pyspark")


@pytest.mark.parametrize(("free", "verdict"), [(2**20, "fail"), (2**30, "warn"), (2**40, "ok")])
def test_disk(monkeypatch, lake, free, verdict):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert told(doctor.disk(lake))["disk"].verdict == verdict


def test_a_lake_below_a_file_is_not_writable(tmp_path):
    (tmp_path / "file").touch()
    assert [found.code for found in doctor.disk(tmp_path / "file" / "lake")][0] == "CF-8102"


@pytest.mark.parametrize(("available", "verdict"), [(2**30, "fail"), (2**31 + 1, "warn"), (2**33, "ok"), (None, "ok")])
def test_memory(monkeypatch, available, verdict):
    monkeypatch.setattr(doctor, "available_memory", lambda: available)
    assert [found.verdict for found in doctor.memory("2g")] == [verdict]


def test_a_taken_airflow_port_is_a_warning(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(doctor, "AIRFLOW_PORT", taken.getsockname()[1])
        (found,) = doctor.ports()
    assert found.verdict == "warn"
    assert str(doctor.AIRFLOW_PORT) in found.fix


def test_secrets_that_others_can_read(lake):
    (lake / "city").mkdir(parents=True)
    path = lake / "city" / "endpoints.yaml"
    path.write_text("endpoints: {}\n")
    path.chmod(0o644)
    keys.make(lake, seed=1)
    assert [(found.verdict, found.fix) for found in doctor.modes(Settings(lake=lake))] == [
        ("fail", f"chmod 600 '{path}'")
    ]
    path.chmod(0o600)
    assert [found.verdict for found in doctor.modes(Settings(lake=lake))] == ["ok"]


def test_a_key_file_that_is_not_there(lake, tmp_path):
    sftp = {"url": "sftp://u@127.0.0.1/", "private_key_file": tmp_path / "id", "host_key": "k"}
    (found,) = doctor.modes(Settings(lake=lake, endpoints={"x": sftp}))
    assert (found.verdict, found.code) == ("fail", "CF-9001")


def test_sandbox_keys_outside_the_sandbox_name_the_key_file(monkeypatch, lake):
    keys.make(lake, seed=1)
    assert told(doctor.origin(Settings(lake=lake)))["keys"].verdict == "ok"
    licensed = SimpleNamespace(operator=SimpleNamespace(role="licensed_bureau"))
    monkeypatch.setattr(doctor.schemas, "city", lambda _: licensed)
    (found,) = doctor.origin(Settings(lake=lake))
    assert (found.verdict, found.code) == ("fail", "CF-9101")


def test_a_half_received_delivery_is_told_with_the_command_that_clears_it(lake):
    (lake / "landing" / "psb_residence" / "2026-09" / "1.part").mkdir(parents=True)
    (found,) = doctor.leftovers(lake)
    assert (found.verdict, found.fix) == ("warn", "creditfile run ingest psb_residence --batch 2026-09")


def test_an_unknown_and_a_closed_office_only_warn(lake):
    with socket.socket() as reserved:  # bound, and nobody listens
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        rest = {"url": url, "client_id": "a", "client_secret": "b"}
        settings = Settings(lake=lake, endpoints={"psb_residence": rest, "amr_business": {"url": "jdbc:sqlite:/no.db"}})
        found = list(doctor.endpoints(settings, ("psb_residence", "amr_business", "consent_grant")))
    assert [(each.verdict, each.code) for each in found] == [("warn", "CF-1101")] * 2 + [("warn", "CF-9002")]


def test_an_inbox_must_be_there_to_be_read_and_written(lake, tmp_path):
    settings = Settings(lake=lake, endpoints={"a": {"url": f"file://{tmp_path}"}, "b": {"url": "file:///gone"}})
    found = list(doctor.endpoints(settings, ("a", "b")))
    assert [(each.verdict, each.code) for each in found] == [("ok", None), ("warn", "CF-8102")]


@pytest.mark.parametrize(
    ("date", "verdict"), [("Mon, 23 Nov 2026 12:00:30 GMT", "ok"), ("Mon, 23 Nov 2026 12:05:00 GMT", "warn")]
)
def test_clock_skew_against_an_office(lake, date, verdict):
    class Office(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response_only(404)
            self.send_header("Date", date)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Office)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        rest = {"url": f"http://127.0.0.1:{server.server_port}", "client_id": "a", "client_secret": "b"}
        settings = Settings(lake=lake, endpoints={"psb_residence": rest})
        assert [found.verdict for found in doctor.endpoints(settings, SOURCES)] == ["ok"]
        assert [found.verdict for found in doctor.skew(settings, SOURCES, NOON)] == [verdict]
    finally:
        server.shutdown()
        server.server_close()


def test_without_an_office_the_clock_is_not_judged(lake):
    (found,) = doctor.skew(Settings(lake=lake), SOURCES, NOON)
    assert (found.verdict, found.seen[:12]) == ("ok", "not compared")


def finding(check, verdict):
    return doctor.Finding(check, verdict, "")


@pytest.mark.parametrize(
    ("found", "exit_status"),
    [
        ([], 0),
        ([("disk", "warn"), ("java", "ok")], 0),
        ([("disk", "fail"), ("memory", "fail"), ("jars", "warn")], 8),
        ([("disk", "fail"), ("java", "fail")], 3),
        ([("settings", "fail")], 3),
    ],
)
def test_the_exit_says_what_failed(found, exit_status):
    assert doctor.exit_status([finding(*each) for each in found]) == exit_status


def test_the_verb_looks_on_when_settings_are_wrong_and_writes_nothing(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("CREDITFILE_DRIVER_MEMRY", "1g")
    before = sorted(tmp_path.rglob("*"))
    assert cli.run(["doctor", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["format"] == "creditfile.doctor/1"
    assert found["verdict"] == "fail"
    checks = {item["check"]: item for item in found["items"]}
    assert checks["settings"]["code"] == "CF-9001"
    assert "did you mean CREDITFILE_DRIVER_MEMORY" in checks["settings"]["seen"]
    assert {"java", "jars", "disk", "memory", "ports", "modes", "keys", "leftovers", "endpoints", "clock"} <= set(
        checks
    )
    assert sorted(tmp_path.rglob("*")) == before
