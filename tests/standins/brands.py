"""Brand assets: a font of boxes, and logos."""

from __future__ import annotations

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image, ImageDraw

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;!?%$€£-–—…'’“”()/+ "
_EM = 1000


def font_of_boxes(path: Path, *, letters: str = _LETTERS, capital: int = 600) -> Path:
    """A font with a box for each letter, with this cap height in thousandths of an em; a single weight."""
    names = [f"u{ord(letter):04X}" for letter in letters]
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names])
    builder.setupCharacterMap({ord(letter): name for letter, name in zip(letters, names, strict=True)})
    glyphs = {".notdef": _box(0)}
    for letter, name in zip(letters, names, strict=True):
        glyphs[name] = _box(0 if letter == " " else capital if not letter.islower() else capital * 3 // 4)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", *names), (560, 40)))
    builder.setupHorizontalHeader(ascent=900, descent=-200)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=900, usWinAscent=900, usWinDescent=200)
    builder.setupPost()
    # Without timestamps, for reproducible bytes.
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.save(path)
    return path


def _box(height: int) -> object:
    pen = TTGlyphPen(None)
    if height:
        pen.moveTo((40, 0))
        for point in ((40, height), (520, height), (520, 0)):
            pen.lineTo(point)
        pen.closePath()
    return pen.glyph()


def logo(path: Path, ink: str, *, size: tuple[int, int] = (600, 160), ground: str = "") -> Path:
    """A ring and a bar in one colour, transparent or on a background, with an empty margin."""
    image = Image.new("RGBA", size, ground or (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.ellipse((20, 20, height - 20, height - 20), outline=ink, width=24)
    draw.rectangle((height // 2, height // 3, width - 30, 2 * height // 3), fill=ink)
    image.save(path)
    return path
