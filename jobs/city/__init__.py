"""The synthetic city: invented people from a seed, offices that really serve, and the truth kept aside.

The pipeline knows nothing of it: it knows contracts and endpoints. The city reads its profile and shares no function
with the pipeline's validators.
"""

from jobs.city.build import DEFAULT_MONTHS, Manifest, build, read_manifest
from jobs.city.timeline import received_at

__all__ = ["DEFAULT_MONTHS", "Manifest", "build", "read_manifest", "received_at"]
