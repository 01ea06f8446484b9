"""Work side by side in one session: a small batch is mostly waiting, for plans and for commits."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

AT_ONCE = 4
"""More than there are cores on a small machine: while one plan is made another is computed."""


def abreast(calls: Iterable[Callable[[], Any]], at_once: int = AT_ONCE) -> list[Any]:
    """Call all at once and return what they returned, in their order; if any fails, raise the first problem."""
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        begun = [pool.submit(call) for call in calls]
    return [one.result() for one in begun]
