"""One small city for all tests of this folder."""

from pathlib import Path
from typing import Any

import pytest
from city_reader import MONTHS, Spot, delivered, truth

from jobs import city


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lake")
    city.build(path, 250, 11, MONTHS)
    return path


@pytest.fixture(scope="session")
def home(lake: Path) -> Path:
    return lake / "city"


@pytest.fixture(scope="session")
def records(home: Path) -> dict[Spot, dict[str, Any]]:
    """Truth about each record, by its place."""
    found = truth(home, "record")
    return {Spot(r["source"], r["object"], r["batch_id"], r["delivery_no"], r["file"], r["line"]): r for r in found}


@pytest.fixture(scope="session")
def contents(home: Path) -> dict[Spot, dict[str, Any] | bytes]:
    return dict(delivered(home))
