"""A sealed release of a month's credit files: validate, wait for a person, record the decision, publish."""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Param, PartitionedAssetTimetable, chain
from airflow.sdk.exceptions import AirflowFailException
from program import BATCH, CREDIT_FILES, Command, SparkCommand, batch_parameter, defaults

PAGE = """### Releases
`validate` seals a draft and runs its gates; `approval` waits for a person under *Required Actions* on this page or
over the REST API; `record` writes down who approved and why; `publish` hands each bank its rows.

Rejecting leaves the release VALIDATED and publishes nothing. After 30 days without an answer it asks once more,
then the run fails.
Look before you approve: `creditfile release show RELEASE`, and `docs/quality` in the lake.
"""

RELEASE = "{{ ti.xcom_pull(task_ids='release') }}"
ANSWER = "ti.xcom_pull(task_ids='approval')"


def newest(listing: dict[str, Any]) -> str:
    """Return the id of the batch's newest release; a release that a rerun finds approved or published stays it."""
    if not listing.get("items"):
        raise AirflowFailException("CF-5002 no such release: the batch has none. Fix: clear the task `validate`.")
    return str(listing["items"][-1]["release_id"])


with DAG(
    "releases",
    description="validate, human approval, publish",
    doc_md=PAGE,
    schedule=PartitionedAssetTimetable(assets=CREDIT_FILES),
    catchup=False,
    is_paused_upon_creation=False,  # several may wait: an unanswered approval must not hold back the next month
    params={"batch": batch_parameter()},
    tags=["release", "publish", "approval"],
    default_args=defaults("creditfile"),
):
    chain(
        SparkCommand(task_id="validate", arguments=["release", "build", "--batch", BATCH]),
        Command(task_id="release", arguments=["release", "list", "--batch", BATCH], pick=newest),
        ApprovalOperator(
            task_id="approval",
            subject=f"发布批次 Publish release {RELEASE}?",
            body=f"Batch {BATCH}. Gates, figures and banks: `creditfile release show {RELEASE}`.",
            params={
                "reason": Param(
                    None, type=["null", "string"], title="理由 Reason", description="Why; kept with the release."
                )
            },
            response_timeout=timedelta(days=30),
            execution_timeout=None,
            retries=1,  # Airflow fails a task whose answer comes within a second of the question; it then asks again
            retry_delay=timedelta(seconds=10),
        ),
        Command(
            task_id="record",
            arguments=[
                *("release", "approve", RELEASE, "--yes"),
                f"--by={{{{ {ANSWER}['responded_by_user']['name'] }}}}",
                f"--why={{{{ {ANSWER}['params_input'].get('reason') or 'approved in Airflow' }}}}",
            ],
            pool="spark",
        ),
        SparkCommand(task_id="publish", arguments=["publish", RELEASE, "--yes"]),
    )
