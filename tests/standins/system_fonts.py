"""A system with only the fonts that a test makes: a fixture to import, and what makes a font.

What is known of fonts is kept in caches for as long as a process lives, and a worker runs thousands of tests: all of
it is forgotten before and after.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from pipeline.rendering.text import fonts
from pipeline.rendering.text import line as text

# The name that every font names its one letter with.
_SQUARE = "square"


def forget() -> None:
    """Forget everything that was found out about fonts and texts set in them."""
    for module in (fonts, text):
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


@pytest.fixture
def system_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The only folder in which the system has fonts; empty. After a change, `forget` what was found."""
    monkeypatch.setattr(fonts, "_font_folders", lambda: iter([tmp_path]))
    forget()
    yield tmp_path
    forget()


def make_font(path: Path, characters: str, *, width: int = 1000) -> None:
    """A font that draws a square for each of these characters."""
    pen = TTGlyphPen(None)
    for number, point in enumerate([(100, 0), (100, 700), (800, 700), (800, 0)]):
        (pen.lineTo if number else pen.moveTo)(point)
    pen.closePath()
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", _SQUARE])
    builder.setupCharacterMap({ord(character): _SQUARE for character in characters})
    square = pen.glyph()
    builder.setupGlyf({".notdef": square, _SQUARE: square})
    builder.setupHorizontalMetrics({".notdef": (width, 100), _SQUARE: (width, 100)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    forget()
