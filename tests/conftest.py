"""One SparkSession for the whole run: a JVM takes ten seconds to start."""

import pytest


@pytest.fixture(scope="session")
def spark():
    """The program's own session: two cores, two shuffle partitions, no UI, UTC, Delta."""
    from jobs.session import start

    session = start("local[2]", "1g")
    session.conf.set("spark.sql.shuffle.partitions", "2")
    yield session
    session.stop()


def pytest_collection_modifyitems(items):
    """Mark what needs a JVM, so that `-m 'not spark'` is the quick loop."""
    for item in items:
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.spark)
