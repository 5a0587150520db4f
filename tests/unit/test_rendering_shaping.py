"""Shaping: letters are as wide as Pillow draws them, and those that need no shaping look the same without it."""

import io
from itertools import product

import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw

from pipeline.rendering.advances import advance, kerning, pen_for
from pipeline.rendering.fonts import Face, face_for, load
from pipeline.rendering.shaping import shaped
from pipeline.rendering.styles import BODY, DISPLAY

LETTERS = "AVWTLyjfRäßŁğǅ Жщя ΩξΐἘ 0179 .,’“–€½‰ ạ̈"
# Advances are whole thousandths of an em where FreeType is asked.
TELLS_EM = 0.0006


def pillows(text, style, size_px=1000, direction=None):
    """What Pillow measures, in em."""
    face = face_for(text[0], weight=style.weight)
    font = load(face, size_px=size_px, weight=style.weight, optical_size=style.optical_size)
    return font.getlength(text, direction=direction) / size_px


@pytest.mark.parametrize("style", [BODY, DISPLAY], ids=["small", "display"])
def test_letters_are_as_wide_as_pillow_draws_them(style):
    letters = [letter for letter in LETTERS if face_for(letter, weight=style.weight)]

    for letter in letters:
        face = face_for(letter, weight=style.weight)
        assert advance(letter, face, style) == pytest.approx(pillows(letter, style), abs=TELLS_EM), letter


def test_pairs_are_kerned_as_pillow_kerns_them():
    face = face_for("A", weight=DISPLAY.weight)

    for left, right in product("AVTLy.", "AVTya,"):
        apart = pillows(left + right, DISPLAY) - pillows(left, DISPLAY) - pillows(right, DISPLAY)
        assert kerning(left, right, face, DISPLAY) == pytest.approx(apart, abs=2 * TELLS_EM), left + right
    assert kerning("A", "V", face, DISPLAY) < -0.02


@pytest.mark.parametrize("style", [BODY, DISPLAY], ids=["small", "display"])
def test_letters_that_are_not_shaped_to_be_drawn_look_as_if_they_were(style):
    plain = 0
    for letter in LETTERS.replace(" ", ""):
        face = face_for(letter, weight=style.weight)
        letters = shaped(letter, face, weight=style.weight, optical_size=style.optical_size)
        if not (letters and letters.plain):
            continue
        plain += 1
        fonts = (
            load(face, size_px=96, weight=style.weight, optical_size=style.optical_size),
            pen_for(letter, face, style, 96).font,
        )
        sheets = [Image.new("L", (240, 240)) for _ in fonts]
        for sheet, font in zip(sheets, fonts, strict=True):
            ImageDraw.Draw(sheet).text((60, 160), letter, font=font, fill=255, anchor="ls")
        assert sheets[0].tobytes() == sheets[1].tobytes(), letter
        # Where the pen ends, Pillow rounds: all the ink lies before it.
        ink = sheets[1].getbbox()
        left, top, right, bottom = fonts[1].getbbox(letter, anchor="ls")
        assert left + 60 <= ink[0] < ink[2] <= right + 60, letter
        assert (top, bottom) == fonts[0].getbbox(letter, anchor="ls")[1::2], letter
    assert plain > 25


@pytest.mark.parametrize("text", ["ش", "किया", "\u3099", "e\u0301\u0323"], ids=["arabic", "hindi", "lone", "marks"])
def test_letters_that_join_and_marks_are_drawn_by_shaping(text):
    face = face_for(text, weight=400) or face_for("e", weight=400)
    letters = shaped(text, face, weight=400, optical_size=14)

    assert letters is None or not letters.plain


def test_a_bracket_in_a_text_from_right_to_left_is_mirrored():
    face = face_for("(", weight=400)
    letters = shaped("(", face, weight=400, optical_size=14, right_to_left=True)

    assert not letters.plain
    assert pen_for("(", face, BODY, 60, right_to_left=True).direction == "rtl"


def test_a_font_that_harfbuzz_can_not_read_is_measured_by_pillow(tmp_path):
    face = face_for("ก", weight=400)
    packed = io.BytesIO()
    with TTFont(face.path) as font:
        font.flavor = "woff"
        font.save(packed)
    own = Face(path=str(tmp_path / "own.woff"))
    (tmp_path / "own.woff").write_bytes(packed.getvalue())

    assert shaped("a", own, weight=400, optical_size=14) is None
    assert advance("a", own, BODY) == pytest.approx(advance("a", Face(path=face.path), BODY), abs=TELLS_EM)
    assert not pen_for("a", own, BODY, 60).direction


def test_a_font_whose_capitals_are_low_is_measured_at_its_scale():
    face = face_for("H", weight=400)
    larger = Face(path=face.path, axes=face.axes, scale=1.25)

    assert advance("H", larger, BODY) == pytest.approx(1.25 * advance("H", face, BODY), abs=TELLS_EM)
