"""How much room a run takes on the disk, and whether there is enough."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from pipeline.orchestrator.forecast.experience import Experience
from pipeline.orchestrator.forecast.findings import Problem, RunSurvey
from pipeline.orchestrator.workshop import Workshop


@dataclass(frozen=True, kw_only=True)
class Disk:
    """Bytes: what would be written to output/ and to the cache, and what is free now."""

    output_bytes: int
    cache_bytes: int
    free_bytes: int


def disk_of(found: RunSurvey, known: Experience, shop: Workshop) -> Disk:
    """The room for the films that were found, by their presets and sizes."""
    lengths = {kind: work.weight * known.film_s_per_char for kind, work in found.work.items()}
    cached = sum(seconds * known.of(kind).cache_bytes_per_s for kind, seconds in lengths.items())
    room = max(0, shop.settings.cache.max_bytes - shop.cache.size_bytes())
    return Disk(
        output_bytes=round(sum(seconds * known.of(kind).output_bytes_per_s for kind, seconds in lengths.items())),
        cache_bytes=min(room, round(cached)),
        free_bytes=shutil.disk_usage(_existing(shop.places.films_root)).free,
    )


def disk_trouble(disk: Disk, shop: Workshop) -> tuple[list[Problem], list[str]]:
    """What stops the run at once, and what may stop it in the middle."""
    floor_gb = shop.settings.work.min_free_disk_gb
    if not disk.output_bytes:
        return [], []
    if disk.free_bytes < floor_gb * 1e9:
        message = f"{disk.free_bytes / 1e9:.1f} GB are free, and work.min_free_disk_gb is {floor_gb:g}"
        return [
            Problem(where=str(shop.places.films_root), message=message, hint="Free some space", films=0, exit_code=8)
        ], []
    needed = disk.output_bytes + disk.cache_bytes
    if disk.free_bytes - needed < floor_gb * 1e9:
        text = f"the disk may not be enough: {disk.free_bytes / 1e9:.1f} GB are free, {needed / 1e9:.1f} GB are needed"
        return [], [f"{text}, and work.min_free_disk_gb keeps {floor_gb:g}"]
    return [], []


def _existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())
