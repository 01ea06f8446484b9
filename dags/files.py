"""The credit files of a month: link the records, then build facts and files; starts when the month's sources are in."""

from airflow.sdk import (
    DAG,
    AssetAll,
    IdentityMapper,
    MonthWindow,
    PartitionedAssetTimetable,
    PartitionMapper,
    RollupMapper,
    StartOfMonthMapper,
    chain,
)
from program import BATCH, CREDIT_FILES, MONTH, SparkCommand, batch_parameter, connected, defaults, silver

from schemas import Source

PAGE = """### Credit files
`link` finds whose record each one is; `gold` builds facts, categories, tiers and files for the batch.

Starts by itself for a month once every source that delivers each month has: a daily one with all its days (a manual
run of a whole month counts as all of them). The bar *received / required* on this page shows who is missing. If an
office stays silent and the files shall be built without it, trigger this DAG with the month as batch.
A correction after the start is taken up by the next month's run, or by a run by hand.
"""


def is_monthly_or_faster(source: Source) -> bool:
    """Quarterly and yearly offices are no reason to wait: their records go into the next month's files."""
    return source.cron.split()[3] == "*"


def month_of(source: Source) -> PartitionMapper:
    """How the source's batches make up the month."""
    if source.batch_format == MONTH:
        return IdentityMapper()
    month = StartOfMonthMapper(timezone=source.timezone, input_format=source.batch_format, output_format=MONTH)
    is_daily = source.cron.split()[2:] == ["*", "*", "*"]
    return RollupMapper(upstream_mapper=month, window=MonthWindow()) if is_daily else month


awaited = [source for source in connected() if is_monthly_or_faster(source)]

with DAG(
    "files",
    description="link and gold: the month's credit files",
    doc_md=PAGE,
    schedule=PartitionedAssetTimetable(
        assets=AssetAll(*(silver(source.name) for source in awaited)),
        partition_mapper_config={silver(source.name): month_of(source) for source in awaited},
    ),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    params={"batch": batch_parameter()},
    tags=["people", "link", "gold"],
    default_args=defaults("creditfile"),
):
    chain(
        SparkCommand(task_id="link", arguments=["run", "link", "--batch", BATCH]),
        SparkCommand(task_id="gold", arguments=["run", "gold", "--batch", BATCH], outlets=[CREDIT_FILES]),
    )
