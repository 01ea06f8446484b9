"""Starting and stopping Airflow: its surroundings, its one user, and that nothing outlives it."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from jobs import airflow_up
from jobs.errors import CODES, CreditFileError
from jobs.settings import Settings

STAND_IN = """#!{python}
import http.server, json, subprocess, sys
subprocess.Popen(["sleep", "1717"], start_new_session=True)
class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({{name: {{"status": "healthy"}} for name in ("metadatabase", "scheduler", "dag_processor")}})
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        print("POST", self.path, json.dumps(body), flush=True)
        self.answer({{"access_token": "t"}})
    def answer(self, body):
        self.send_response(200); self.end_headers(); self.wfile.write(json.dumps(body).encode())
    def log_message(self, *args): pass
http.server.HTTPServer(("127.0.0.1", {port}), Api).serve_forever()
"""


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def settings(tmp_path, monkeypatch, port):
    monkeypatch.setenv("AIRFLOW__API__PORT", str(port))
    return Settings(lake=tmp_path / "lake")


def test_the_environment_points_at_the_lake_the_dags_and_our_own_tools(settings, port):
    variables = airflow_up.environment(settings)
    assert variables["AIRFLOW_HOME"] == str(settings.lake / "airflow")
    assert Path(variables["AIRFLOW__CORE__DAGS_FOLDER"], "sources.py").is_file()
    assert variables["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"
    assert variables["AIRFLOW__API__BASE_URL"] == f"http://127.0.0.1:{port}"
    assert variables["CREDITFILE_LAKE"] == str(settings.lake)
    first = Path(variables["PATH"].split(os.pathsep)[0])
    assert all((first / tool).exists() for tool in ("airflow", "spark-submit", "creditfile"))


def test_spark_gets_the_jars_at_hand_or_none(settings, monkeypatch):
    monkeypatch.setattr(airflow_up.session, "jars", lambda: (Path("/a/delta.jar"), Path("/a/storage.jar")))
    told = {"conn_type": "spark", "host": "local[*]", "extra": {"jars": "/a/delta.jar,/a/storage.jar"}}
    assert json.loads(airflow_up.environment(settings)["AIRFLOW_CONN_SPARK_DEFAULT"]) == told
    monkeypatch.setattr(airflow_up.session, "jars", lambda: ())
    assert json.loads(airflow_up.environment(settings)["AIRFLOW_CONN_SPARK_DEFAULT"])["extra"] == {}


def test_what_the_caller_has_set_for_airflow_wins(settings, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__PARALLELISM", "32")
    assert airflow_up.environment(settings)["AIRFLOW__CORE__PARALLELISM"] == "32"


def test_another_spark_is_not_taken(settings, monkeypatch):
    monkeypatch.setenv("SPARK_HOME", "/opt/spark")
    assert "SPARK_HOME" not in airflow_up.environment(settings)


def test_the_password_is_made_once_and_only_its_owner_may_read_it(settings):
    variables = airflow_up.environment(settings)
    first, again = airflow_up.door(variables), airflow_up.door(variables)
    assert first == again
    assert len(first.password.get_secret_value()) >= 16
    assert first.password.get_secret_value() not in repr(first)
    path = Path(variables["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_taken_port_is_told_before_anything_starts(settings, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(CreditFileError) as told:
            airflow_up.up(settings, lambda text: None, lambda door: None)
    assert told.value.code == "CF-8602"
    assert str(port) in str(told.value)


def test_one_lake_has_one_airflow(settings):
    folder = airflow_up.home(settings)
    folder.mkdir(parents=True)
    with airflow_up.alone(folder), pytest.raises(CreditFileError) as told, airflow_up.alone(folder):
        pass
    assert told.value.code == "CF-8002"


def test_every_code_raised_here_is_in_the_table():
    text = Path(airflow_up.__file__).read_text()
    assert {f"CF-{part[:4]}" for part in text.split('"CF-')[1:]} <= set(CODES)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_nothing_outlives_a_stop(tmp_path, port, number, status):
    """A stand-in for Airflow takes orders and leaves a child in a session of its own, as a running task does."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "airflow").write_text(STAND_IN.format(python=sys.executable, port=port))
    (tools / "airflow").chmod(0o755)
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        from jobs import airflow_up
        from jobs.settings import Settings
        plain = airflow_up.environment
        tools, lake = sys.argv[1:]
        airflow_up.environment = lambda s: (found := plain(s)) | {"PATH": f"{tools}:{found['PATH']}"}
        ready = lambda door: print("ready", door.url, flush=True)
        sys.exit(airflow_up.up(Settings(lake=Path(lake)), lambda text: None, ready))
    """)
    command = [sys.executable, "-c", program, str(tools), str(tmp_path / "lake")]
    variables = os.environ | {"AIRFLOW__API__PORT": str(port)}
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == f"ready http://127.0.0.1:{port}\n"
            started = psutil.Process(process.pid).children(recursive=True)
            assert any("1717" in child.cmdline() for child in started)
            process.send_signal(number)
            begun = time.monotonic()
            _, log = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == status
    assert time.monotonic() - begun < 15
    assert [child for child in started if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []
    assert '"name": "spark", "slots": 1' in log
    assert '"name": "office", "slots": 2' in log
