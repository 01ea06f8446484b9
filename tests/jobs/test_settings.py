"""Settings: where they come from, who wins, and that every mistake is told at once, by place and never by value."""

import json
import os

import pytest

from jobs.errors import CreditFileError
from jobs.settings import Endpoint, Settings

REST = {"url": "http://127.0.0.1:8001", "client_id": "bank", "client_secret": "s3cret-value"}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith(("CREDITFILE_", "AIRFLOW_CONN_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def written(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def problems(**values):
    with pytest.raises(CreditFileError) as caught:
        Settings(**values)
    assert caught.value.code == "CF-9001"
    assert caught.value.exit == 3
    return caught.value.problem.what


def test_defaults_need_no_file(tmp_path):
    settings = Settings()
    assert (settings.lake, settings.city) == (tmp_path / "lake", "shanghai")
    assert (settings.spark_master, settings.driver_memory) == ("local[*]", "1800m")
    assert settings.endpoints == {}


def test_argument_wins_over_environment_over_file_over_default(tmp_path, monkeypatch):
    file = written(tmp_path / "s.yaml", "city: suzhou\ndriver_memory: 3g\nspark_master: local[1]\n")
    monkeypatch.setenv("CREDITFILE_SETTINGS", str(file))
    monkeypatch.setenv("CREDITFILE_CITY", "hangzhou")
    monkeypatch.setenv("CREDITFILE_SPARK_MASTER", "local[3]")
    settings = Settings(spark_master="local[4]")
    assert (settings.spark_master, settings.city, settings.driver_memory) == ("local[4]", "hangzhou", "3g")


def test_the_citys_endpoints_beside_the_lake_are_found(tmp_path):
    written(tmp_path / "x" / "city" / "endpoints.yaml", f"endpoints: {{psb_residence: {json.dumps(REST)}}}\n")
    endpoint = Settings(lake=tmp_path / "x").endpoint("psb_residence")
    assert endpoint.url == REST["url"]
    assert endpoint.client_secret.get_secret_value() == "s3cret-value"
    assert "s3cret-value" not in repr(endpoint) + str(Settings(lake=tmp_path / "x"))


def test_a_key_file_is_meant_from_the_settings_file(tmp_path, monkeypatch):
    text = "endpoints:\n  x: {url: sftp://u@127.0.0.1:22/, private_key_file: keys/id, host_key: ssh-ed25519 A}\n"
    monkeypatch.setenv("CREDITFILE_SETTINGS", str(written(tmp_path / "etc" / "s.yaml", text)))
    assert Settings().endpoint("x").private_key_file == tmp_path / "etc" / "keys" / "id"


@pytest.mark.fault("F86")
def test_all_mistakes_are_told_at_once_by_line_with_what_was_meant(tmp_path, monkeypatch):
    text = """\
endpoint: 3
driver_memory: lots
endpoints:
  psb_residence: {url: "ftp://h", clent_id: a, client_secret: 310115199003074510}
  hmb_rental_contract:
    url: https://h
    client_id: <your id>
  hmb_rental_contract: {url: "jdbc:sqlite:/a.db"}
  consent_grant: {url: https://h}
"""
    file = written(tmp_path / "s.yaml", text)
    monkeypatch.setenv("CREDITFILE_SETTINGS", str(file))
    monkeypatch.setenv("CREDITFILE_LAK", "x")
    said = problems()
    for expected in (
        "environment: CREDITFILE_LAK is no setting; did you mean CREDITFILE_LAKE?",
        f"{file}:1: endpoint is no setting; did you mean endpoints?",
        f"{file}:2: driver_memory must be an amount like 2g or 1536m",
        f"{file}:4: endpoints.psb_residence.url must begin with one of",
        f"{file}:4: endpoints.psb_residence.clent_id is no setting; did you mean client_id?",
        f"{file}:7: endpoints.hmb_rental_contract.client_id still holds a placeholder",
        f"{file}:8: endpoints.hmb_rental_contract stands twice",
        f"{file}:9: endpoints.consent_grant misses client_id, client_secret",
    ):
        assert expected in said
    assert "310115199003074510" not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("endpoints: [\n", "s.yaml:2: is not valid YAML"),
        ("- a\n", "s.yaml:1: must be a mapping"),
        ("endpoints: 3\n", "s.yaml:1: endpoints must be a mapping"),
        ("endpoints:\n  x: 3\n", "s.yaml:2: endpoints.x must be a mapping"),
    ],
)
def test_a_file_of_another_shape(tmp_path, monkeypatch, text, said):
    monkeypatch.setenv("CREDITFILE_SETTINGS", str(written(tmp_path / "s.yaml", text)))
    assert said in problems()


def test_a_named_file_that_is_not_there_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("CREDITFILE_SETTINGS", str(tmp_path / "gone.yaml"))
    assert "gone.yaml: cannot be read" in problems()


def test_an_empty_file_says_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("CREDITFILE_SETTINGS", str(written(tmp_path / "s.yaml", "")))
    assert Settings().endpoints == {}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": "https://h"}, "misses client_id, client_secret"),
        ({"url": "sftp://h/"}, "misses host_key, username, private_key_file"),
        ({"url": "sftp://u@h/", "host_key": "k"}, "misses private_key_file"),
        ({"url": "https://u:secret@h", "client_id": "a", "client_secret": "b"}, "must not hold a password"),
        ({"url": "file://srv/inbox"}, "must name a folder by its whole path"),
    ],
)
def test_what_a_transport_needs(fields, said):
    what = problems(endpoints={"x": fields})
    assert said in what
    assert "u:secret" not in what


