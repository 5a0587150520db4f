"""What goes with a film to hosts: files beside it, by what they are.

srt, vtt    its captions, and es.srt, …: those in other languages, which somebody has put there
thumbnail   its picture, and thumbnail-2, …: others to choose from
metadata    title, description, tags
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import StorageError
from pipeline.files import sha256_of
from pipeline.model import Package

SRT, VTT, THUMBNAIL, METADATA = "srt", "vtt", "thumbnail", "metadata"


def files_beside(package: Package) -> Mapping[str, Path]:
    """The files beside a film that are there, by what they are. Blocks."""
    stills = {f"{THUMBNAIL}-{number}": path for number, path in enumerate(package.more_thumbnails, start=2)}
    ours = {SRT: package.srt, VTT: package.vtt, THUMBNAIL: package.thumbnail, METADATA: package.metadata, **stills}
    return {name: path for name, path in {**ours, **tracks_beside(package)}.items() if path.is_file()}


def tracks_beside(package: Package) -> Mapping[str, Path]:
    """Captions in other languages: video.es.srt is "es.srt". Blocks."""
    start = f"{package.srt.stem}."
    try:
        files = sorted(package.srt.parent.iterdir())
    except OSError:
        return {}
    return {
        path.name.removeprefix(start): path
        for path in files
        if path.suffix == ".srt" and path.stem.startswith(start) and path.is_file()
    }


def sums_of(files: Mapping[str, Path]) -> Mapping[str, str]:
    """SHA-256 of each. Blocks. Raises `StorageError` for one that can't be read."""
    sums = {}
    for name, path in files.items():
        try:
            sums[name] = sha256_of(path)
        except OSError as error:
            raise StorageError("can't be read, or is gone", where=str(path), hint="Run the command again") from error
    return sums
