"""Colour emoji with a system font; omitted without one."""

import os

import numpy as np
import pytest
from PIL import Image

from pipeline.language.graphemes import grapheme_clusters, is_emoji
from pipeline.model import Cue, Script, SpokenLine, TitleScene, Word
from pipeline.rendering import Look, draw_scene, font_digest
from pipeline.rendering.text import fonts
from pipeline.rendering.text.coverage import font_coverage
from pipeline.rendering.text.emoji import draw_emoji
from pipeline.rendering.text.fitting import fit
from pipeline.rendering.text.line import drawable_text, measure, shape
from pipeline.rendering.text.rasterising import draw_ink
from pipeline.rendering.text.styles import BODY, CAP_HEIGHT_EM, CODE, DISPLAY
from pipeline.rendering.thumbnail.drawing import draw_thumbnail
from tests.standins.system_fonts import make_font, system_fonts

__all__ = ["system_fonts"]

LOOK = Look(title="t", language="en")


@pytest.fixture
def emoji():
    """Skips, with what to install, where the system has no coloured font."""
    if fonts.emoji_face() is None and not os.environ.get("FONTS_REQUIRED"):
        pytest.skip("no emoji in colour here: apt-get install fonts-noto-color-emoji")


def colours_of(picture):
    """How saturated each pixel is, 0 to 255."""
    return np.asarray(picture.convert("HSV"))[:, :, 1]


@pytest.mark.usefixtures("emoji")
def test_emoji_limit_the_size_of_a_title_only_as_far_as_it_stays_one():
    sizes = (156, 140, 124, 112, 100, 90)
    plain, signed = (fit(shown, DISPLAY, sizes, width_px=1600).size_px for shown in ("Party", "Party 😀"))
    at_4k, at_6k = (
        fit("Party 😀", DISPLAY, [times * size for size in sizes], width_px=1600 * times).size_px for times in (2, 3)
    )

    assert (plain, signed) == (156, 156)
    # At 4K, too; where they would be blurred, a title with them is smaller.
    assert at_4k == 2 * 156
    assert at_6k == 3 * 112


@pytest.mark.usefixtures("emoji")
@pytest.mark.parametrize("size_px", [60, 280])
def test_an_emoji_has_no_dark_fringe(size_px):
    face = fonts.emoji_face()
    image = draw_emoji("⚪", face, size_px, cap_height_em=CAP_HEIGHT_EM).image
    levels = np.asarray(image)
    edge = (levels[:, :, 3] > 100) & (levels[:, :, 3] < 200)
    inside = levels[:, :, 3] == 255

    assert edge.any()
    assert levels[edge][:, :3].mean() >= levels[inside][:, :3].min() - 6


@pytest.mark.usefixtures("emoji")
def test_an_enlarged_emoji_is_hardly_softer_than_a_small_one():
    def soft(size_px: int) -> float:
        """Pixels that are half there, for each pixel of the size: how wide the edges are."""
        image = draw_emoji("🐙", fonts.emoji_face(), size_px, cap_height_em=CAP_HEIGHT_EM).image
        opacity = np.asarray(image)[:, :, 3]
        return ((opacity > 20) & (opacity < 235)).sum() / size_px

    # Enlarged as it is, its edges would be two and a half times as wide.
    assert soft(280) < 1.6 * soft(100)


@pytest.mark.usefixtures("emoji")
@pytest.mark.parametrize(
    "sign", ["😀", "👍🏽", "👩🏾\u200d🚀", "🇩🇪", "1\ufe0f\u20e3", "❤\ufe0f", "☀\ufe0f", "🏳\ufe0f\u200d🌈", "✅", "⭐"]
)
def test_an_emoji_is_one_coloured_picture_in_the_middle_of_the_capitals(sign):
    shown = drawable_text(f"Go {sign} on")
    line = shape(shown, BODY)
    ink = draw_ink(line, 100)

    assert grapheme_clusters(shown)[3] == sign
    assert [piece.text for piece in line.pieces if piece.face.strike_px] == [sign]
    assert 0.8 < measure(sign, BODY) < 1.4
    signs = np.asarray(ink.emoji_layer)
    assert colours_of(ink.emoji_layer.convert("RGB"))[signs[:, :, 3] > 200].max() > 100
    rows = np.nonzero(signs[:, :, 3].max(axis=1) > 40)[0]
    middle = ink.top + (rows[0] + rows[-1]) / 2
    assert abs(middle + 100 * CAP_HEIGHT_EM / 2) <= 7
    assert rows[-1] - rows[0] < 120


