"""The steps as one literal tuple: the CLI, the DAGs and the tests read the flow from here, and only from here.

Parses without Spark or Great Expectations, because DAG files import it.
"""

from typing import Literal, NamedTuple


class Step(NamedTuple):
    """One step of the flow: what it works on, and whether it needs a JVM."""

    name: str
    per: Literal["source", "people", "release"]
    needs_spark: bool
    says: str


STEPS = (
    Step("ingest", "source", False, "fetch an office's delivery and keep it as received, with a receipt"),
    Step("bronze", "source", True, "keep every record as delivered, identifiers replaced by a keyed hash"),
    Step("silver", "source", True, "clean and type each record; seal identities; set bad rows aside with a reason"),
    Step("gate", "source", True, "judge the batch by its Great Expectations suite: pass or hold"),
    Step("link", "people", True, "find whose record each one is"),
    Step("gold", "people", True, "facts, categories, tiers and the versioned credit file"),
    Step("release", "release", True, "seal one batch of files for the banks that have consent"),
    Step("publish", "release", True, "hand each bank exactly its rows, and the changes"),
)

REFINE = ("bronze", "silver", "gate")
"""One batch goes through these in one Spark application; each also runs alone from the CLI."""

PROGRAM = "creditfile"
"""The console script that runs any step."""
