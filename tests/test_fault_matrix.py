"""The fault matrix: its table, the ids that tests use, and what a run prints of it."""

import os
import re
import subprocess
import sys
from pathlib import Path

from fault_table import GROUPS, ROWS

HERE = Path(__file__).parent
USED = re.compile(r"""\.fault\(["']?([^"')]*)""")


def test_the_table_holds_87_faults_in_twelve_groups():
    assert list(ROWS) == [f"F{number:02}" for number in range(1, 88)]
    assert {group for group, _ in ROWS.values()} == set(GROUPS) == set("ABCDEFGHIJKL")
    assert all(text for _, text in ROWS.values())


def used(folder):
    """Yield file and id of each fault that a test names."""
    for path in sorted(folder.rglob("*.py")):
        if path != Path(__file__):
            yield from ((path.name, fault) for fault in USED.findall(path.read_text("utf-8")))


def test_every_fault_that_a_test_names_is_in_the_table():
    found = list(used(HERE))
    assert len({fault for _, fault in found}) >= 30
    assert [(name, fault) for name, fault in found if fault not in ROWS] == []


def test_an_id_that_is_not_in_the_table_is_found(tmp_path):
    (tmp_path / "test_a.py").write_text("@pytest.mark.fault('F99')\n@pytest.mark.fault(NUMBER)\ndef test_a(): ...")
    assert list(used(tmp_path)) == [("test_a.py", "F99"), ("test_a.py", "NUMBER")]


def printed(folder, text, *options):
    """Run these tests in a process of their own, with the plugin, and return what it prints."""
    (folder / "test_it.py").write_text("import pytest\nfault = pytest.mark.fault\n" + text)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = fault(id): a row\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "fault_matrix", *options]
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


def test_a_run_prints_a_line_per_group_and_names_what_failed(tmp_path):
    told = printed(
        tmp_path,
        """
@fault("F44")
@fault("F45")
def test_holds(): pass

@fault("F44")
def test_fails(): assert False

@fault("F46")
def test_is_skipped(): pytest.skip()

@pytest.fixture
def broken(): raise OSError

@fault("F47")
def test_has_no_fixture(broken): pass

@pytest.mark.parametrize("a", [pytest.param(1, marks=fault("F01"))])
def test_of_a_parameter(a): pass
""",
    )
    start = next(number for number, line in enumerate(told) if "faults covered" in line) + 1
    assert told[start : start + 12] == [
        "A   1/7  crash and concurrency",
        "B   0/7  storage and clock",
        "C  0/11  REST",
        "D  0/11  SFTP and files",
        "E   2/5  database; failed: F44, F47",
        "F   0/8  drift and quality gates",
        "G   0/8  injection and leaks",
        "H   0/5  linking",
        "I   0/5  consent and isolation",
        "J   0/9  tokens and sharing",
        "K   0/7  release and rights",
        "L   0/4  operations",
    ]


def test_a_run_without_a_test_of_a_fault_prints_nothing(tmp_path):
    text = "def test_plain(): pass\n\n@fault('F44')\ndef test_database(): pass\n"
    assert "faults covered" not in "".join(printed(tmp_path, text, "-k", "plain"))
    assert "faults covered" in "".join(printed(tmp_path, text))
