"""The still pictures that people choose a film by."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import StorageError
from pipeline.files import storage_errors

if TYPE_CHECKING:
    from PIL.Image import Image

# YouTube took no more than 2 MB for years, and other hosts still don't.
MAX_BYTES = 2_000_000
# The first that fits. Only noise needs more than the first.
_QUALITIES = (90, 80, 70, 50, 30)


def write_stills(pictures: Iterable[Image], path: Path) -> None:
    """Write RGB pictures as JPEGs, colours at full resolution, at most `MAX_BYTES` each, to one ZIP archive.

    What is made together is kept together. JPEGs do not get smaller: they are stored as they are, under their numbers,
    from 1. The same pictures give the same bytes. The cache, whose temporary path it is, flushes the file and gives it
    its name; half made it is the cache's to remove, also when we are killed. Raises `StorageError` when `path` can't be
    written and `ValueError` for a picture of another mode.
    """
    with storage_errors(path), zipfile.ZipFile(path, "w") as archive:
        for number, picture in enumerate(pictures, start=1):
            # Without a date: the same pictures give the same bytes.
            archive.writestr(zipfile.ZipInfo(f"{number}.jpg"), _small_jpeg(picture))


def read_stills(path: Path) -> tuple[bytes, ...]:
    """The JPEGs in such a file, in their order. Raises `StorageError` when it can't be read."""
    try:
        with storage_errors(path), zipfile.ZipFile(path) as archive:
            return tuple(archive.read(name) for name in archive.namelist())
    except zipfile.BadZipFile as error:
        raise StorageError("is damaged", where=str(path), hint="Delete it: it is made afresh") from error


def _small_jpeg(picture: Image) -> bytes:
    if picture.mode != "RGB":
        raise ValueError(f"the thumbnail is {picture.mode}, must be RGB")
    data = b""
    for quality in _QUALITIES:
        data = _jpeg(picture, quality)
        if len(data) <= MAX_BYTES:
            break
    return data


def _jpeg(picture: Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    # 4:4:4: coloured letters keep sharp edges.
    picture.save(buffer, "JPEG", quality=quality, subsampling="4:4:4")
    return buffer.getvalue()
