"""One SparkSession and one database server for the whole run: a JVM takes ten seconds to start."""

import pytest

pytest_plugins = ["fault_matrix"]


@pytest.fixture(scope="session")
def spark():
    """The program's own session: two cores, two shuffle partitions, no UI, UTC, Delta."""
    from jobs.session import start

    session = start("local[2]", "3g")
    session.conf.set("spark.sql.shuffle.partitions", "2")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def server():
    """One PostgreSQL server for all tests of a run; each test fills it anew."""
    from postgres_server import PostgresServer

    server = PostgresServer()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def told(spark, tmp_path_factory):
    """The demo on an invented city of 200 people: its settings, and what it answered; built once in a run."""
    from jobs.demo import demo
    from jobs.settings import Settings

    settings = Settings(lake=tmp_path_factory.mktemp("demo"))
    spark.conf.set("spark.sql.codegen.wholeStage", "false")  # as the command does for so few people
    try:
        return settings, demo(settings, 200, 11, 1.0, lambda _: None)
    finally:
        spark.conf.set("spark.sql.codegen.wholeStage", "true")


@pytest.fixture(scope="session")
def demo_lake(told):
    """Folder of the demo's lake; whoever writes there makes a copy."""
    return told[0].lake


@pytest.fixture(scope="module")
def desk(spark, tmp_path_factory):
    """A lake with a ledger in which a thousand people consent, and offices that deliver what a test draws."""
    from tests.office import Desk

    desk = Desk(tmp_path_factory.mktemp("offices") / "lake")
    desk.consents()
    return desk


def pytest_collection_modifyitems(items):
    """Mark what needs a JVM, so that `-m 'not spark'` is the quick loop."""
    for item in items:
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.spark)
