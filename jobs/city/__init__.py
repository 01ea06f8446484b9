"""The synthetic city: invented people from a seed, offices that really serve, and the truth kept aside.

The pipeline knows nothing of it: it knows contracts and endpoints. The city reads its profile and shares no function
with the pipeline's validators.
"""

from jobs.city.build import DEFAULT_MONTHS, Manifest, build, read_manifest
from jobs.city.sources import desks
from jobs.city.timeline import received_at

__all__ = ["DEFAULT_MONTHS", "Manifest", "build", "read_manifest", "received_at", "sources"]


def sources() -> tuple[str, ...]:
    """Return the names of the sources the city has an office of."""
    return tuple(desk.source.name for desk in desks())
