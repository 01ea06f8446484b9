"""What the operator can know of a person's consent at each delivery, and so where that person's records end.

Reads what was delivered, fault and all: a grant that went to quarantine allows nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from jobs.city.consents import Grant
from jobs.city.timeline import Timeline
from schemas import Source


@dataclass(frozen=True, slots=True)
class Known:
    """A grant as the ledger holds it: since which delivery, and since which its withdrawal."""

    grant: Grant
    since: int
    withdrawn_since: int | None

    def ends(self, batch: int) -> datetime:
        """Return the end of the grant as known at a delivery."""
        grant = self.grant
        if grant.withdrawn_at is None or self.withdrawn_since is None or self.withdrawn_since > batch:
            return grant.valid_to
        return min(grant.valid_to, grant.withdrawn_at)


class Ledger:
    """A person's grants as delivered in good order."""

    def __init__(self, operator: str, timeline: Timeline, grants: list[Grant]) -> None:
        self.operator, self.timeline = operator, timeline
        self._grants = {grant.number: grant for grant in grants}
        self._since: dict[str, int] = {}
        self._withdrawn: dict[str, int] = {}

    def enter(self, number: str, batch: int, *, has_withdrawal: bool) -> None:
        """Enter a record that was loaded."""
        self._since[number] = min(batch, self._since.get(number, batch))
        if has_withdrawal:
            self._withdrawn[number] = min(batch, self._withdrawn.get(number, batch))

    def known(self) -> Iterator[Known]:
        """Yield every grant that reached the ledger."""
        for number, since in self._since.items():
            yield Known(self._grants[number], since, self._withdrawn.get(number))

    def is_live(self, source: Source, batch: int) -> bool:
        """Say whether a grant that lets a source be loaded was known when its delivery was fetched."""
        now = self.timeline.received_at(source.name, batch)
        return any(
            known.since <= batch
            and known.grant.recipient == self.operator
            and source.data_kind_code in known.grant.kinds
            and (source.r14_item is None or source.r14_item in known.grant.r14)
            and known.grant.granted_at <= now
            and known.grant.valid_from <= now < known.ends(batch)
            for known in self.known()
        )
