"""The still picture that people choose a film by."""

from __future__ import annotations

import io
from pathlib import Path

from PIL.Image import Image

from pipeline.files import replacing

# YouTube took no more than 2 MB for years, and other hosts still don't.
MAX_BYTES = 2_000_000
# The first that fits. Only noise needs more than the first.
_QUALITIES = (90, 80, 70, 50, 30)


def write_jpeg(picture: Image, path: Path) -> None:
    """Write an RGB picture as JPEG, colours at full resolution, at most `MAX_BYTES`.

    The same picture gives the same bytes. Raises `StorageError` when `path` can't be written and `ValueError` for a
    picture of another mode.
    """
    if picture.mode != "RGB":
        raise ValueError(f"the thumbnail is {picture.mode}, must be RGB")
    data = b""
    for quality in _QUALITIES:
        data = _jpeg(picture, quality)
        if len(data) <= MAX_BYTES:
            break
    with replacing(path) as part:
        part.write_bytes(data)


def _jpeg(picture: Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    # 4:4:4: coloured letters keep sharp edges.
    picture.save(buffer, "JPEG", quality=quality, subsampling="4:4:4")
    return buffer.getvalue()
