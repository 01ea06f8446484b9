"""One DAG a contract: fetch what the office delivered for a batch, then refine it in one Spark application.

Scheduled runs are cron-partitioned, so `airflow backfill create` works by batch. Switch a source's DAG on when its
office is ready; `files` waits until every source of the month is in.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronPartitionTimetable, chain
from program import BATCH, MONTH, Command, SparkCommand, batch_parameter, connected, defaults, silver

from schemas import Source


def schedule(source: Source) -> CronPartitionTimetable:
    """When the office is asked, and for which batch.

    A batch asked for by time must be over: yesterday's, or what comes late in the day is in no batch at all. A
    monthly file drop bears the name of its own month, because the office closes the month before it ends. A source
    switched on waits for its next day: without a start date, and with a zero here, Airflow makes up for no past one.
    """
    closes_early = source.server.transport in ("sftp", "file") and source.batch_format == MONTH
    return CronPartitionTimetable(
        source.cron,
        timezone=source.timezone,
        key_format=source.batch_format,
        run_offset=0 if closes_early else -1,
        run_immediately=timedelta(0),
    )


def page(source: Source) -> str:
    """What the DAG's page says."""
    return f"""### {source.title}
{source.description}

Delivered by **{source.owner}** over {source.server.transport}; legal basis {source.legal_basis}, agreement
{source.agreement_no}; contract `schemas/sources/{source.path.name}` {source.version}.
Writes {", ".join(f"`{item.silver.name}`" for item in source.objects)} and their quarantine.

| it failed with | do |
| --- | --- |
| exit 5 or 7 | nothing: it is tried again, with growing pauses |
| exit 4 | look at docs/quality in the lake, at `creditfile quarantine ls {source.name}`, decide, then clear the task |
| a CF code | `creditfile explain CF-....` |

A run by hand takes its batch from the form; twice for one batch changes nothing. July to September:
`airflow backfill create --dag-id source__{source.name} --from-date 2026-07-01 --to-date 2026-10-01`.
"""


for source in connected():
    with DAG(
        f"source__{source.name}",
        description=source.title,
        doc_md=page(source),
        schedule=schedule(source),
        catchup=False,
        max_active_runs=1,
        params={"batch": batch_parameter()},
        tags=["source", source.server.transport, *source.tags],
        default_args=defaults(source.owner),
    ):
        chain(
            Command(
                task_id="ingest",
                arguments=["run", "ingest", source.name, "--batch", BATCH],
                pool="office",
                retries=6,
                execution_timeout=timedelta(hours=2),
            ),
            SparkCommand(
                task_id="refine",
                arguments=["run", "refine", source.name, "--batch", BATCH],
                batch_format=source.batch_format,
                outlets=[silver(source.name)],
            ),
        )
