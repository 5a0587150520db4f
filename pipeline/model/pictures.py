"""Pictures that somebody brings along: what a brief asks for, and what there is to draw."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.language.text import clean_text

# What a picture is called that is searched for by words, and not named: "stock:red fox in snow".
_STOCK = "stock:"
# Pixabay takes no more; longer searches find nothing anyway.
_MOST_STOCK_CHARS = 100
# Of one brief.
MOST_PICTURES = 60


def stock_source(words: str) -> str:
    """The `source` of a picture that is searched for."""
    return _STOCK + words


def stock_words(source: str) -> str:
    """The words that a picture is searched for by; empty: it is named.

    Written as an address is, without spaces, they are told apart by what joins them: stock:red-fox-in-snow.
    """
    if not source.casefold().startswith(_STOCK):
        return ""
    words = clean_text(source[len(_STOCK) :]).strip("/ ")
    spaced = words if " " in words else re.sub(r"[-_+]+", " ", words).strip()
    if len(spaced) <= _MOST_STOCK_CHARS:
        return spaced
    return spaced[: _MOST_STOCK_CHARS + 1].rpartition(" ")[0] or spaced[:_MOST_STOCK_CHARS]


def is_stock(source: str) -> bool:
    """Whether a picture is searched for by words, also where the words are missing."""
    return source.casefold().startswith(_STOCK)


@dataclass(frozen=True, kw_only=True)
class WantedPicture:
    """A picture that a brief asks for."""

    # As it is written: a path relative to the brief (one that ends in "/" is a folder), an address, or "stock:" and
    # what to search for. Scenes name it by that.
    source: str
    # What it shows, for a writer who does not see it and for people who can't; and whose it is. Both may be empty.
    description: str = ""
    credit: str = ""


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """Whose a picture is, as the service that has it wants it told: a sentence, and the page of the picture."""

    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Still:
    """A picture that is at hand: upright, in sRGB, no larger than is needed."""

    # The source of the `WantedPicture`.
    name: str
    # Where it lies is not what it shows.
    path: Path = field(compare=False)
    sha256: str
    width_px: int
    height_px: int
    # The point that stays in sight whatever is cut off, from 0 to 1 of its width and height.
    focus: tuple[float, float] = (0.5, 0.5)
    # Left, top, right and bottom of what stands out, likewise; 0 and 1: there it goes on beyond the picture.
    subject: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    credit: str = ""
    # Whether what is behind it shows through anywhere.
    has_alpha: bool = False
    # Told with the film, not drawn.
    attribution: Attribution | None = field(default=None, compare=False)

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width_px / self.height_px


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """What became of the pictures that a brief asks for."""

    stills: tuple[Still, ...] = ()
    # Which could not be had, by name, and why, a line each.
    missing: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
