"""Runs DAGs with `dag.test()` one after the other, and writes each task's state: run_dags.py BATCH REPORT DAG..."""

import json
import sys
from pathlib import Path

from airflow.dag_processing.dagbag import BundleDagBag

from jobs.airflow_up import DAGS


def main(batch: str, report: str, *names: str) -> None:
    """Run the named DAGs for a batch, as a person would by the form."""
    bag = BundleDagBag(str(DAGS), bundle_path=DAGS, bundle_name="dags-folder")
    states = {}
    for name in names:
        run = bag.dags[name].test(run_conf={"batch": batch})
        states[name] = {task.task_id: str(task.state) for task in run.get_task_instances()}
        Path(report).write_text(json.dumps(states))


if __name__ == "__main__":
    main(*sys.argv[1:])
