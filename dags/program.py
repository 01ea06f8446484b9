"""How a task runs the program: what it asks, which failures are tried again, what is said of them, what goes on.

A task is the command a person would type, so a failed one can be repeated by hand. Only ids go to XCom. The batch
travels as the partition key of the asset's event, because a run started by an asset has no logical date to take it
from; and it is set by the task, not taken from its run, because a run started by hand has a parameter and no key.
"""

import json
import logging
import os
import re
import signal
import subprocess
import tempfile
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import Asset, BaseOperator, Context, Param
from airflow.sdk.exceptions import AirflowException, AirflowFailException

import schemas
from jobs import flow
from schemas import Source

BATCH = "{{ partition_key or params.batch }}"
"""Scheduled, backfill and asset runs carry a key, manual runs a parameter. With neither, the program refuses `None`."""

PERIOD = "^[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?$"
MONTH = "%Y-%m"

FINAL_EXITS = frozenset({2, 3, 4, 6, 9})
"""Usage, configuration, held, refused, check failed: a person must decide first. Others may pass on another day."""

CREDIT_FILES = Asset("creditfile://gold/credit_file")

APPLICATION = str(Path(flow.__file__).with_name("spark_app.py"))
LOGGING = Path(flow.__file__).with_name("log4j2.properties").as_uri()
"""An engine message may show a row's value, and the task's log keeps each line: the program's log rules hold here."""

DELTA = f"io.delta:delta-spark_{'.'.join(version('pyspark').split('.')[:2])}_2.13:{version('delta-spark')}"
EXTRA = "conn.spark_default.extra_dejson"
JARS = f"{{{{ {EXTRA}.get('jars', '') }}}}"
PACKAGES = f"{{{{ '' if {EXTRA}.get('jars') else {EXTRA}.get('packages', '{DELTA}') }}}}"
"""spark-submit starts the JVM, so it must know Delta's jar: the connection's `jars` or `packages`, else Maven's."""

SAID = re.compile(r"CF-[0-9]{4} [^\n]*")
SUBMIT_EXIT = re.compile(r"Error code is: (-?[0-9]+)\.")


def connected() -> tuple[Source, ...]:
    """Return the sources that deliver here: those that `CREDITFILE_SOURCES` names, else all."""
    named = [name for name in os.environ.get("CREDITFILE_SOURCES", "").split(",") if name]
    return tuple(schemas.source(name) for name in named) or schemas.sources()


def silver(source: str) -> Asset:
    """Return the asset that says: a batch of this source has passed its gate."""
    return Asset(f"creditfile://silver/{source}")


def batch_parameter() -> Param:
    """Return the form field of a manual run."""
    return Param(
        None,
        type=["null", "string"],
        pattern=PERIOD,
        title="批次 Batch",
        description="Reporting period of a manual run: a month like 2026-09 or a day like 2026-09-30.",
    )


def parts(batch: str, batch_format: str) -> list[str]:
    """Return the partition keys a batch fills, in the length the source's schedule has: a month is all its days."""
    if batch_format == MONTH:
        return [batch[:7]]
    if len(batch) > 7:
        return [batch]
    year, month = (int(part) for part in batch.split("-"))
    return [f"{batch}-{day:02}" for day in range(1, monthrange(year, month)[1] + 1)]


def failure(exit_code: int | None, said: str) -> AirflowException:
    """Return what the task ends with: final where only a person helps, else the kind that is tried again."""
    problem = (SAID.findall(said) or said.strip().splitlines() or ["it said nothing"])[-1]
    problem = f"{problem} (exit {exit_code})"
    return (AirflowFailException if exit_code in FINAL_EXITS else AirflowException)(problem)


