"""The real thing: `creditfile airflow` is up, and a program does over the REST API what a person does in the UI."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import polars
import psutil
import pytest

from tests.contents import tables
from tests.dags.conftest import BATCH, CONNECTED, PROGRAM, first_line, surroundings

pytestmark = [pytest.mark.slow, pytest.mark.spark]

MINUTE = 60.0


class Api:
    """Airflow's REST API with a token, as any client has it."""

    def __init__(self, url: str, user: str, password: str) -> None:
        credentials = {"username": user, "password": password}
        token = httpx.post(f"{url}/auth/token", json=credentials, timeout=30).raise_for_status().json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        self.client = httpx.Client(base_url=f"{url}/api/v2", headers=headers, timeout=60)

    def get(self, path: str, **query: Any) -> dict:
        return self.client.get(path, params=query).raise_for_status().json()

    def switch_on(self, dag: str) -> None:
        query = {"update_mask": "is_paused"}
        self.client.patch(f"/dags/{dag}", json={"is_paused": False}, params=query).raise_for_status()

    def trigger(self, dag: str, batch: str) -> httpx.Response:
        return self.client.post(f"/dags/{dag}/dagRuns", json={"logical_date": None, "conf": {"batch": batch}})

    def runs(self, dag: str) -> list[dict]:
        return self.get(f"/dags/{dag}/dagRuns", order_by="run_after")["dag_runs"]

    def tasks(self, dag: str, run: str) -> dict[str, str]:
        listed = self.get(f"/dags/{dag}/dagRuns/{run}/taskInstances")["task_instances"]
        return {task["task_id"]: task["state"] for task in listed}

    def questions(self) -> list[dict]:
        return self.get("/dags/releases/dagRuns/~/hitlDetails", response_received=False)["hitl_details"]

    def answer(self, question: dict, option: str, reason: str) -> None:
        run = question["task_instance"]["dag_run_id"]
        path = f"/dags/releases/dagRuns/{run}/taskInstances/approval/-1/hitlDetails"
        body = {"chosen_options": [option], "params_input": {"reason": reason}}
        self.client.patch(path, json=body).raise_for_status()


def wait(says: Callable[[], Any], seconds: float, what: str) -> Any:
    """Return the first true answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := says():
            return answer
        time.sleep(1)
    pytest.fail(f"{what}: not within {seconds:.0f} s")


def ended_well(api: Api, dag: str, number: int = 0) -> bool:
    """Tell whether the DAG's run has succeeded; fails the test where it has failed."""
    runs = api.runs(dag)
    if len(runs) <= number:
        return False
    run = runs[number]
    assert run["state"] != "failed", (dag, api.tasks(dag, run["dag_run_id"]))
    return run["state"] == "success"


@pytest.fixture(scope="module")
def airflow(tmp_path_factory, offices):
    """A running `creditfile airflow` on a lake of its own; afterwards none of its processes is left."""
    lake = tmp_path_factory.mktemp("standalone") / "lake"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    variables = surroundings(lake, offices)
    variables = {name: text for name, text in variables.items() if not name.startswith("AIRFLOW")}
    variables["AIRFLOW__API__PORT"] = port
    log = (lake.parent / "airflow.log").open("w")
    command = [PROGRAM, "airflow", "--lake", str(lake), "--json"]
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            begun = time.monotonic()
            ready = first_line(process, seconds=4 * MINUTE)
            ready["seconds"] = time.monotonic() - begun
            yield lake, ready
        finally:
            started = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGTERM)
            try:
                status = process.wait(timeout=90)
            finally:
                process.kill()
    assert status == 143
    left = [child for child in started if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert left == []


@pytest.fixture(scope="module")
def api(airflow):
    lake, ready = airflow
    password = json.loads(Path(ready["password_file"]).read_text())[ready["user"]]
    api = Api(ready["url"], ready["user"], password)
    expected = len(CONNECTED) + 2
    wait(lambda: api.get("/dags")["total_entries"] == expected, MINUTE, "the DAGs appear")
    return api


def test_airflow_is_up_with_dags_and_pools(airflow, api):
    assert api.get("/importErrors")["total_entries"] == 0
    assert {pool["name"]: pool["slots"] for pool in api.get("/pools")["pools"]}.items() >= {
        "spark": 1,
        "office": 2,
    }.items()
    assert api.get("/monitor/health")["scheduler"]["status"] == "healthy"


def test_what_is_no_period_is_refused_before_a_run_exists(api):
    answer = api.trigger("source__psb_residence", "2026-13")
    assert answer.status_code == 400
    assert "batch" in answer.text
    assert api.runs("source__psb_residence") == []


def test_from_the_offices_to_the_banks(airflow, api):
    lake, _ = airflow
    ledger, others = "source__consent_grant", [f"source__{name}" for name in CONNECTED]
    others.remove(ledger)

    for dag in (ledger, *others):
        api.switch_on(dag)
    api.trigger(ledger, BATCH).raise_for_status()
    wait(lambda: ended_well(api, ledger), 15 * MINUTE, ledger)
    for dag in others:
        api.trigger(dag, BATCH).raise_for_status()
    for dag in others:
        wait(lambda dag=dag: ended_well(api, dag), 15 * MINUTE, dag)

    wait(lambda: api.runs("files"), MINUTE, "the assets start the files")
    started = api.runs("files")
    assert [(run["run_type"], run["partition_key"]) for run in started] == [("asset_triggered", BATCH)]
    wait(lambda: ended_well(api, "files"), 15 * MINUTE, "files")

    question = wait(api.questions, 15 * MINUTE, "the release asks for approval")[0]
    release = api.runs("releases")[0]
    assert (release["run_type"], release["partition_key"]) == ("asset_triggered", BATCH)
    assert question["options"] == ["Approve", "Reject"]
    time.sleep(3)  # nobody reads as fast as the question is put
    assert api.tasks("releases", release["dag_run_id"])["publish"] is None
    assert not list(lake.glob("share/*/credit_file")), "nothing is published before a person has approved"

    api.answer(question, "Approve", "looked at gates and figures")
    wait(lambda: ended_well(api, "releases"), 15 * MINUTE, "releases")

    banks = {path.parent.name: polars.read_delta(str(path)) for path in lake.glob("share/*/credit_file")}
    assert len(banks) == 2
    assert all(len(rows) > 0 for rows in banks.values()), {bank: len(rows) for bank, rows in banks.items()}


def test_the_same_batch_again_changes_no_table(airflow, api):
    lake, _ = airflow
    before = tables(lake)
    api.trigger("source__amr_business", BATCH).raise_for_status()
    wait(lambda: ended_well(api, "source__amr_business", 1), 15 * MINUTE, "amr_business again")
    assert tables(lake) == before


def test_only_ids_are_handed_from_task_to_task(api):
    entries = api.get("/dags/~/dagRuns/~/taskInstances/~/xcomEntries", limit=100)["xcom_entries"]
    assert {(entry["dag_id"], entry["task_id"]) for entry in entries} == {
        ("releases", "release"),
        ("releases", "approval"),
    }
