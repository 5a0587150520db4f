"""What is delivered beside a film and its subtitles: the picture that stands for it, and what it is about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from pipeline.model import Check

# What hosts take.
THUMBNAIL_BYTES = 2_000_000


def thumbnail(path: Path, size_px: tuple[int, int]) -> Check:
    """A JPEG that can be decoded to its end, of the size that hosts ask for (width and height in pixels)."""
    try:
        size = path.stat().st_size
        with Image.open(path, formats=["JPEG"]) as image:
            measured = f"{image.width}x{image.height}, {size / 1e6:.2f} MB"
            passed = image.size == size_px and size < THUMBNAIL_BYTES
            if passed:
                image.load()
    except FileNotFoundError:
        passed, measured = False, "not there"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # All of them are what Pillow says to damaged files.
        passed, measured = False, "damaged"
    limit = "a JPEG of {}x{} below {:g} MB".format(*size_px, THUMBNAIL_BYTES / 1e6)
    return Check.of("thumbnail", passed=passed, measured=measured, limit=limit)


def thumbnails(paths: Sequence[Path], size_px: tuple[int, int]) -> Check:
    """What `thumbnail` says of the first that is not in order, else of the first."""
    found = [thumbnail(path, size_px) for path in paths]
    return next((check for check in found if not check.passed), found[0])


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
    return Check.of("metadata", passed=measured == "a title", measured=measured, limit="JSON with a title")