def tell(context: Context) -> None:
    """Say what failed and the command that helps, where the on-call engineer looks first: at the end of the log."""
    task, run = context["ti"], context["dag_run"]
    exception = str(context.get("exception"))
    found = SAID.search(exception)
    problem = found[0] if found else f"No CF code ({exception[:200]}); see the log above."
    logging.getLogger("airflow.task").error(
        "%s.%s stopped. %s Batch: %s. Quality report: docs/quality in the lake. Quarantine: %s quarantine ls",
        task.dag_id,
        task.task_id,
        problem,
        run.partition_key or (run.conf or {}).get("batch"),
        flow.PROGRAM,
    )


def defaults(owner: str, **others: Any) -> dict[str, Any]:
    """Return the arguments every task shares. Airflow spreads each delay by up to its own length, per DAG and task."""
    return {
        "owner": owner,
        "retries": 4,
        "retry_delay": timedelta(minutes=2),
        "retry_exponential_backoff": 3.0,
        "max_retry_delay": timedelta(hours=2),
        "execution_timeout": timedelta(hours=4),
        "on_failure_callback": tell,
        **others,
    }


class Command(BaseOperator):
    """Runs the program without Spark's launcher; answers with the id that `pick` finds in its JSON, or nothing."""

    template_fields: Sequence[str] = ("arguments",)
    ui_color = "#e8f4ea"

    def __init__(self, *, arguments: list[str], pick: Callable[[dict[str, Any]], str] | None = None, **kwargs: Any):
        super().__init__(do_xcom_push=pick is not None, **kwargs)
        self.arguments = arguments
        self.pick = pick
        self.process: subprocess.Popen[str] | None = None

    def execute(self, context: Context) -> str | None:
        """Run the command: its progress goes to the task's log, its answer is read from stdout."""
        command = [flow.PROGRAM, *self.arguments, "--json"]
        self.log.info("%s", " ".join(command))
        with tempfile.TemporaryFile("w+", encoding="utf-8") as stdout:
            self.process = subprocess.Popen(  # noqa: S603  (a list, no shell)
                command, stdout=stdout, stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True
            )
            said = []
            for line in self.process.stderr or ():
                said.append(line)
                self.log.info("%s", line.rstrip())
            exit_code = self.process.wait()
            stdout.seek(0)
            answer = _object(stdout.read())
        if exit_code:
            error = answer.get("error") or {}
            stated = f"{error.get('code')} {error.get('what')} ({error.get('where')}). Fix: {error.get('fix')}"
            raise failure(exit_code, stated if error else "".join(said[-50:]))
        return self.pick(answer) if self.pick else None

    def on_kill(self) -> None:
        """End the command with all it started, when the task is cleared, marked or timed out."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)


def _object(text: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


class SparkCommand(SparkSubmitOperator):
    """Runs the program as a Spark application, wherever the connection `spark_default` says Spark is."""

    template_fields: Sequence[str] = (*SparkSubmitOperator.template_fields, "batch")

    def __init__(self, *, arguments: list[str], batch_format: str = "", **kwargs: Any):
        super().__init__(
            application=APPLICATION,
            application_args=arguments,
            jars=JARS,
            packages=PACKAGES,
            conf={"spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={LOGGING}"},
            name=f"{flow.PROGRAM} {' '.join(arguments[:3])}",
            env_vars={"PYTHONSAFEPATH": "1"},  # or each module of jobs/ would also be a top-level one
            pool="spark",
            **kwargs,
        )
        self.batch = BATCH
        self.batch_format = batch_format

    def execute(self, context: Context) -> None:
        """Submit, turn the exit into the right kind of failure, and hand the batch on with each outlet's event."""
        try:
            super().execute(context)
        except AirflowException as failed:
            exit_code = SUBMIT_EXIT.search(str(failed))
            if exit_code is None:
                raise
            raise failure(int(exit_code[1]), str(failed)) from None
        for asset in self.outlets:
            event = context["outlet_events"][asset]
            event.extra = {"batch": self.batch}
            event.add_partitions(parts(self.batch, self.batch_format) if self.batch_format else [self.batch])
