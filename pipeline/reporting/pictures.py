"""Thumbnails embedded in the page, and links from the page to files."""

from __future__ import annotations

import base64
import os
import struct
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

# Twice the width of a card on a phone, slightly more than on a desktop.
_WIDTH_PX = 320
_HEIGHT_PX = 320
_QUALITY = 82


def picture_uri(path: Path | None) -> str:
    """A thumbnail as a `data:` URL with a JPEG; empty if it is missing or can't be read."""
    from PIL import Image  # noqa: PLC0415  (only who has pictures pays for loading it)

    if path is None:
        return ""
    try:
        # Our thumbnails are JPEGs; other formats are ignored.
        with Image.open(path, formats=("JPEG",)) as image:
            image.draft("RGB", (2 * _WIDTH_PX, 2 * _HEIGHT_PX))
            small = image.convert("RGB")
            small.thumbnail((_WIDTH_PX, _HEIGHT_PX), Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError):
        return ""
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def relative_path(path: Path, folder: Path) -> str:
    """The relative path from `folder` to a file, with forward slashes; the absolute path on another drive."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.as_posix()


def link(path: Path, folder: Path) -> str:
    """The same as a URL, escaped so that no part of a file name is read as a scheme, host, query or fragment."""
    way = relative_path(path, folder)
    if path.drive and way == path.as_posix():
        return path.as_uri()
    return "./" + quote(os.fsencode(way))
