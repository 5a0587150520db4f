"""Picture formats, detected from the first bytes of a file, since names and headers can't be trusted."""

from __future__ import annotations

import re
from typing import Final, Literal

ImageFormat = Literal["JPEG", "PNG", "WEBP", "GIF"]

# Larger than any camera's files.
MOST_BYTES: Final = 25 * 1024 * 1024


def is_address(source: str) -> bool:
    """Whether a picture is given by URL, and not as a file."""
    return re.match(r"[a-z][a-z0-9+.-]+://", source, re.IGNORECASE) is not None


def detect_format(start: bytes) -> ImageFormat | None:
    """The format of a picture with these first bytes; None: no supported format."""
    if start.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WEBP"
    return None


def describe_unsupported(start: bytes) -> tuple[str, str]:
    """What an unsupported file seems to be, and what to do about it."""
    if start[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"}:
        return "is a HEIC or AVIF picture, which is not supported", "Save it as a JPEG"
    if re.match(rb"\s*<(?:!doctype|html|head|\?xml)", start, re.IGNORECASE):
        return "is a page, not a picture", "Give the address of the picture itself"
    return "is not a JPEG, PNG, WebP or GIF", "Save it as a JPEG or a PNG"
