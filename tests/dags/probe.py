"""Parses the DAG files as Airflow would, in a process of its own, and prints as JSON what the tests ask about."""

import json
import os
import sys
from pathlib import Path

from airflow.dag_processing.dagbag import BundleDagBag
from airflow.sdk.exceptions import ParamValidationError

from jobs.airflow_up import DAGS

ENGINES = ("pyspark", "great_expectations", "delta", "py4j")
EXITS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 143)
TRIED = ("2026-09", "2026-09-30", None, "2026-13", "2026-9", "2026-09-31x", "9月", "2026-09; rm", 202609)


def parse() -> BundleDagBag:
    """Fill a bag from the DAG files."""
    return BundleDagBag(str(DAGS), bundle_path=DAGS, bundle_name="dags-folder")


def described(dag) -> dict:
    """Tell about one DAG what the tests look at."""
    return {
        "tags": sorted(dag.tags),
        "doc_md": dag.doc_md or "",
        "params": {name: refused(dag.params.get_param(name)) for name in dag.params},
        "max_active_runs": dag.max_active_runs,
        "timetable": type(dag.timetable).__name__,
        "tasks": {
            task.task_id: {
                "operator": type(task).__name__,
                "owner": task.owner,
                "pool": task.pool,
                "retries": task.retries,
                "retry_delay": task.retry_delay.total_seconds(),
                "backoff": task.retry_exponential_backoff,
                "max_retry_delay": task.max_retry_delay.total_seconds(),
                "timeout": task.execution_timeout.total_seconds() if task.execution_timeout else None,
                "tells": [callback.__name__ for callback in task.on_failure_callback or ()],
                "outlets": [outlet.uri for outlet in task.outlets],
                "downstream": sorted(task.downstream_task_ids),
            }
            for task in dag.tasks
        },
    }


def refused(param) -> list:
    """Return which of the tried values the form does not take."""
    wrong = []
    for value in TRIED:
        try:
            param.resolve(value)
        except ParamValidationError:
            wrong.append(value)
    return wrong


def endings(scratch: Path) -> dict:
    """Run both operators against a program that ends with each exit; tell which exception, if any, it became."""
    from program import Command, SparkCommand

    os.environ["PATH"] = f"{scratch}{os.pathsep}{os.environ['PATH']}"
    said = 'echo "CF-2101 header drift: 1 column. Fix: agree. More: creditfile explain CF-2101"'
    answer = """echo '{"error": {"code": "CF-2101", "what": "header drift", "where": "a", "fix": "agree"}}'"""
    (scratch / "creditfile").write_text(f'#!/bin/sh\n[ "$1" = 0 ] && echo \'{{"id": "R1"}}\' || {answer}\nexit "$1"\n')
    (scratch / "spark-submit").write_text(f'#!/bin/sh\nfor last; do :; done\n[ "$last" = 0 ] || {said}\nexit "$last"\n')
    for name in ("creditfile", "spark-submit"):
        (scratch / name).chmod(0o755)
    found = {}
    for code in EXITS:
        command = Command(task_id=f"c{code}", arguments=[str(code)], pick=lambda answer: answer["id"])
        spark = SparkCommand(task_id=f"s{code}", arguments=[str(code)])
        found[code] = [ending(operator) for operator in (command, spark)]
    return found


def ending(operator) -> list:
    """Execute an operator; tell the kind of its end and what it said or answered."""
    try:
        return ["answer", operator.execute({"outlet_events": {}})]
    except Exception as failed:
        return [type(failed).__name__, str(failed)]


def main() -> None:
    """Print everything."""
    parse()
    bag = parse()  # warm: the first parse pays for importing Airflow and its providers
    engines = sorted(name for name in sys.modules if name.split(".")[0] in ENGINES)
    from program import parts

    report = {
        "import_errors": bag.import_errors,
        "seconds": {stat.file: stat.duration.total_seconds() for stat in bag.dagbag_stats},
        "engines": engines,
        "dags": {name: described(dag) for name, dag in bag.dags.items()},
        "endings": endings(Path(sys.argv[1])),
        "parts": {
            "day of a daily source": parts("2026-02-28", "%Y-%m-%d"),
            "month of a daily source": parts("2028-02", "%Y-%m-%d"),
            "month of a monthly source": parts("2026-09", "%Y-%m"),
            "day of a monthly source": parts("2026-09-30", "%Y-%m"),
        },
    }
    Path(sys.argv[2]).write_text(json.dumps(report, default=str))


if __name__ == "__main__":
    main()
