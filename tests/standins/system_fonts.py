"""A system with only the fonts that a test creates: a fixture to import, and a font maker.

Knowledge about fonts is cached for the lifetime of a process, and a test worker runs thousands of tests: all of these
caches are cleared before and after.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from pipeline.rendering.text import fonts
from pipeline.rendering.text import line as text

# The name of each font's single glyph.
_SQUARE = "square"


def forget() -> None:
    """Clear all caches about fonts and text set in them."""
    for module in (fonts, text):
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


@pytest.fixture
def system_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The only folder with system fonts, empty at first. Call `forget` after changes."""
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