@pytest.mark.parametrize("mark", ["1", "#", "*", "©", "™\ufe0f", "a", "→", "★", "❤\ufe0e", "字", "1\ufe0f"])
def test_punctuation_is_not_drawn_as_emoji(mark):
    assert not is_emoji(mark)
    assert draw_ink(shape(drawable_text(mark) or "a", BODY), 50).emoji_layer is None


@pytest.mark.usefixtures("system_fonts")
def test_without_a_font_for_them_emoji_leave_no_gap_and_keycaps_their_digit():
    assert drawable_text("One 🐙 two ⚽\ufe0f three 🇩🇪, 4\ufe0f\u20e3 5 ❤\ufe0f") == "One two three , 4 5 ❤"


def test_an_emoji_font_without_colours_is_ignored(system_fonts):
    make_font(system_fonts / "PlainEmoji.ttf", "😀", width=900)
    (system_fonts / "BrokenEmoji.ttf").write_bytes(b"nothing")

    assert fonts.emoji_face() is None
    assert next(entry for entry in font_coverage() if entry.script == "Emoji").font == ""


@pytest.mark.usefixtures("emoji")
def test_doctor_and_the_font_digest_know_the_emoji_font():
    films = [Script(title=title, language="en", scenes=()) for title in ("Octopus", "Octopus 🐙")]

    assert next(entry for entry in font_coverage() if entry.script == "Emoji").covered
    assert font_digest(films[0], LOOK) != font_digest(films[1], LOOK)


@pytest.mark.usefixtures("emoji")
def test_a_space_after_an_emoji_is_as_wide_as_any_other():
    assert measure("😀 a", BODY) == pytest.approx(
        measure("😀", BODY) + measure("a a", BODY) - measure("a", BODY), abs=0.02
    )


@pytest.mark.usefixtures("emoji")
def test_lines_that_begin_with_an_emoji_share_the_left_edge():
    for style in (BODY, DISPLAY):
        ink = draw_ink(shape("🟥 red", style), 100)
        assert -2 <= ink.left <= 2


@pytest.mark.usefixtures("emoji")
def test_headings_captions_and_thumbnails_draw_emoji_in_colour():
    scene = TitleScene(lines=(SpokenLine(text="So 🟢 green"),), heading="So 🟢 green")
    words = (Word(text="So", start_s=0, end_s=0.3), Word(text="🟢 green", start_s=0.3, end_s=1.2))
    cue = Cue(start_s=0, end_s=1.5, lines=(words,))
    thumbnail = draw_thumbnail(Script(title="🟢 green", language="en", scenes=()), LOOK)

    def green(picture: Image.Image) -> int:
        red, green, blue = np.moveaxis(np.asarray(picture, int), 2, 0)
        return int(((green > red + 30) & (green > blue + 30)).sum())

    def most_green(*cues: Cue) -> int:
        frames = draw_scene(scene, words=words, cues=cues, frames=40, look=LOOK)
        return max(green(frame.picture.to_rgb()) for number, frame in enumerate(frames) if number % 4 == 0)

    bare = most_green()
    assert bare > 1000
    assert most_green(cue) > bare + 300
    assert green(thumbnail) > 1000


@pytest.mark.usefixtures("emoji")
def test_code_keeps_the_emoji_in_its_strings():
    assert draw_ink(shape('print("🐙")', CODE), 40).emoji_layer is not None
