"""The checks of companion files: thumbnail and metadata."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageStat

from pipeline.model import Check, Script
from pipeline.model.metadata import (
    DESCRIPTION_MAX_BYTES,
    TAGS_MAX_CHARS,
    TITLE_MAX_CHARS,
    tags_chars,
    utf8_bytes,
    utf16_units,
)
from pipeline.model.text_artefacts import find_prose_artefact

# Limits of hosts.
THUMBNAIL_BYTES = 2_000_000
_MIN_WIDTH_PX = 640
# Standard deviation of luma, of 255 levels: a line of text on a plain background has more than 10.
_EMPTY_SPREAD = 4.0


def thumbnail(path: Path, size_px: tuple[int, int]) -> Check:
    """A JPEG that can be decoded to its end, of the required size (width and height in pixels), and not empty."""
    try:
        size = path.stat().st_size
        with Image.open(path, formats=["JPEG"]) as image:
            measured = f"{image.width}x{image.height}, {size / 1e6:.2f} MB"
            passed = image.size == size_px and size < THUMBNAIL_BYTES
            if passed:
                # Every byte is decoded, at an eighth of the size.
                image.draft("L", (image.width // 8, image.height // 8))
                passed = ImageStat.Stat(image.convert("L")).stddev[0] >= _EMPTY_SPREAD
                measured += "" if passed else ", empty"
    except FileNotFoundError:
        passed, measured = False, "not there"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # Pillow's errors for damaged files.
        passed, measured = False, "damaged"
    limit = "a JPEG of {}x{} below {:g} MB that shows something".format(*size_px, THUMBNAIL_BYTES / 1e6)
    return Check.of("thumbnail", passed=passed, measured=measured, limit=limit)


def own_thumbnail(path: Path) -> Check:
    """A user's own thumbnail: JPEG or PNG, intact, not empty, within the limits of hosts."""
    try:
        size = path.stat().st_size
        with Image.open(path, formats=["JPEG", "PNG"]) as image:
            measured = f"{image.width}x{image.height}, {size / 1e6:.2f} MB"
            is_empty = ImageStat.Stat(image.convert("L")).stddev[0] < _EMPTY_SPREAD
            passed = image.width >= _MIN_WIDTH_PX and size < THUMBNAIL_BYTES and not is_empty
            measured += ", empty" if is_empty else ""
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        passed, measured = False, "damaged, or neither JPEG nor PNG"
    limit = f"{_MIN_WIDTH_PX} pixels wide or more, below {THUMBNAIL_BYTES / 1e6:g} MB, and show something"
    return Check.of("thumbnail", passed=passed, measured=measured, limit=limit)


def thumbnails(paths: Sequence[Path], size_px: tuple[int, int]) -> Check:
    """`thumbnail` of the first file that fails, else of the first."""
    found = [thumbnail(path, size_px) for path in paths]
    return next((check for check in found if not check.passed), found[0])


def metadata(path: Path, script: Script | None = None, title: str = "") -> Check:
    """A JSON object with at least a title, within the limits of hosts, and equal to the script's data.

    `title` is the film's title on hosts, if it differs from the script's.
    """
    limit = "JSON with the title, tags and language of the film, as hosts accept them"
    try:
        # Windows editors write a byte order mark.
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        fault = "not there"
    except (OSError, ValueError, RecursionError):
        fault = "not JSON"
    else:
        fault = next(_faults(content, script, title), "") if isinstance(content, dict) else "without a title"
    return Check.of("metadata", passed=not fault, measured=fault or "a title", limit=limit)


def own_metadata(path: Path) -> Check:
    """A user's own metadata: within the limits of hosts, and without text artefacts."""
    check = metadata(path)
    if not check.passed:
        return check
    content = json.loads(path.read_text(encoding="utf-8-sig"))
    fault = next(filter(None, (find_artefact(content.get(name, "")) for name in ("title", "description", "tags"))), "")
    return Check.of(
        "metadata", passed=not fault, measured=fault or "a title", limit="texts that hosts accept, meant for viewers"
    )


def find_artefact(value: object) -> str:
    """The first text artefact (a placeholder, JSON…) in a text of metadata or a list of texts; empty: there is none."""
    texts = value if isinstance(value, list) else [value]
    return next(filter(None, (find_prose_artefact(str(text)) for text in texts)), "")


def _faults(content: dict[str, object], script: Script | None, host_title: str) -> Iterator[str]:
    title, description, tags = content.get("title"), content.get("description", ""), content.get("tags", [])
    if not isinstance(title, str) or not title.strip():
        yield "without a title"
        return
    if script:
        wanted = {"title": host_title or script.title, "language": script.language, "tags": list(script.tags)}
        yield from (f"another {name} than the script's" for name, value in wanted.items() if content.get(name) != value)
    if utf16_units(title) > TITLE_MAX_CHARS:
        yield f"a title of {utf16_units(title)} characters, at most {TITLE_MAX_CHARS}"
    if not isinstance(description, str) or not isinstance(tags, list):
        yield "without a description and a list of tags"
        return
    if utf8_bytes(description) > DESCRIPTION_MAX_BYTES:
        yield f"a description of {utf8_bytes(description)} bytes, at most {DESCRIPTION_MAX_BYTES}"
    if tags_chars([str(tag) for tag in tags]) > TAGS_MAX_CHARS:
        yield f"tags of more than {TAGS_MAX_CHARS} characters"
    # In users' own texts, they are replaced before the upload.
    if script and set("<>") & set(title + description):
        yield "angle brackets, which hosts refuse"
