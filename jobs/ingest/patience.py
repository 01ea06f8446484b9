"""How long an office is waited for, and which failures are tried again."""

import logging
from dataclasses import dataclass
from typing import Any

import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from jobs.errors import CreditFileError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """Limits of one delivery, in seconds unless said; a slow office may cost time, never an unbounded one."""

    attempts: int = 6
    first_wait: float = 0.5
    longest_wait: float = 15.0
    retry_after_limit: float = 60.0
    connect: float = 10.0
    read: float = 30.0
    page: float = 120.0
    delivery: float = 6 * 3600.0


class Interrupted(Exception):
    """A failure that another try may cure. It holds a CF code and a text without any delivered value."""

    def __init__(self, code: str, what: str, wait: float | None = None) -> None:
        super().__init__(f"{code} {what}")
        self.code, self.what, self.wait = code, what, wait

    def error(self, where: str) -> CreditFileError:
        """Return the error that ends the delivery once all tries are spent."""
        return CreditFileError(self.code, what=self.what, where=where, undone="Nothing was landed.")


def attempts(patience: Patience) -> Any:
    """Return the tries of one piece of work, for `for` or `async for`; waits grow, jittered, or as the office asks."""
    set_on_retry_hooks([_tell])  # stamina's own hook would print to stdout, which belongs to --json
    return stamina.retry_context(
        on=_next_wait,
        attempts=patience.attempts,
        timeout=None,
        wait_initial=patience.first_wait,
        wait_max=patience.longest_wait,
        wait_jitter=patience.first_wait,
    )


def _next_wait(failure: Exception) -> bool | float:
    if not isinstance(failure, Interrupted):
        return False
    return True if failure.wait is None else failure.wait


def _tell(details: RetryDetails) -> None:
    log.warning("%s; try %d follows in %.1f s", details.caused_by, details.retry_num + 1, details.wait_for)
