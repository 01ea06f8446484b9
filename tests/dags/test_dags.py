"""The DAG files: they parse fast and without an engine; each DAG says whose it is and when it tries again."""

import pytest

import schemas

SOURCES = [source.name for source in schemas.sources()]


def test_every_file_parses_without_an_error(parsed):
    assert parsed["import_errors"] == {}
    assert set(parsed["dags"]) == {"files", "releases", *(f"source__{name}" for name in SOURCES)}


def test_parsing_imports_no_engine(parsed):
    assert parsed["engines"] == []


def test_a_file_parses_in_less_than_two_seconds_once_airflow_is_loaded(parsed):
    assert all(seconds < 2 for seconds in parsed["seconds"].values()), parsed["seconds"]


def test_every_dag_has_owner_tags_page_and_form(parsed):
    for name, dag in parsed["dags"].items():
        assert dag["tags"], name
        assert len(dag["doc_md"]) > 100, name
        assert set(dag["params"]) == {"batch"}, name
        assert all(task["owner"] not in ("", "airflow") for task in dag["tasks"].values()), name


def test_a_sources_dag_follows_its_contract(parsed):
    for source in schemas.sources():
        dag = parsed["dags"][f"source__{source.name}"]
        assert dag["timetable"] == "CronPartitionTimetable"
        assert dag["max_active_runs"] == 1
        assert set(source.tags) <= set(dag["tags"])
        assert source.title in dag["doc_md"]
        assert source.agreement_no in dag["doc_md"]
        assert {task["owner"] for task in dag["tasks"].values()} == {source.owner}
        assert dag["tasks"]["ingest"]["downstream"] == ["refine"]
        assert dag["tasks"]["refine"]["outlets"] == [f"creditfile://silver/{source.name}"]


def test_only_a_period_passes_the_form(parsed):
    for name, dag in parsed["dags"].items():
        assert dag["params"]["batch"] == ["2026-13", "2026-9", "2026-09-31x", "9月", "2026-09; rm", 202609], name


def test_every_task_retries_with_growing_pauses_and_ends_in_time(parsed):
    for name, dag in parsed["dags"].items():
        for task_id, task in dag["tasks"].items():
            assert task["tells"] == ["tell"], (name, task_id)
            if task["operator"] == "ApprovalOperator":
                assert task["timeout"] is None, "a person is given days"
                continue
            assert task["retries"] >= 3, (name, task_id)
            assert task["backoff"] > 1, (name, task_id)
            assert task["retry_delay"] < task["max_retry_delay"], (name, task_id)
            assert 0 < task["timeout"] <= 4 * 3600, (name, task_id)


def test_spark_applications_share_one_slot_and_ingest_needs_none(parsed):
    pools = {
        (task["operator"], task["pool"])
        for dag in parsed["dags"].values()
        for task_id, task in dag["tasks"].items()
        if task["operator"] == "SparkCommand" or task_id == "ingest"
    }
    assert pools == {("SparkCommand", "spark"), ("Command", "office")}


def test_a_release_waits_for_a_person_between_its_gates_and_the_banks(parsed):
    tasks = parsed["dags"]["releases"]["tasks"]
    order, task_id = [], "validate"
    while task_id:
        order.append(task_id)
        task_id = next(iter(tasks[task_id]["downstream"]), None)
    assert order == ["validate", "release", "approval", "record", "publish"]
    assert tasks["approval"]["operator"] == "ApprovalOperator"


@pytest.mark.parametrize("code", [2, 3, 4, 6, 9])
def test_what_a_person_must_decide_fails_at_once(parsed, code):
    for kind, said in parsed["endings"][str(code)]:
        assert kind == "AirflowFailException"
        assert said.startswith("CF-2101 header drift")
        assert "Fix: agree" in said
        assert f"(exit {code})" in said


@pytest.mark.parametrize("code", [1, 5, 7, 8, 143])
def test_what_may_pass_by_itself_is_tried_again(parsed, code):
    for kind, said in parsed["endings"][str(code)]:
        assert kind == "AirflowException"
        assert said.startswith("CF-2101 header drift")


def test_a_good_end_answers_with_an_id_only(parsed):
    assert parsed["endings"]["0"] == [["answer", "R1"], ["answer", None]]


def test_a_month_stands_for_all_days_of_a_daily_source(parsed):
    assert parsed["parts"] == {
        "day of a daily source": ["2026-02-28"],
        "month of a daily source": [f"2028-02-{day:02}" for day in range(1, 30)],
        "month of a monthly source": ["2026-09"],
        "day of a monthly source": ["2026-09"],
    }
