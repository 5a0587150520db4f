"""Memory and disk limits, and the disks to watch, from the settings. Few imports, as `nightreel status` uses it."""

from __future__ import annotations

from pathlib import Path

from pipeline.limits import ResourceLimits, ResourceWatch, resource_limits
from pipeline.settings import Settings


def limits_of(settings: Settings) -> ResourceLimits:
    """How much memory and disk films may use. Blocks."""
    work = settings.work
    return resource_limits(
        max_memory_gb=work.max_memory_gb,
        min_free_memory_gb=work.min_free_memory_gb,
        min_free_disk_gb=work.min_free_disk_gb,
    )


def watch_of(workspace: Path) -> ResourceWatch:
    """A monitor of memory, CPU and the disks of a workspace."""
    watch = ResourceWatch(workspace)
    for name in ("state", "output"):  # either may be a disk of its own
        watch.watch_disk_of(workspace / name)
    return watch


def disk_refusal(workspace: Path, settings: Settings, *, output: str) -> str:
    """Why no film may start: a disk is too full; empty: none is. `output` is a folder for the films, if any. Blocks."""
    watch = watch_of(workspace)
    if output:
        watch.watch_disk_of(Path(output))
    # Without a film in progress, memory is no reason.
    return limits_of(settings).refusal(watch.sample(), under_way=0) or ""
