"""What is delivered beside a film and its subtitles: the picture that stands for it, and what it is about."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from pipeline.model import Check

THUMBNAIL_PX = (1280, 720)
# What hosts take.
THUMBNAIL_BYTES = 2_000_000


def thumbnail(path: Path) -> Check:
    """A JPEG that can be decoded to its end, of the size that hosts ask for."""
    try:
        size = path.stat().st_size
        with Image.open(path, formats=["JPEG"]) as image:
            measured = f"{image.width}x{image.height}, {size / 1e6:.2f} MB"
            passed = image.size == THUMBNAIL_PX and size < THUMBNAIL_BYTES
            if passed:
                image.load()
    except FileNotFoundError:
        passed, measured = False, "not there"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # All of them are what Pillow says to damaged files.
        passed, measured = False, "damaged"
    limit = "a JPEG of {}x{} below {:g} MB".format(*THUMBNAIL_PX, THUMBNAIL_BYTES / 1e6)
    return Check(name="thumbnail", passed=passed, measured=measured, limit=limit)


def metadata(path: Path) -> Check:
    """A JSON object with a title, without which no host takes a film."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        measured = "not there"
    except (OSError, ValueError, RecursionError):
        measured = "not JSON"
    else:
        title = content.get("title") if isinstance(content, dict) else None
        measured = "a title" if isinstance(title, str) and title.strip() else "without a title"
    return Check(name="metadata", passed=measured == "a title", measured=measured, limit="JSON with a title")
