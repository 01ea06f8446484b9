"""The steps of a release: build and judge, approve by a person, hand to the banks."""

from typing import Any

from jobs import runs
from jobs.clock import Clock, SystemClock
from jobs.context import Progress, city_of, keys_of, lease, quiet, spark_of
from jobs.settings import Settings


def build_release(
    settings: Settings, batch: str, progress: Progress = quiet, clock: Clock | None = None
) -> dict[str, Any]:
    """Build, judge and seal the release of a batch; a release of unchanged files is not built twice."""
    from jobs.release import registry, step

    now = (clock or SystemClock()).now()
    with lease(settings.lake, "release"):
        mark = runs.fingerprint(*(f"{r.batch}:{r.fingerprint}" for r in runs.read(settings.lake, "gold")))
        for release in registry.all_releases(settings.lake):
            if release["batch"] == batch and release.get("fingerprint") == mark and release["status"] != "DRAFT":
                progress(f"release {release['release_id']}: {release['status']}, nothing new")
                return release
        release = step.build(
            spark_of(settings), settings.lake, city_of(settings), keys_of(settings), batch, now, now, mark
        )
    progress(f"release {release['release_id']}: {release['person_count']:,} people, {release['status']}")
    return release


def approve_release(
    settings: Settings, release_id: str, who: str, why: str, progress: Progress = quiet, clock: Clock | None = None
) -> dict[str, Any]:
    """Record that a person, not the builder, approved a validated release."""
    from jobs.release import registry

    with lease(settings.lake, "release"):
        release = registry.find(settings.lake, release_id)
        if release["status"] in ("APPROVED", "PUBLISHED"):
            return release
        moved = registry.move(settings.lake, release, "APPROVED", (clock or SystemClock()).now(), who, why)
    progress(f"release {release_id}: approved by {who}")
    return moved


def publish(
    settings: Settings, release_id: str, progress: Progress = quiet, clock: Clock | None = None
) -> dict[str, Any]:
    """Hand an approved release to its banks; a published one is left as it is, without a JVM."""
    from jobs.release import registry

    release = registry.find(settings.lake, release_id)
    if release["status"] == "PUBLISHED":
        return release
    from jobs.publish import step

    with lease(settings.lake, "publish"):
        now = (clock or SystemClock()).now()
        release = step.publish(spark_of(settings), settings.lake, city_of(settings), release_id, now)
    progress(f"release {release_id}: published, " + ", ".join(f"{bank} {n:,}" for bank, n in release["banks"].items()))
    return release
