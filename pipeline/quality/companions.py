"""What is delivered beside a film and its subtitles: the picture that stands for it, and what it is about."""

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

# What hosts take.
THUMBNAIL_BYTES = 2_000_000
_LEAST_WIDTH_PX = 640
# Of 255 levels of brightness: a line of text on a plain ground varies by more than 10.
_EMPTY_SPREAD = 4.0


def thumbnail(path: Path, size_px: tuple[int, int]) -> Check:
    """A JPEG that can be decoded to its end, of the size that hosts ask for (width and height in pixels)."""
    try:
        size = path.stat().st_size
        with Image.open(path, formats=["JPEG"]) as image:
            measured = f"{image.width}x{image.height}, {size / 1e6:.2f} MB"
            passed = image.size == size_px and size < THUMBNAIL_BYTES
            if passed:
                # Every byte is read, but only an eighth of the width and height is worked out.
                image.draft("L", (image.width // 8, image.height // 8))
                # What is black or of one colour stands for nothing.
                passed = ImageStat.Stat(image.convert("L")).stddev[0] >= _EMPTY_SPREAD
                measured += "" if passed else ", empty"
    except FileNotFoundError:
        passed, measured = False, "not there"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # All of them are what Pillow says to damaged files.
        passed, measured = False, "damaged"
    limit = "a JPEG of {}x{} below {:g} MB that shows something".format(*size_px, THUMBNAIL_BYTES / 1e6)
    return Check.of("thumbnail", passed=passed, measured=measured, limit=limit)


def picture(path: Path) -> Check:
    """A picture that somebody has put in the place of ours: JPEG or PNG, whole, and as hosts take it."""
    try:
        size = path.stat().st_size
        with Image.open(path, formats=["JPEG", "PNG"]) as image:
            measured = f"{image.width}x{image.height}, {size / 1e6:.2f} MB"
            is_empty = ImageStat.Stat(image.convert("L")).stddev[0] < _EMPTY_SPREAD
            passed = image.width >= _LEAST_WIDTH_PX and size < THUMBNAIL_BYTES and not is_empty
            measured += ", empty" if is_empty else ""
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        passed, measured = False, "damaged, or neither JPEG nor PNG"
    limit = f"{_LEAST_WIDTH_PX} pixels wide or more, below {THUMBNAIL_BYTES / 1e6:g} MB, and show something"
    return Check.of("thumbnail", passed=passed, measured=measured, limit=limit)


def thumbnails(paths: Sequence[Path], size_px: tuple[int, int]) -> Check:
    """What `thumbnail` says of the first that is not in order, else of the first."""
    found = [thumbnail(path, size_px) for path in paths]
    return next((check for check in found if not check.passed), found[0])


def metadata(path: Path, script: Script | None = None, title: str = "") -> Check:
    """A JSON object with a title, without which no host takes a film; all of it the script's, and as hosts take it.

    `title` is what the film is called by a host, where that is not as the script calls it.
    """
    limit = "JSON with the title, tags and language of the film, as hosts take them"
    try:
        # Editors of Windows begin a file with a mark.
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        fault = "not there"
    except (OSError, ValueError, RecursionError):
        fault = "not JSON"
    else:
        fault = next(_faults(content, script, title), "") if isinstance(content, dict) else "without a title"
    return Check.of("metadata", passed=not fault, measured=fault or "a title", limit=limit)


def words(path: Path) -> Check:
    """What somebody tells of a film by anybody: as hosts take it, and nothing in it was never meant for viewers."""
    check = metadata(path)
    if not check.passed:
        return check
    content = json.loads(path.read_text(encoding="utf-8-sig"))
    fault = next(filter(None, (find_artefact(content.get(name, "")) for name in ("title", "description", "tags"))), "")
    return Check.of(
        "metadata", passed=not fault, measured=fault or "a title", limit="words as hosts take them, for viewers"
    )


def find_artefact(told: object) -> str:
    """What was never meant for viewers in a text of metadata, or in a list of them; empty: nothing."""
    texts = told if isinstance(told, list) else [told]
    return next(filter(None, (find_prose_artefact(str(text)) for text in texts)), "")


def _faults(content: dict[str, object], script: Script | None, called: str) -> Iterator[str]:
    title, told, tags = content.get("title"), content.get("description", ""), content.get("tags", [])
    if not isinstance(title, str) or not title.strip():
        yield "without a title"
        return
    if script:
        wanted = {"title": called or script.title, "language": script.language, "tags": list(script.tags)}
        yield from (f"another {name} than the script's" for name, value in wanted.items() if content.get(name) != value)
    if utf16_units(title) > TITLE_MAX_CHARS:
        yield f"a title of {utf16_units(title)} characters, at most {TITLE_MAX_CHARS}"
    if not isinstance(told, str) or not isinstance(tags, list):
        yield "without a description and a list of tags"
        return
    if utf8_bytes(told) > DESCRIPTION_MAX_BYTES:
        yield f"a description of {utf8_bytes(told)} bytes, at most {DESCRIPTION_MAX_BYTES}"
    if tags_chars([str(tag) for tag in tags]) > TAGS_MAX_CHARS:
        yield f"tags of more than {TAGS_MAX_CHARS} characters"
    # Of what people write, they are replaced on the way out.
    if script and set("<>") & set(title + told):
        yield "angle brackets, which hosts refuse"
