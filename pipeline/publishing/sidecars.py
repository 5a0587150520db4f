"""The sidecar files of a film, by role.

srt, vtt    its captions; es.srt, …: caption tracks in other languages that a user put there
thumbnail   its thumbnail; thumbnail-2, …: alternatives
metadata    title, description, tags
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import StorageError
from pipeline.files import sha256_of
from pipeline.model import Package

SRT, VTT, THUMBNAIL, METADATA = "srt", "vtt", "thumbnail", "metadata"


def sidecar_files(package: Package) -> Mapping[str, Path]:
    """The sidecar files that exist, by role. Blocks."""
    alternatives = {f"{THUMBNAIL}-{number}": path for number, path in enumerate(package.more_thumbnails, start=2)}
    files = {
        SRT: package.srt,
        VTT: package.vtt,
        THUMBNAIL: package.thumbnail,
        METADATA: package.metadata,
        **alternatives,
    }
    return {name: path for name, path in {**files, **caption_tracks(package)}.items() if path.is_file()}


def caption_tracks(package: Package) -> Mapping[str, Path]:
    """Caption tracks in other languages: video.es.srt has the role "es.srt". Blocks."""
    prefix = f"{package.srt.stem}."
    try:
        files = sorted(package.srt.parent.iterdir())
    except OSError:
        return {}
    return {
        path.name.removeprefix(prefix): path
        for path in files
        if path.suffix == ".srt" and path.stem.startswith(prefix) and path.is_file()
    }


def hash_files(files: Mapping[str, Path]) -> Mapping[str, str]:
    """SHA-256 (hex) of each file, by role. Blocks. Raises `StorageError` for one that can't be read."""
    hashes = {}
    for name, path in files.items():
        try:
            hashes[name] = sha256_of(path)
        except OSError as error:
            raise StorageError("can't be read, or is gone", where=str(path), hint="Run the command again") from error
    return hashes
