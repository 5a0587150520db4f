"""Thumbnails: the stills by which people choose a film."""

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

# YouTube's limit for years, and still that of other hosts.
MAX_BYTES = 2_000_000
# JPEG qualities, of which the first that fits is used. Only noise needs more than the first.
_QUALITIES = (90, 80, 70, 50, 30)


def write_stills(pictures: Iterable[Image], path: Path) -> None:
    """Write RGB pictures as JPEGs without chroma subsampling, at most `MAX_BYTES` each, to one ZIP archive.

    JPEGs don't compress: they are stored, named by number from 1. The same pictures give the same bytes. `path` is a
    temporary file of the cache, which flushes and renames it, or removes it if incomplete. Raises `StorageError` if
    `path` can't be written and `ValueError` for a picture of another mode.
    """
    with storage_errors(path), zipfile.ZipFile(path, "w") as archive:
        for number, picture in enumerate(pictures, start=1):
            # ZipInfo without a date: the same pictures give the same bytes.
            archive.writestr(zipfile.ZipInfo(f"{number}.jpg"), _small_jpeg(picture))


def read_stills(path: Path) -> tuple[bytes, ...]:
    """The JPEGs that `write_stills` wrote, in order. Raises `StorageError` if the file can't be read."""
    try:
        with storage_errors(path), zipfile.ZipFile(path) as archive:
            return tuple(archive.read(name) for name in archive.namelist())
    except zipfile.BadZipFile as error:
        raise StorageError("is damaged", where=str(path), hint="Delete it: it will be made again") from error


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
    # 4:4:4 keeps the edges of coloured letters sharp.
    picture.save(buffer, "JPEG", quality=quality, subsampling="4:4:4")
    return buffer.getvalue()
