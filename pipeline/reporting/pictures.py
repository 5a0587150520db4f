"""Embedded thumbnails, and links from the page to files."""

from __future__ import annotations

import base64
import os
import struct
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from PIL import Image

# Twice the width of a card on a phone, slightly more than on a desktop.
_WIDTH_PX = 320
_HEIGHT_PX = 320
_QUALITY = 82


def picture_uri(path: Path | None) -> str:
    """A thumbnail as a JPEG `data:` URI; empty if it is missing or unreadable."""
    from PIL import Image  # noqa: PLC0415  (slow to import)

    if path is None:
        return ""
    try:
        # nightreel writes JPEG; other formats are not decoded.
        with Image.open(path, formats=("JPEG",)) as image:
            image.draft("RGB", (2 * _WIDTH_PX, 2 * _HEIGHT_PX))
            small = image.convert("RGB")
            small.thumbnail((_WIDTH_PX, _HEIGHT_PX), Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError):
        return ""
    return jpeg_uri(small, quality=_QUALITY)


def jpeg_uri(image: Image.Image, *, quality: int) -> str:
    """An image as a JPEG `data:` URI."""
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"


def relative_path(path: Path, folder: Path) -> str:
    """The path relative to `folder`, with forward slashes; the absolute path if they are on different drives."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.as_posix()


def link(path: Path, folder: Path) -> str:
    """The relative path as a URL, quoted so that no part can be read as a scheme, host, query or fragment."""
    relative = relative_path(path, folder)
    if path.drive and relative == path.as_posix():
        return path.as_uri()
    return "./" + quote(os.fsencode(relative))
