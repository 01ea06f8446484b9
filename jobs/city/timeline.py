"""Which delivery a month falls into, and when each delivery can be fetched."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from jobs.city import months
from jobs.city.chance import Stream
from jobs.city.profile import Profile, profile


@dataclass(frozen=True)
class Timeline:
    """The months that are delivered, in order; the first one holds everything before it."""

    profile: Profile
    batches: tuple[str, ...]
    months: tuple[int, ...]

    @classmethod
    def of(cls, profile: Profile, batches: tuple[str, ...]) -> "Timeline":
        """Return the timeline of ascending, different months."""
        found = tuple(months.month(batch) for batch in batches)
        if not found or list(found) != sorted(set(found)):
            raise ValueError("months must be ascending and all different")
        return cls(profile, batches, found)

    def batch_of(self, month: int) -> int | None:
        """Return the number of the delivery that holds a month, or None if it is still to come."""
        place = bisect_left(self.months, month)
        return place if place < len(self.months) else None

    @cached_property
    def last(self) -> int:
        """Return the number of the last delivery."""
        return len(self.months) - 1

    def day_in(self, batch: int, stream: Stream) -> date:
        """Draw a day of the last month of a delivery's window."""
        return months.on(self.months[batch], stream.between(1, 27))

    def received_at(self, source: str, batch: int) -> datetime:
        """Return when a delivery is fetched."""
        return received(self.profile, source, self.batches[batch])

    def extracted_at(self, source: str, batch: int) -> str:
        """Return the local instant at which the office drew the delivery: half an hour before it is fetched."""
        seconds = self.profile.delivery_hours[source] * 3600 - 1800
        day = months.last(self.months[batch]) + timedelta(days=1 + seconds // 86400)
        return months.local_text(day, seconds % 86400, self.profile.zone)


def received(profile: Profile, source: str, batch: str) -> datetime:
    """Return the fixed instant of a delivery, hours after the end of its month or day."""
    parts = batch.split("-")
    end = months.last(months.month(batch)) if len(parts) == 2 else date.fromisoformat(batch)
    return months.instant(end + timedelta(days=1), profile.delivery_hours[source] * 3600, profile.zone)


def received_at(source: str, batch: str, city: str = "shanghai") -> datetime:
    """Return the instant the demo's clock shows when it fetches a delivery: the ledger of consent always first."""
    return received(profile(city), source, batch)
