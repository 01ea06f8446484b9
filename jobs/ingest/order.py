"""What one connector is asked to do; everything it needs is in here, so that nothing is looked up elsewhere."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from jobs.clock import Clock
from jobs.ingest.patience import Patience
from jobs.ingest.periods import Period
from jobs.settings import Endpoint
from schemas.model import Source


@dataclass(frozen=True)
class Order:
    """Fetch one source's batch from one endpoint into one lake.

    `since` is where the earlier batches ended, None for the very first; offices that are asked by time
    (REST, database) answer the changes from there up to the period's end.
    """

    source: Source
    period: Period
    lake: Path
    endpoint: Endpoint
    clock: Clock
    since: datetime | None = None
    patience: Patience = field(default_factory=Patience)

    @property
    def place(self) -> str:
        """Name source and batch, for messages."""
        return f"{self.source.name}/{self.period.batch}"

    @property
    def sender(self) -> str:
        """Name the office and its host; never a user, a port that differs between runs, or a path."""
        url = self.endpoint.url.removeprefix("jdbc:")
        parts = urlsplit(url)
        return f"{self.source.owner} <{parts.scheme}://{parts.hostname or ''}>"
