"""Thumbnails small enough to travel inside the page, and links from the page to files."""

from __future__ import annotations

import base64
import os
import struct
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

# Twice the width of a card on a phone, a little more than that of one on a desk.
_WIDTH_PX = 320
_HEIGHT_PX = 320
_QUALITY = 82


def picture_uri(path: Path | None) -> str:
    """A JPEG of a thumbnail as a `data:` address; empty when there is none, or none that can be read."""
    from PIL import Image  # noqa: PLC0415  (only who has pictures pays for loading it)

    if path is None:
        return ""
    try:
        # What nightreel draws is a JPEG; whatever else lies there is not looked at.
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
    """The way from `folder` to a file, with forward slashes; the whole path when they lie on different drives."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.as_posix()


def link(path: Path, folder: Path) -> str:
    """The same as an address: no name of a file can be read as a scheme, a host, a query or a fragment."""
    way = relative_path(path, folder)
    if path.drive and way == path.as_posix():
        return path.as_uri()
    return "./" + quote(os.fsencode(way))
