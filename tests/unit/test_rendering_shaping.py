"""Shaping: widths as in Pillow, and identical pixels when shaping is skipped."""

from itertools import product

import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw

from pipeline.errors import InputError
from pipeline.rendering.asset_loading import read_typeface
from pipeline.rendering.text.advances import advance_width, kerned_advances, pen_for
from pipeline.rendering.text.fonts import Face, face_for, load_font
from pipeline.rendering.text.line import measure, shape
from pipeline.rendering.text.shaping import can_skip_shaping
from pipeline.rendering.text.styles import BODY, DISPLAY

pytestmark = pytest.mark.shaped

LETTERS = "AVWTLyjfRäßŁğǅ Жщя ΩξΐἘ 0179 .,’“–€½‰ ạ̈"
# Advances are whole thousandths of an em where FreeType is asked.
TELLS_EM = 0.0006


def pillows(text, style, size_px=1000):
    """What Pillow measures, in em."""
    face = face_for(text[0], weight=style.weight)
    font = load_font(face, size_px=size_px, weight=style.weight, optical_size=style.optical_size)
    return font.getlength(text) / size_px


def alone(letter, face, style, **direction):
    return can_skip_shaping(letter, face, weight=style.weight, optical_size=style.optical_size, **direction)


@pytest.mark.parametrize("style", [BODY, DISPLAY], ids=["small", "display"])
def test_letters_are_as_wide_as_pillow_draws_them(style):
    for letter in LETTERS:
        face = face_for(letter, weight=style.weight)
        assert advance_width(letter, face, style) == pytest.approx(pillows(letter, style), abs=TELLS_EM), letter


def test_pairs_are_kerned_as_pillow_kerns_them():
    face = face_for("A", weight=DISPLAY.weight)

    for left, right in [*product("AVTLy.", "AVTya,"), *product("ГДтУ.", "Гтал,")]:
        (first, second) = kerned_advances((left, right), face, DISPLAY)
        apart = pillows(left + right, DISPLAY) - pillows(left, DISPLAY) - pillows(right, DISPLAY)
        assert first.kerned_em - first.width_em == pytest.approx(apart, abs=2 * TELLS_EM), left + right
        assert second.kerned_em == second.width_em
    (first, _) = kerned_advances(("A", "V"), face, DISPLAY)
    assert first.kerned_em < first.width_em - 0.02


@pytest.mark.parametrize(
    "text",
    ["The AVIATOR’s Tea, 1789", "Größe über Тоска и Ωμέγα", "fi ffl -> => 10x20 (A)", "Cafe\u0301 o\u0323\u0308 fin"],
)
def test_a_line_of_letters_is_as_long_as_its_letters_and_what_they_are_kerned(text):
    style = BODY
    line = shape(text, style)
    face = face_for("a", weight=style.weight)

    assert "".join(piece.text for piece in line.pieces) == text
    assert all(one.left_em < other.left_em for one, other in zip(line.pieces, line.pieces[1:], strict=False))
    font = load_font(face, size_px=1000, weight=style.weight, optical_size=style.optical_size)
    whole = font.getlength(text, features=["-liga", "-clig", "-calt"]) / 1000
    tracked = style.tracking * (len(line.pieces) - 1)
    assert measure(text, style) == pytest.approx(whole + tracked, abs=len(text) * TELLS_EM)


@pytest.mark.parametrize("style", [BODY, DISPLAY], ids=["small", "display"])
def test_letters_drawn_without_shaping_look_the_same(style):
    plain = 0
    for letter in LETTERS.replace(" ", ""):
        face = face_for(letter, weight=style.weight)
        if not alone(letter, face, style):
            continue
        plain += 1
        fonts = (
            load_font(face, size_px=96, weight=style.weight, optical_size=style.optical_size),
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

    assert not alone(text, face, BODY)
    assert pen_for(text, face, BODY, 60).font.layout_engine == pen_for("किया", face, BODY, 60).font.layout_engine
    assert (
        pen_for("e", face_for("e", weight=400), BODY, 60).font.layout_engine
        != pen_for(text, face, BODY, 60).font.layout_engine
    )


def test_a_bracket_in_a_text_from_right_to_left_is_mirrored():
    face = face_for("(", weight=400)

    assert alone("(", face, BODY)
    assert not alone("(", face, BODY, right_to_left=True)
    assert pen_for("(", face, BODY, 60, right_to_left=True).direction == "rtl"
    assert pen_for("(", face, BODY, 60).direction is None


def test_letters_beyond_the_basic_plane_keep_their_places():
    face = face_for("𝐀", weight=400) or face_for("A", weight=400)

    one, other = kerned_advances(("𝐀", "V"), face, BODY)
    assert other == kerned_advances(("V",), face, BODY)[0]
    assert one.width_em > 0


def test_a_web_font_is_refused_in_one_line(tmp_path):
    with TTFont(face_for("ก", weight=400).path) as font:
        font.flavor = "woff"
        font.save(tmp_path / "own.woff")

    with pytest.raises(InputError, match="is a web font"):
        read_typeface("own.woff", tmp_path, weight=400)


def test_a_font_that_harfbuzz_can_not_read_is_named(tmp_path):
    (tmp_path / "own.ttf").write_bytes(b"no font")

    with pytest.raises(InputError, match="not a readable font") as told:
        kerned_advances(("a",), Face(path=str(tmp_path / "own.ttf")), BODY)
    assert "own.ttf" in str(told.value.where)


def test_a_font_with_a_low_cap_height_is_scaled():
    face = face_for("H", weight=400)
    larger = Face(path=face.path, axes=face.axes, scale=1.25)

    assert advance_width("H", larger, BODY) == pytest.approx(1.25 * advance_width("H", face, BODY), abs=TELLS_EM)
