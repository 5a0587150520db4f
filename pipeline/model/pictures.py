"""Pictures: what a brief requests, and what is ready to be drawn."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.language.text import clean_text

# Prefix of stock photo searches: "stock:red fox in snow".
_STOCK = "stock:"
# Pixabay's limit for search terms.
_MOST_STOCK_CHARS = 100
# Per brief.
MOST_PICTURES = 60


def stock_source(words: str) -> str:
    """The `source` of a stock photo search."""
    return _STOCK + words


def stock_words(source: str) -> str:
    """The search terms of a source; empty: it is not a stock photo search.

    Without spaces, -, _ and + separate words: stock:red-fox-in-snow.
    """
    if not source.casefold().startswith(_STOCK):
        return ""
    words = clean_text(source[len(_STOCK) :]).strip("/ ")
    spaced = words if " " in words else re.sub(r"[-_+]+", " ", words).strip()
    if len(spaced) <= _MOST_STOCK_CHARS:
        return spaced
    return spaced[: _MOST_STOCK_CHARS + 1].rpartition(" ")[0] or spaced[:_MOST_STOCK_CHARS]


def is_stock(source: str) -> bool:
    """Whether a source is a stock photo search, even without search terms."""
    return source.casefold().startswith(_STOCK)


@dataclass(frozen=True, kw_only=True)
class WantedPicture:
    """A picture that a brief requests."""

    # As written: a path relative to the brief (with a trailing "/": a folder), a URL, or "stock:" and search terms.
    # Scenes refer to the picture by it.
    source: str
    # Alt text, also for the script writer, and credit. Both may be empty.
    description: str = ""
    credit: str = ""


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """The attribution that a stock photo service requires: a sentence, and the URL of the picture's page."""

    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Still:
    """A loaded picture: orientation applied, in sRGB, downscaled to the size that is needed."""

    # The source of the `WantedPicture`.
    name: str
    # Not compared: the location does not affect the content.
    path: Path = field(compare=False)
    sha256: str
    width_px: int
    height_px: int
    # Focal point for cropping, from 0 to 1 of width and height.
    focus: tuple[float, float] = (0.5, 0.5)
    # Bounding box of the subject (left, top, right, bottom), likewise; 0 and 1: it extends to the edge.
    subject: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    credit: str = ""
    # Whether any pixel is transparent.
    has_alpha: bool = False
    # Published in the film's metadata, not drawn.
    attribution: Attribution | None = field(default=None, compare=False)

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width_px / self.height_px


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """The pictures of a brief, loaded or missing."""

    stills: tuple[Still, ...] = ()
    # Names of missing pictures, and the reasons, one line each.
    missing: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
