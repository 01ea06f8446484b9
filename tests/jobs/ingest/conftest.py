"""Small contracts and a still clock for the ingest step; every office in these tests is a real server."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobs.clock import FixedClock
from jobs.errors import CreditFileError
from jobs.ingest.patience import Patience
from jobs.ingest.step import IngestResult, ingest
from jobs.settings import Endpoint
from schemas.model import Column, Server, Source, SourceObject, Table


def _table(layer: str, thing: str, columns: str, keys: str) -> Table:
    position = {name: number for number, name in enumerate(keys.split(), 1)}
    stated = tuple(
        Column(name, physical or name, "", "", "string", "STRING", primary_key_position=position.get(name))
        for name, _, physical in (text.partition("=") for text in columns.split())
    )
    return Table(f"{layer}.{thing}", layer, "", stated)


@pytest.fixture
def contract() -> Callable[..., Source]:
    """Make a contract: objects as {name: (columns, keys)}; `name=别名` gives a column's delivered name."""

    def make(
        transport: str, form: str, objects: dict[str, tuple[str, str]], encoding: str = "UTF-8", **properties: Any
    ) -> Source:
        pairs = [
            SourceObject(
                name, _table("bronze", f"office{name and '_' + name}", *of), _table("silver", f"office{name}", *of)
            )
            for name, of in objects.items()
        ]
        return Source(
            name="office",
            version="1.2.0",
            title="",
            description="",
            owner="office-data",
            server=Server("", transport, form, encoding, ",", properties),
            cron="",
            timezone="Asia/Shanghai",
            batch_format="%Y-%m",
            legal_basis="CONSENT",
            consent_proof="LEDGER",
            data_kind_code="WORK",
            agreement_no="AG-1",
            quarantine_limit_ratio=0.05,
            quarantine_few_count=0,
            ttl_days=7,
            tags=(),
            objects=tuple(pairs),
            path=Path("office.odcs.yaml"),
        )

    return make


QUICK = Patience(
    attempts=3,
    first_wait=0.005,
    longest_wait=0.01,
    retry_after_limit=0.05,
    connect=5.0,
    read=5.0,
    page=10.0,
    delivery=30.0,
)


@pytest.fixture
def patience() -> Callable[..., Patience]:
    """The tests' patience with some limits changed."""
    return lambda **limits: replace(QUICK, **limits)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., IngestResult]:
    """Run the step on the test's own lake, long after the batch's end unless a time is given."""

    def run_step(
        source: Source,
        batch: str,
        endpoint: Endpoint,
        *,
        at: datetime = datetime(2027, 1, 5, tzinfo=UTC),
        again: bool = False,
        patience: Patience = QUICK,
    ) -> IngestResult:
        return ingest(
            source, batch, lake=tmp_path, endpoint=endpoint, clock=FixedClock(at), again=again, patience=patience
        )

    return run_step


@pytest.fixture
def landed(tmp_path: Path) -> Callable[[], list[str]]:
    """Name everything in landing, so that a test can say that nothing half done has stayed."""

    def names() -> list[str]:
        root = tmp_path / "landing"
        return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and p.name != ".ingest.lock")

    return names


@pytest.fixture
def refused() -> Callable[..., CreditFileError]:
    """Call something that must end with a CF error of this code, and return the error."""

    def call(code: str, work: Callable[..., Any], *arguments: Any, **named: Any) -> CreditFileError:
        with pytest.raises(CreditFileError) as caught:
            work(*arguments, **named)
        assert caught.value.code == code, caught.value
        return caught.value

    return call
