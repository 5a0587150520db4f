"""Kinds of pictures, told by their first bytes: names and headers say what somebody wishes them to be."""

from __future__ import annotations

import re
from typing import Final, Literal

Kind = Literal["JPEG", "PNG", "WEBP", "GIF"]

# Larger files than cameras make.
MOST_BYTES: Final = 25 * 1024 * 1024


def is_address(source: str) -> bool:
    """Whether a picture is named by an address, and not by a file."""
    return re.match(r"[a-z][a-z0-9+.-]+://", source, re.IGNORECASE) is not None


def kind_of(start: bytes) -> Kind | None:
    """The kind of a picture that begins so; None: none that can be drawn."""
    if start.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WEBP"
    return None


def suffix_hint(start: bytes) -> tuple[str, str]:
    """What something is that is no picture for us, as far as it can be told, and what to do about it."""
    if start[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"}:
        return "is a HEIC or AVIF picture, which is not read", "Save it as a JPEG"
    if re.match(rb"\s*<(?:!doctype|html|head|\?xml)", start, re.IGNORECASE):
        return "is a page, not a picture", "Give the address of the picture itself"
    return "is no JPEG, PNG, WebP or GIF", "Save it as a JPEG or a PNG"
