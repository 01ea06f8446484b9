"""One measured run: a process of its own, its time by its own clock, its memory by the system's."""

import json
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from jobs.errors import CreditFileError

EVERY_SECONDS = 0.25
MIB = 2**20


class Watch:
    """Watches a process with all it starts.

    What they hold together at most, the JVM's own high-water mark, and the processor seconds of all of them, which on a
    busy machine say more than the clock.
    """

    def __init__(self, pid: int) -> None:
        """Watch from now until `stop`."""
        self.peak_bytes = self.jvm_bytes = 0
        self._cpu: dict[int, float] = {}
        self._process = psutil.Process(pid)
        self._ended = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._watching.start()

    @property
    def cpu_seconds(self) -> float:
        """Seconds of processor time until each process was last seen."""
        return sum(self._cpu.values())

    def stop(self) -> None:
        """Watch no longer."""
        self._ended.set()
        self._watching.join()

    def _watch(self) -> None:
        known = {self._process.pid}
        while True:
            try:
                tree = self._tree()
                # a fork that is no program of its own yet shows its parent's memory again: who is new waits a turn
                held = [(one, one.memory_info().rss) for one in tree if one.pid in known]
                known = {one.pid for one in tree}
                self._cpu |= {one.pid: sum(one.cpu_times()[:2]) for one in tree}
                self.peak_bytes = max(self.peak_bytes, sum(rss for _, rss in held))
                marks = [high_water(one.pid) for one, _ in held if one.name() == "java"]
                self.jvm_bytes = max(self.jvm_bytes, *marks, 0)
            except psutil.Error:  # one of them has just ended
                pass
            if self._ended.wait(EVERY_SECONDS):
                return

    def _tree(self) -> list[psutil.Process]:
        return [self._process, *self._process.children(recursive=True)]


def high_water(pid: int) -> int:
    """Return the most bytes a process has held (VmHWM); 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def run(command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run a command to its end.

    Args:
        command: what to run.
        log: where its stderr goes: not to a pipe, which it would wait for.
        environment: its variables; ours if not given.

    Returns:
        wall (seconds from start to exit), cpu (processor seconds) and peak_mb of all its processes together, jvm_mb,
        and what its last line of stdout says, if that is a JSON object.

    Raises:
        CreditFileError: CF-8603 if it fails.
    """
    begun = time.perf_counter()
    with log.open("ab") as err:
        child = subprocess.Popen([*command], stdout=subprocess.PIPE, stderr=err, text=True, env=environment)  # noqa: S603
        watch = Watch(child.pid)
        try:
            out, _ = child.communicate()
        except BaseException:
            child.kill()
            child.wait()
            raise
        finally:
            watch.stop()
    wall = time.perf_counter() - begun
    if child.returncode:
        what = f"{Path(command[0]).name} {' '.join(command[1:4])} ended with {child.returncode}"
        raise CreditFileError("CF-8603", what=what, where=str(log))
    told = {"wall": round(wall, 3), "cpu": round(watch.cpu_seconds, 2)}
    return _last(out) | told | {"peak_mb": watch.peak_bytes // MIB, "jvm_mb": watch.jvm_bytes // MIB}


def _last(out: str) -> dict[str, Any]:
    line = out.strip().rpartition("\n")[2]
    return json.loads(line) if line.startswith("{") else {}
