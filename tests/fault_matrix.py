"""Coverage of the fault matrix at the end of a run: per group, how many of its faults a passed test has shown harmless.

Printed only if the run held tests of faults. A fault may have passed and failed tests: then it is counted and named.
"""

import pytest
from fault_table import GROUPS, ROWS


def pytest_configure(config):
    config.pluginmanager.register(Coverage(), "fault-coverage")


class Coverage:
    """What the tests of this run have shown, by fault."""

    def __init__(self):
        self.faults, self.passed, self.failed = {}, set(), set()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session):
        for item in session.items:
            ids = {mark.args[0] for mark in item.iter_markers("fault")}
            if ids:
                self.faults[item.nodeid] = ids

    def pytest_runtest_logreport(self, report):
        ids = self.faults.get(report.nodeid, set())
        if report.failed:
            self.failed |= ids
        elif report.when == "call" and report.passed:
            self.passed |= ids

    def pytest_terminal_summary(self, terminalreporter):
        if self.faults:
            terminalreporter.section("faults covered")
            for line in lines(self.passed, self.failed):
                terminalreporter.write_line(line)


def lines(passed, failed):
    """Return one line a group."""
    for group, name in GROUPS.items():
        rows = [fault for fault, (of, _) in ROWS.items() if of == group]
        broken = ", ".join(fault for fault in rows if fault in failed)
        covered = f"{len(set(rows) & passed)}/{len(rows)}"
        yield f"{group} {covered:>5}  {name}{f'; failed: {broken}' if broken else ''}"