@pytest.mark.fault("F28")
@pytest.mark.fault("F29")
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://office.example", "must be https:// unless the office is on this machine"),
        ("http://10.0.0.7:8080", "must be https:// unless the office is on this machine"),
        ("http://169.254.169.254", "must not be a link-local address"),
        ("https://169.254.169.254/latest", "must not be a link-local address"),
        ("https://[fe80::1]/", "must not be a link-local address"),
    ],
)
def test_a_secret_is_not_carried_in_plain_text_nor_to_a_metadata_address(url, said):
    assert said in problems(endpoints={"x": REST | {"url": url}})


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000", "https://h"])
def test_an_office_on_this_machine_may_speak_plain_http(url):
    assert Settings(endpoints={"x": REST | {"url": url}}).endpoint("x").url == url


def test_an_inbox_is_a_folder_and_needs_no_credential():
    assert str(Endpoint(url="file:///srv/in%20box").folder) == "/srv/in box"


def test_a_lake_is_a_directory():
    assert "lake must be a directory path" in problems(lake="s3a://bucket/lake")


@pytest.mark.parametrize(
    ("connection", "expected"),
    [
        (
            {"conn_type": "http", "host": "h", "schema": "https", "port": 443, "login": "a", "password": "b"},
            {"url": "https://h:443", "client_id": "a", "client_secret": "b"},
        ),
        (
            {"conn_type": "http", "host": "https://h/x", "login": "a", "password": "b"},
            {"url": "https://h/x", "client_id": "a", "client_secret": "b"},
        ),
        (
            {"conn_type": "sftp", "host": "h", "login": "u", "extra": {"host_key": "k", "key_file": "/id"}},
            {"url": "sftp://h/", "username": "u", "private_key_file": "/id", "host_key": "k"},
        ),
        (
            {"conn_type": "sftp", "host": "h", "port": 22, "login": "u", "password": "p", "extra": '{"host_key": "k"}'},
            {"url": "sftp://h:22/", "username": "u", "password": "p", "host_key": "k"},
        ),
        (
            {"conn_type": "postgres", "host": "h", "port": 5432, "schema": "db", "login": "u", "password": "p"},
            {"url": "jdbc:postgresql://h:5432/db", "username": "u", "password": "p"},
        ),
        ({"conn_type": "sqlite", "host": "/data/a.db"}, {"url": "jdbc:sqlite:/data/a.db"}),
        ({"conn_type": "generic", "host": "jdbc:sqlite:/a.db"}, {"url": "jdbc:sqlite:/a.db"}),
        ({"conn_type": "fs", "extra": {"path": "/srv/inbox"}}, {"url": "file:///srv/inbox"}),
    ],
)
def test_an_airflow_connection_wins_over_the_file(monkeypatch, connection, expected):
    monkeypatch.setenv("AIRFLOW_CONN_PSB_RESIDENCE", json.dumps(connection))
    assert Settings(endpoints={"psb_residence": REST}).endpoint("psb_residence") == Endpoint(**expected)


@pytest.mark.parametrize(
    ("connection", "said"),
    [
        ("http://user:s3cret@host", "must be in Airflow's JSON form"),
        ("[]", "must be in Airflow's JSON form"),
        ('{"conn_type": "http", "hst": "h"}', "unknown keys: hst"),
        ('{"conn_type": "ftp", "host": "h"}', "conn_type must be http, sftp, postgres, sqlite or fs"),
        ('{"conn_type": "http", "host": "h", "schema": "https", "password": "s3cret"}', "misses client_id"),
        ('{"conn_type": "sftp", "host": "h", "extra": {"no_host_key_check": true}}', "extra.no_host_key_check"),
    ],
)
def test_a_wrong_connection_names_its_variable_and_no_value(monkeypatch, connection, said):
    monkeypatch.setenv("AIRFLOW_CONN_PSB_RESIDENCE", connection)
    with pytest.raises(CreditFileError, match="CF-9001") as caught:
        Settings().endpoint("psb_residence")
    assert caught.value.problem.where == "AIRFLOW_CONN_PSB_RESIDENCE"
    assert said in caught.value.problem.what
    assert "s3cret" not in str(caught.value)


def test_no_endpoint_is_its_own_error():
    with pytest.raises(CreditFileError) as caught:
        Settings().endpoint("psb_residence")
    assert (caught.value.code, caught.value.problem.where) == ("CF-9002", "psb_residence")


@pytest.mark.parametrize("stated", ["psb_residence, amr_business", ["psb_residence", "amr_business"]])
def test_an_installation_names_the_sources_that_deliver_to_it(monkeypatch, tmp_path, stated):
    if isinstance(stated, str):
        monkeypatch.setenv("CREDITFILE_SOURCES", stated)
    else:
        file = written(tmp_path / "s.yaml", f"sources: {json.dumps(stated)}\n")
        monkeypatch.setenv("CREDITFILE_SETTINGS", str(file))
    assert Settings().connected == ("psb_residence", "amr_business")


def test_without_a_list_every_source_delivers_and_a_misspelt_one_is_told():
    assert {"psb_residence", "consent_grant"} <= set(Settings().connected)
    assert "psb_residens; did you mean psb_residence?" in problems(sources="psb_residens")
